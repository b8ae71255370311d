"""The console's door: each verb reaches its command."""

import json
import secrets
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from clinic.roles import Role, verbs_of
from clinic.setup import Setup
from clinic.verbs import Verb
from printers.document import Document, Text
from printers.drivers.memory import SheetStore
from printers.escpos import render
from printers.profiles import PROFILES
from server.api import access, errors, reception, staff
from server.api.house import House
from server.appointment_codes import sign
from server.pictures import Pictures
from server.questionnaires import load_questionnaires
from server.settings import Settings
from server.spool import Paths
from server.staff.passwords import hash_password
from server.storage import tables as t
from server.storage.database import Database
from tests.infrastructure import ROOT
from tests.server.conftest import Clock

PASSWORD = "password of everybody"
NAMES = ("王小明", "李一", "李二", "李三", "李四")
FONT = ROOT / "display/static/fonts/NotoSansSC_400Regular.ttf"


BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
"""For the ways through a day; what the door itself does needs one database."""


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLite, unless a test names the other."""
    if getattr(request, "param", "sqlite") == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'nextchair.db'}"


@cache
def hashed() -> str:
    return hash_password(PASSWORD)


@pytest.fixture(autouse=True)
def clinic(furnish: Callable[..., Setup], database: Database, clock: Clock) -> Setup:
    """Two rooms, patients 1 to 5, and somebody of every role."""
    made = furnish(chairs=2)
    born = date(1980, 1, 1)
    patients = [{"site_id": 1, "name": name, "birth_date": born, "created_at": clock.now} for name in NAMES]
    rows = [
        {"site_id": 1, "login": str(role), "name_zh": str(role), "roles": [role], "password_hash": hashed()}
        for role in Role
    ]
    with database.write() as connection:
        connection.execute(insert(t.staff), rows)
        connection.execute(insert(t.patient), patients)
    return made


@pytest.fixture
def app(database: Database, tmp_path: Path) -> APIFlask:
    settings = Settings(data=tmp_path)
    paths = Paths(tmp_path / "sheets", FONT)
    house = House(settings, database, Pictures(database, "build"), load_questionnaires(), paths, "build")
    made = APIFlask("test", docs_path=None, static_folder=None, spec_path=None)  # type: ignore[arg-type]
    errors.handle(made)
    access.guard(made, house)
    made.register_blueprint(staff.blueprint(house))
    made.register_blueprint(reception.blueprint(house))
    return made


class Desk:
    """A browser at which somebody of one role is signed in."""

    def __init__(self, client: FlaskClient, role: Role) -> None:
        self.client = client
        assert self.post("/api/staff/sign-in", {"login": str(role), "password": PASSWORD}).status_code == 200

    def post(self, path: str, body: object = None) -> TestResponse:
        headers = {"Idempotency-Key": secrets.token_hex(8)}
        return self.client.post(path, json={} if body is None else body, headers=headers)

    def get(self, path: str) -> Any:
        answer = self.client.get(f"/api/reception/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json

    def do(self, path: str, body: object = None) -> Any:
        answer = self.post(f"/api/reception/{path}", body)
        assert answer.status_code == 200, answer.text
        return answer.json

    def refused(self, path: str, body: object = None) -> tuple[int, str]:
        answer = self.post(f"/api/reception/{path}", body)
        return answer.status_code, (answer.json or {}).get("code", "")

    def row(self, visit: int) -> Any:
        """The visit as the console shows it."""
        console = self.get("picture")["body"]
        seated = [seat["row"] for room in console["rooms"] for seat in room["chairs"] if seat["row"]]
        called = [row for room in console["rooms"] for row in room["called"]]
        waiting = [row for column in console["columns"] for row in (*column["rows"], *column["aside"])]
        return next(row for row in (*seated, *called, *waiting) if row["visit"] == visit)


@pytest.fixture
def desk(app: APIFlask) -> Callable[[Role], Desk]:
    """Opens a desk for a role."""
    return lambda role: Desk(app.test_client(), role)


@pytest.fixture
def reception_desk(desk: Callable[[Role], Desk]) -> Desk:
    return desk(Role.RECEPTION)


def checked_in(at: Desk, patient: int) -> int:
    return int(at.do("check-in", {"patient": patient, "service": 1, "queue": 1})["visit"])


@BOTH
def test_a_patient_goes_from_check_in_to_finished(reception_desk: Desk) -> None:
    """The main way through a day, by the console's own addresses; every answer has the rev that undo takes."""
    desk = reception_desk
    visit = checked_in(desk, 1)
    called = desk.do("rooms/1/call-next")
    assert (called["visit"], called["ticket"]) == (visit, "A001")
    desk.do(f"visits/{visit}/call-again")
    desk.do(f"visits/{visit}/at-room")
    assert desk.refused(f"visits/{visit}/seat", {"chair": 11}) == (409, "form_pending")
    desk.do(f"visits/{visit}/form", {"answers": whole_form(desk, visit)})
    assert desk.refused(f"visits/{visit}/seat", {"chair": 11}) == (409, "identity_unchecked")
    desk.do(f"visits/{visit}/identity", {"identifiers": ["name", "birth_date"]})
    desk.do(f"visits/{visit}/seat", {"chair": 11})
    desk.do(f"visits/{visit}/wait-in-chair")
    desk.do(f"visits/{visit}/seat")
    desk.do(f"visits/{visit}/imaging")
    assert desk.row(visit)["queue"] == 99
    desk.do(f"visits/{visit}/images-ready")
    desk.do(f"visits/{visit}/call", {"room": 1})
    desk.do(f"visits/{visit}/at-room")
    done = desk.do(f"visits/{visit}/finish")
    assert done["rev"] > 0
    assert desk.get("picture")["body"]["totals"] == {"arrived": 1, "finished": 1, "waiting": 0}


@BOTH
def test_everything_else_that_reception_does_with_a_visit(reception_desk: Desk) -> None:
    """Order, priority, aside and back, another queue, the end."""
    desk = reception_desk
    first, second, third = (checked_in(desk, patient) for patient in (1, 2, 3))
    desk.do(f"visits/{third}/move", {"position": 1, "reason": "agreed_swap", "note": "A001 同意"})
    assert [desk.row(visit)["position"] for visit in (third, first, second)] == [1, 2, 3]
    desk.do(f"visits/{third}/unpin")
    desk.do(f"visits/{second}/triage", {"level": 2})
    assert desk.row(second)["position"] == 1
    desk.do(f"visits/{first}/priority", {"priority": "pregnant"})
    desk.do(f"visits/{first}/priority", {"priority": None})
    desk.do(f"visits/{first}/hold")
    desk.do(f"visits/{first}/return")
    desk.do(f"visits/{first}/step-out", {"minutes": 10})
    desk.do(f"visits/{first}/return")
    desk.do(f"visits/{first}/transfer", {"queue": 2})
    assert desk.row(first)["queue"] == 2
    desk.do(f"visits/{third}/call", {"room": 1})
    desk.do(f"visits/{third}/no-show")
    assert desk.row(third)["missed"] == 1
    desk.do(f"visits/{third}/cancel", {"reason": "left"})
    assert desk.refused(f"visits/{third}/hold") == (409, "visit_cancelled")


@pytest.mark.parametrize("role", Role)
def test_a_verb_is_for_the_roles_that_have_it(desk: Callable[[Role], Desk], role: Role) -> None:
    """Whoever lacks a verb is refused before the visit is looked at; whoever has it is told of the visit."""
    mine = desk(role)
    for verb in Verb:
        status, code = mine.refused(f"visits/999/{verb}", BODIES.get(verb))
        assert (status, code) == ((403, "not_allowed") if verb not in verbs_of([role]) else MISSING.get(verb, UNKNOWN))


UNKNOWN = (422, "visit_unknown")
MISSING = {Verb.FORM: (404, "not_found")}
BODIES: dict[Verb, object] = {
    Verb.CALL: {"room": 1},
    Verb.IDENTITY: {"identifiers": ["name", "phone"]},
    Verb.STEP_OUT: {"minutes": 5},
    Verb.TRANSFER: {"queue": 2},
    Verb.TRIAGE: {"level": 3},
    Verb.PRIORITY: {"priority": None},
    Verb.MOVE: {"position": 1, "reason": "equipment"},
    Verb.FORM: {"answers": {}},
    Verb.CANCEL: {"reason": "left"},
    Verb.REPRINT: {"reason": "lost"},
}


@BOTH
def test_undo_takes_the_rev_that_a_command_answered(reception_desk: Desk) -> None:
    """What was moved is back, and the history keeps both."""
    desk = reception_desk
    first, second = checked_in(desk, 1), checked_in(desk, 2)
    moved = desk.do(f"visits/{second}/move", {"position": 1, "reason": "equipment", "note": "椅位坏了"})
    drawer = desk.get(f"visits/{second}?language=en")
    assert drawer["undo"]["rev"] == moved["rev"]
    assert (drawer["history"][0]["what"], drawer["history"][0]["note"]) == ("Moved up 1: 2 → 1, Equipment", "椅位坏了")
    desk.do("undo", {"rev": drawer["undo"]["rev"]})
    assert desk.row(first)["position"] == 1
    after = desk.get(f"visits/{second}?language=en")
    assert after["undo"] is None
    assert [(event["fact"], event["undone"]) for event in after["history"]][:2] == [("undone", False), ("moved", True)]


def test_what_another_desk_did_is_not_offered_for_undo(desk: Callable[[Role], Desk]) -> None:
    """It is theirs to take back."""
    reception_desk, dentist = desk(Role.RECEPTION), desk(Role.DENTIST)
    visit = checked_in(reception_desk, 1)
    dentist.do(f"visits/{visit}/hold")
    assert reception_desk.get(f"visits/{visit}")["undo"] is None
    assert dentist.get(f"visits/{visit}")["undo"]["fact"] == "put_on_hold"


def test_a_dentist_finishes_one_patient_and_calls_the_next(desk: Callable[[Role], Desk]) -> None:
    """One request, one command: both happen or neither."""
    mine = desk(Role.DENTIST)
    front = desk(Role.RECEPTION)
    first, second = checked_in(front, 1), checked_in(front, 2)
    mine.do("rooms/1/call-next")
    mine.do(f"visits/{first}/at-room")
    called = mine.do("rooms/1/call-next", {"finish": first})
    assert called["visit"] == second
    assert front.get("picture")["body"]["totals"]["finished"] == 1
    assert mine.refused("rooms/1/call-next", {"finish": second}) == (409, "visit_called")


def test_skipping_keeps_the_place(reception_desk: Desk) -> None:
    """The one behind is called, the first stays first."""
    desk = reception_desk
    first, second = checked_in(desk, 1), checked_in(desk, 2)
    assert desk.do("rooms/1/call-next", {"skipping": [first]})["visit"] == second
    assert desk.row(first)["position"] == 1


@BOTH
def test_one_field_finds_by_name_initials_phone_and_number(reception_desk: Desk, database: Database) -> None:
    """And says what Enter will do with each."""
    desk = reception_desk
    name = "孙晓月"
    with database.write() as connection:
        connection.execute(
            insert(t.patient).values(
                site_id=1, name=name, initials="sxy", phone_tail="8888", sex="male", created_at=database.now()
            )
        )
    found = [desk.do("find", {"text": text})["candidates"] for text in (name, "sxy", "8888")]
    assert [(one["name"], one["masked"], one["does"]) for (one,) in found] == [(name, "孙*月", "register")] * 3
    given = desk.do("check-in", {"patient": found[0][0]["patient"], "service": 1})
    (again,) = desk.do("find", {"text": given["ticket"].lower()})["candidates"]
    assert (again["does"], again["visit"]) == ("open", given["visit"])


@BOTH
def test_a_booked_patient_checks_in_by_one_enter(reception_desk: Desk, database: Database, clock: Clock) -> None:
    """The booking of today stands with the patient; it goes to the booked dentist."""
    starts = clock.now + timedelta(minutes=30)
    with database.write() as connection:
        connection.execute(
            insert(t.appointment).values(
                site_id=1, patient_id=1, practitioner_id=2, service_id=1, starts=starts, ends=starts, status="booked"
            )
        )
        name = connection.execute(select(t.patient.c.name).where(t.patient.c.id == 1)).scalar_one()
    found = [each for each in reception_desk.do("find", {"text": name})["candidates"] if each["patient"] == 1]
    (booking,) = found
    code = sign(database.vault, booking["appointment"], clock.now + timedelta(hours=1))
    (scanned,) = reception_desk.do("find", {"text": code})["candidates"]
    assert scanned == booking
    assert (booking["does"], booking["slot"]) == ("check-in", "2026-11-23T10:30:00+08:00")
    given = reception_desk.do("check-in", {"patient": 1, "appointment": booking["appointment"]})
    assert reception_desk.row(given["visit"])["queue"] == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("王没有这个人", "nobody"),
        ("#$%&", "unreadable"),
        ("110105194912310021", "check_digit"),
        ("424" + "1" * 25, "e_voucher"),
        ("NC1.AAAAAAAAAAFqAAAA.AAAAAAAAAAAAAAAAAAAAAA", "unreadable"),
    ],
)
def test_whoever_is_not_found_is_not_found_for_a_reason(reception_desk: Desk, text: str, problem: str) -> None:
    """The desk is told what to do: look at the spelling, scan again, ask for another card."""
    found = reception_desk.do("find", {"text": text})
    assert (found["candidates"], found["problem"]) == ([], problem)


def test_an_old_appointment_code_says_so(reception_desk: Desk, database: Database, clock: Clock) -> None:
    """It was right once."""
    code = sign(database.vault, 1, clock.now - timedelta(minutes=1))
    assert reception_desk.do("find", {"text": code})["problem"] == "code_expired"


def test_a_card_of_a_stranger_begins_the_registration(reception_desk: Desk) -> None:
    """Birth date and sex are read from the number; the next scan finds the person."""
    number = "11010519491231002X"
    holder = reception_desk.do("find", {"text": number})["holder"]
    assert holder == {"name": "", "birth_date": "1949-12-31", "sex": "female", "document": number}
    reception_desk.do("register", {**holder, "name": "何雪梅", "service": 1})
    (found,) = reception_desk.do("find", {"text": number})["candidates"]
    assert (found["name"], found["does"]) == ("何雪梅", "open")


@BOTH
def test_a_walk_in_is_registered_and_found_again(reception_desk: Desk) -> None:
    """Name, phone and birth date make a patient; the same person a second time is not another one."""
    walk_in = {"name": "林小红", "phone": "138 0013 8000", "birth_date": "1990年2月3日", "sex": "female", "service": 1}
    given = reception_desk.do("register", walk_in)
    row = reception_desk.row(given["visit"])
    assert (row["name"], row["masked"], row["birth_date"], row["phone_tail"]) == (
        "林小红",
        "林*红",
        "1990-02-03",
        "8000",
    )
    assert reception_desk.refused("register", walk_in) == (409, "already_checked_in")


@pytest.mark.parametrize(
    ("wrong", "field"), [({"birth_date": "32.13.1990"}, "birth_date"), ({"phone": "none"}, "phone")]
)
def test_a_field_that_cannot_be_read_is_named_and_not_repeated(
    reception_desk: Desk, wrong: dict[str, str], field: str
) -> None:
    """The answer says which field, and nothing of what was typed."""
    answer = reception_desk.post("/api/reception/register", {"name": "林小红", "service": 1, **wrong})
    assert (answer.status_code, answer.json["field"] if answer.json else "") == (422, field)
    assert "1990" not in answer.text


def test_the_interview_asks_and_keeps_nothing_until_it_is_complete(reception_desk: Desk) -> None:
    """What is missing is refused by question; a confidential answer goes in and does not come back out."""
    desk = reception_desk
    visit = checked_in(desk, 1)
    assert desk.refused(f"visits/{visit}/form", {"answers": {}}) == (422, "form_incomplete")
    answers = whole_form(desk, visit)
    confidential = confidential_questions(desk, visit, answers)
    assert confidential
    shown = desk.do(f"visits/{visit}/form/ask", {"answers": answers})
    assert not confidential & set(shown["answers"])
    assert desk.row(visit)["needs"] == ["form", "identity"]
    desk.do(f"visits/{visit}/form", {"answers": answers})
    assert desk.row(visit)["needs"] == ["identity"]


def test_clinicians_read_back_what_is_confidential(desk: Callable[[Role], Desk]) -> None:
    """The dentist changes an answer that reception cannot see."""
    front, dentist = desk(Role.RECEPTION), desk(Role.DENTIST)
    visit = checked_in(front, 1)
    answers = whole_form(front, visit)
    confidential = confidential_questions(front, visit, answers)
    front.do(f"visits/{visit}/form", {"answers": answers})
    assert confidential & set(dentist.get(f"visits/{visit}/form")["answers"])
    assert not confidential & set(front.get(f"visits/{visit}/form")["answers"])


def test_a_visit_of_another_day_is_not_found(reception_desk: Desk, clock: Clock) -> None:
    """The drawer shows today."""
    visit = checked_in(reception_desk, 1)
    clock.now += timedelta(days=1)
    again = Desk(reception_desk.client, Role.RECEPTION)
    checked_in(again, 2)
    assert again.client.get(f"/api/reception/visits/{visit}").status_code == 404


def test_printed_sheets_are_pictures(reception_desk: Desk, tmp_path: Path, clock: Clock, database: Database) -> None:
    """The newest first; a name that is none is not found."""
    with database.write() as connection:
        connection.execute(
            insert(t.printer).values(site_id=1, name="前台", address="memory:", profile=next(iter(PROFILES)))
        )
    data = render(Document("ticket", (Text("A001"),)), next(iter(PROFILES.values())), job_id=b"1234", font=FONT)
    sheet = SheetStore(tmp_path / "sheets/1").add(data, b"1234", clock.now)
    (shown,) = reception_desk.get("sheets")["sheets"]
    assert shown["name"] == sheet.id
    picture = reception_desk.client.get(f"/api/reception/sheets/{sheet.id}.png")
    assert picture.data.startswith(b"\x89PNG")
    assert reception_desk.client.get("/api/reception/sheets/none.png").status_code == 404


def test_a_technician_sees_no_patient(desk: Callable[[Role], Desk]) -> None:
    """Neither in the picture nor by any other way."""
    visit = checked_in(desk(Role.RECEPTION), 1)
    technician = desk(Role.TECHNICIAN)
    console = technician.get("picture")["body"]
    assert (console["columns"], console["rooms"], console["totals"]) == ([], [], None)
    assert "A001" not in json.dumps(console)
    for path in (f"visits/{visit}", f"visits/{visit}/form", "sheets"):
        assert technician.client.get(f"/api/reception/{path}").status_code == 403
    assert technician.refused("find", {"text": "A001"}) == (403, "not_allowed")


def whole_form(desk: Desk, visit: int) -> dict[str, Any]:
    """Answers that complete a visit's questionnaire, found as a person would: by filling in what is missing."""
    answers: dict[str, Any] = {}
    shown = desk.get(f"visits/{visit}/form")
    while shown["missing"]:
        before = len(answers)
        for question in (each for group in shown["groups"] for each in group["questions"]):
            if question["link_id"] in shown["missing"]:
                answers[question["link_id"]] = plausible(question)
        assert len(answers) > before, shown["missing"]
        shown = desk.do(f"visits/{visit}/form/ask", {"answers": answers})
    return answers


def plausible(question: dict[str, Any]) -> Any:
    """The most harmless answer of a question."""
    match question["type"]:
        case "boolean":
            return True
        case "choice":
            code = question["options"][-1]["code"]
            return [code] if question["repeats"] else code
        case "integer" | "decimal":
            return question["minimum"] or 1
        case "date":
            return "2026-01-01"
        case _:
            return "无"


def confidential_questions(desk: Desk, visit: int, answers: dict[str, Any]) -> set[str]:
    """Confidential questions that are asked, given these answers; each is answered too."""
    shown = desk.do(f"visits/{visit}/form/ask", {"answers": answers})
    asked = [each for group in shown["groups"] for each in group["questions"] if each["confidential"]]
    answers |= {each["link_id"]: plausible(each) for each in asked if each["link_id"] not in answers}
    return {each["link_id"] for each in asked}
