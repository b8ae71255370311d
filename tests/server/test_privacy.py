"""What is private leaves by no public way, whatever happens in a day."""

import contextlib
import html
import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, cast

import pytest
import structlog
from sqlalchemy import select

from clinic.board import board, slip
from clinic.privacy import PRECAUTION
from clinic.roles import CLINICIANS, Role
from clinic.visit import State
from display.screens import SCREENS
from locales import LANGUAGES
from printers.drivers.memory import SheetStore
from server.commands.command import hash_body
from server.devices import Kind
from server.queries.snapshot import read_snapshot
from server.storage import tables as t
from tests.contracts.test_screens import MAY_BE_SEEN
from tests.server.doors import Browser, Premises, doors, no, open_premises
from tests.server.marked import DRUG, INFECTED, NOTE, REASON, MarkedDay, Patient, fill_form, live_through
from tests.server.terminal import Terminal

BOARDS = ("calls", "progress")


@dataclass(frozen=True)
class Lived:
    """The clinic after a marked day, and all that was logged or written to the error stream meanwhile."""

    premises: Premises
    day: MarkedDay
    logged: str


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    with contextlib.ExitStack() as stack:
        with listening() as heard:
            premises = stack.enter_context(open_premises(tmp_path_factory.mktemp("privacy")))
            day = live_through(premises)
            make_mistakes(premises, day)
        yield Lived(premises, day, heard.getvalue())


@pytest.fixture
def premises(lived: Lived) -> Premises:
    return lived.premises


@pytest.fixture
def day(lived: Lived) -> MarkedDay:
    return lived.day


@contextlib.contextmanager
def listening() -> Iterator[io.StringIO]:
    """Everything logged from INFO on by anybody, statements of the database among it, and both streams."""
    heard = io.StringIO()
    root, handler = logging.getLogger(), logging.StreamHandler(heard)
    # The database layer has a level of its own, which an engine reads when it is made.
    loggers = {logger: logger.level for logger in (root, logging.getLogger("sqlalchemy"))}
    root.addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.INFO)
    try:
        with (
            contextlib.redirect_stderr(heard),
            contextlib.redirect_stdout(heard),
            structlog.testing.capture_logs() as logged,
        ):
            yield heard
    finally:
        root.removeHandler(handler)
        for logger, level in loggers.items():
            logger.setLevel(level)
        heard.write(repr(logged))


def make_mistakes(premises: Premises, day: MarkedDay) -> None:
    """Private words where nobody expects them: in invalid, refused, unreadable and unwanted requests."""
    patient = day.of(State.WAITING)[0]
    told = {"name": patient.name, "phone": patient.phone, "birth_date": patient.born.isoformat(), "service": 1}
    desk = premises.desk
    desk.post("/api/reception/register", {**told, "service": patient.name})
    desk.post("/api/reception/register", {**told, patient.name: patient.document})
    desk.post("/api/reception/register", {**told, "service": 999})
    desk.post("/api/reception/register", {**told, "birth_date": patient.document})
    desk.post("/api/reception/register", told)
    desk.post(f"/api/reception/visits/{patient.visit}/cancel", {"reason": NOTE})
    desk.post("/api/reception/find", {"text": patient.phone})
    desk.post("/api/reception/check-in", {"patient": 1, "appointment": 77})
    premises.kiosk.post("/api/kiosk/scan", {"talk": "", "text": f"{patient.document}{patient.name}"})
    premises.kiosk.post("/api/kiosk/answer", {"talk": "", "page": patient.name, "action": DRUG, "values": told})
    premises.browser().post("/api/staff/sign-in", {"login": patient.name, "password": patient.phone})
    premises.browser().get(f"/t/{patient.phone}")
    premises.browser().post(f"/api/phone/{patient.token}/form", {"answers": {DRUG: REASON}, "raw": 5})
    desk.client.post("/api/reception/register", data=patient.name, content_type="application/json")


def leaks(text: str, private: list[str]) -> list[str]:
    """Which of these stand in a text, however it is escaped."""
    forms = (text, html.unescape(text), text.encode("ascii", "backslashreplace").decode("unicode_escape", "replace"))
    return sorted({each for each in private for form in forms if each in form})


def spoken(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


# The day itself


def test_the_day_has_a_visit_in_every_state(premises: Premises, day: MarkedDay) -> None:
    """So what follows was looked for in all of them: forms by desk and phone, cards, notes, images, an undone call."""
    snapshot = read_snapshot(premises.database, 1)
    states = {visit.state for visit in snapshot.day.visits.values()}
    assert states == set(State)
    assert {name: snapshot.day.visits[patient.visit].state for name, patient in day.patients.items()} == {
        patient.name: state for state in State for patient in day.of(state) if patient.name != "灩麢"
    } | {"灩麢": State.WAITING}
    assert any(visit.withdrawn_at for visit in snapshot.day.visits.values())
    assert any(visit.back_queue_id for visit in snapshot.day.visits.values())
    flags = {flag.id for person in snapshot.people.values() for flag in person.flags}
    assert {"INF_TB", "INF_BLOOD"} <= flags
    with premises.database.read() as connection:
        assert connection.execute(select(t.note)).all()
        assert {row.by.partition(":")[0] for row in connection.execute(select(t.form))} >= {"staff", "phone"}


# What the public sees


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", BOARDS)
def test_public_boards_show_nothing_private(premises: Premises, day: MarkedDay, kind: str, language: str) -> None:
    """Neither the page nor its picture, nor a phone's token."""
    screen = premises.device(Kind.SCREEN, kind)
    with premises.database.write() as connection:
        connection.execute(t.device.update().values(language=language))
    shown = [screen.get("/screen").text, spoken(screen.see("/api/screen/picture"))]
    assert day.of(State.CALLED)[0].ticket in shown[0]
    tokens = [patient.token for patient in day.patients.values()]
    assert leaks("".join(shown), day.private + tokens) == []


def test_a_phone_shows_nothing_of_anybody_else(premises: Premises, day: MarkedDay) -> None:
    """Not even their numbers; and of its own patient the masked name at most, and no answer."""
    for patient in day.patients.values():
        phone = premises.browser()
        pages = [
            phone.get(f"/t/{patient.token}{end}").text for end in ("", "?language=en", "/form", "/form?language=en")
        ]
        pages.append(spoken(phone.see(f"/api/phone/{patient.token}/picture")))
        others = [each for each in day.patients.values() if each is not patient]
        strange = [each.ticket for each in others] + [each.token for each in others]
        assert leaks("".join(pages), day.private + strange) == []
        assert patient.ticket in pages[0]
        assert phone.get(f"/t/{patient.token[:-1]}").status_code == 404


def test_minors_and_sensitive_services_are_numbers_only(premises: Premises, day: MarkedDay) -> None:
    """Not even a masked name is drawn for them anywhere in public."""
    child, private = day.patients["厵滟蘻"], day.patients["Wolfeschlegel Featherstonehaugh"]
    screens = [premises.device(Kind.SCREEN, kind).get("/screen").text for kind in BOARDS]
    phones = [premises.browser().get(f"/t/{patient.token}").text for patient in (child, private)]
    assert leaks("".join(screens + phones), ["厵*", "W. F*", "厵**"]) == []


def test_the_values_behind_public_pictures_are_known_ones(premises: Premises, day: MarkedDay) -> None:
    """Every field at every depth is on the list of what may be seen, and every text is the clinic's own word, a
    number, a masked name, a code or a time.
    """
    snapshot = read_snapshot(premises.database, 1)
    names = {visit_id: person.masked for visit_id, person in snapshot.people.items()}
    public = board(snapshot.day, names, snapshot.at)
    views: list[tuple[str, Any]] = [(kind, SCREENS[kind].view(public, SCREENS[kind].Options())) for kind in BOARDS]
    phone = SCREENS["phone"]
    views += [
        ("phone", phone.view(slip(snapshot.day, visit, names[visit.id], snapshot.at), phone.Options()))
        for visit in snapshot.day.visits.values()
    ]
    setup = snapshot.day.setup
    named: list[Any] = [setup.site, *setup.rooms, *setup.services, *setup.practitioners, *setup.areas]
    known = {name for each in named for name in (each.name.zh, each.name.en)}
    known |= {word for room in setup.rooms for word in (room.code, room.directions.zh, room.directions.en)}
    known |= {chair.code for room in setup.rooms for chair in room.chairs} | set(names.values())
    known |= {visit.ticket for visit in snapshot.day.visits.values()} | {str(state) for state in State} | {"", "free"}
    for kind, view in views:
        for owner, name, value in leaves(view):
            assert name in MAY_BE_SEEN[kind][owner], (kind, owner, name)
            assert not isinstance(value, str) or value in known or CODE.fullmatch(value), (kind, owner, name, value)


CODE = re.compile(r"day|night|zh-CN|en|pending|done|[a-z_]{3,20}|\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.+]+")


def leaves(view: Any) -> Iterator[tuple[str, str, Any]]:
    """Every field of a view and of what is inside it: the class it belongs to, its name, its value."""
    for each in fields(view):
        value = getattr(view, each.name)
        for inner in value if isinstance(value, tuple) else (value,):
            if is_dataclass(inner):
                yield from leaves(inner)
            else:
                assert isinstance(inner, str | int | float | bool | date | datetime | Enum | None), (each.name, inner)
                yield type(view).__name__, each.name, inner


def test_paper_carries_no_full_name(premises: Premises, day: MarkedDay) -> None:
    """It lies about in waiting rooms: a masked name at most, as bytes of either character set."""
    store = SheetStore(premises.server.house.paths.sheets_of(1))
    sheets = [store.read(sheet.id) for sheet in store.sheets()]
    assert len(sheets) == len(day.patients)
    private = [each.encode(code, "ignore") for each in day.private for code in ("gb18030", "utf-8")]
    assert [each for sheet in sheets for each in private if each in sheet] == []


# What is kept


def test_journal_and_remembered_answers_hold_nothing_private(premises: Premises, day: MarkedDay) -> None:
    """Ids, codes and times: whoever reads them learns what happened, not to whom."""
    rows = premises.everything()
    assert len(rows["journal"]) > 60
    assert len(rows["request"]) > 60
    assert leaks(" ".join(rows["journal"]), [*day.private, "男", "female"]) == []
    assert leaks(" ".join(rows["request"]), day.private) == []
    assert leaks(" ".join([*rows["card"], *rows["attempt"], *rows["phone_link"], *rows["device"]]), day.private) == []


def test_the_database_file_holds_no_number_answer_or_note(premises: Premises, day: MarkedDay) -> None:
    """Sealed or hashed, also in pages that are free again and in the write-ahead log."""
    kept = b"".join(path.read_bytes() for path in premises.server.house.settings.data.glob("nextchair.db*"))
    assert next(iter(day.patients)).encode() in kept
    numbers = [each for patient in day.patients.values() for each in (patient.phone, patient.document, patient.token)]
    private = [each.encode(code) for each in [*numbers, *day.written] for code in ("utf-8", "utf-16-le")]
    assert [each for each in private if each in kept] == []


def test_nobody_can_guess_a_number_by_the_digest_of_a_request(premises: Premises, day: MarkedDay) -> None:
    """What is kept to recognise a repeated request cannot be made without this installation's key."""
    patient = day.patients["龘靐齉"]
    told = {"name": patient.name, "phone": patient.phone, "birth_date": patient.born.isoformat(), "sex": "female"}
    guessed = {
        hash_body({"path": "/api/reception/register", "body": {**told, "service": s, "queue": q}})
        for s in range(1, 20)
        for q in range(1, 20)
    }
    with premises.database.read() as connection:
        kept = set(connection.scalars(select(t.request.c.body_hash)))
    assert guessed & kept == set()


# What is logged and asked for


def test_nothing_private_is_logged(lived: Lived) -> None:
    """By us, by the database layer, by the web framework, to either stream; in good requests and in bad ones."""
    assert "INSERT INTO visit" in lived.logged
    assert leaks(lived.logged, lived.day.private) == []


def test_addresses_carry_ids_and_tokens_only(premises: Premises) -> None:
    """No door takes anything else in its path, and in its query only what a picture is to look like."""
    named = {argument for door in doors(premises.app) for argument in door.arguments}
    assert named == {"visit_id", "room_id", "card_id", "device_id", "token", "name", "face"}
    paths = cast(dict[str, Any], premises.app.spec)["paths"]
    queries = {
        parameter["name"]
        for path in paths.values()
        for operation in path.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
    }
    assert queries <= {"kind", "language"}


# What staff see


@pytest.mark.parametrize("role", [role for role in Role if role not in CLINICIANS])
def test_infections_are_for_clinicians(premises: Premises, day: MarkedDay, role: Role) -> None:
    """Nobody else finds a word, a code or an id of them in any answer of the console, in either language."""
    words = infection_words(premises)
    for answer in console_answers(premises.staff(role), day):
        told = {**answer, "groups": None}
        assert [word for word in words if word in spoken(told)] == []


def test_clinicians_read_infections(premises: Premises, day: MarkedDay) -> None:
    """The check above looks for the right words: a dentist finds them."""
    told = "".join(spoken(answer) for answer in console_answers(premises.staff(Role.DENTIST), day))
    assert {"INF_TB", "INF_BLOOD"} <= {word for word in infection_words(premises) if word in told}


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.CASHIER])
def test_no_detail_tells_one_infection_from_another(premises: Premises, day: MarkedDay, role: Role) -> None:
    """Two forms that differ in the infection alone look the same to whoever may not read it: row, form and cards."""
    patient = day.patients["爨癵籱"]
    seen = []
    for infected in (("hbv",), ("tb",), ("decline",)):
        fill_form(premises, patient.visit, infected)
        answers = console_answers(premises.staff(role), MarkedDay({patient.name: patient}))
        seen.append(re.sub(r'"(rev|at|hash|undo|history)": ("[^"]*"|\d+|\[.*?\])', "", spoken(answers)))
    assert seen[0] == seen[1] == seen[2]
    assert PRECAUTION.id in seen[0]


def test_a_form_read_back_does_not_tell_whether_there_is_an_infection(premises: Premises, day: MarkedDay) -> None:
    """For reception it is the same whatever was answered: no answer, no further question, nothing missing."""
    visit = day.patients["爨癵籱"].visit
    read: list[Any] = []
    for infected in (("hbv",), ("none",), ("unsure",)):
        fill_form(premises, visit, infected)
        read.append(premises.desk.see(f"/api/reception/visits/{visit}/form"))
    assert read[0] == read[1] == read[2]
    assert len(read[0]["answers"]) > 10


def infection_words(premises: Premises) -> set[str]:
    """Ids and messages of all flags about infections."""
    found: set[str] = set()
    for questionnaire in premises.server.house.questionnaires.values():
        for item in questionnaire.by_link_id.values():
            for rule in item.alerts:
                if rule.infection:
                    found |= {rule.id, rule.message.zh, rule.message.en}
            if item.confidential:
                found |= {f'"{code}"' for code in item.codes if code in INFECTED}
    assert len(found) > 8
    return found


def console_answers(browser: Browser, day: MarkedDay) -> list[dict[str, Any]]:
    """Everything a console may ask about these patients, as far as its person is let in."""
    paths = ["picture", *(f"visits/{p.visit}{end}" for p in day.patients.values() for end in ("", "/form"))]
    answers = [browser.get(f"/api/reception/{path}") for path in paths]
    answers += [browser.post("/api/reception/find", {"text": name}) for name in day.patients]
    answers += [
        browser.post(f"/api/reception/visits/{p.visit}/form/ask", {"answers": {}}) for p in day.patients.values()
    ]
    return [answer.json for answer in answers if answer.status_code == 200 and answer.json]


def test_a_technician_sees_no_patient(premises: Premises, day: MarkedDay) -> None:
    """No name, no number, no room with somebody in it; every door to a patient is shut."""
    technician = premises.staff(Role.TECHNICIAN)
    console = technician.see("/api/reception/picture")["body"]
    assert (console["columns"], console["rooms"], console["totals"]) == ([], [], None)
    assert [card for card in console["cards"] if card["visit"]] == []
    tickets = [patient.ticket for patient in day.patients.values()]
    assert leaks(spoken(console), [*day.private, *tickets]) == []
    patient = day.of(State.CALLED)[0]
    for path in (f"visits/{patient.visit}", f"visits/{patient.visit}/form", "sheets"):
        assert no(technician.get(f"/api/reception/{path}")) == (403, "not_allowed")


def test_a_terminal_hears_a_count_and_shows_one_patient(premises: Premises, day: MarkedDay) -> None:
    """Its idle picture names nobody; a found patient is masked, and nothing typed by the one before comes back."""
    body = premises.kiosk.see("/api/kiosk/picture")["body"]
    assert set(body) == {"waiting", "help"}
    patient = day.patients["驫鱻麤"]
    terminal = Terminal(premises.kiosk)
    terminal.press("phone")
    terminal.press("next", phone=patient.phone)
    found = spoken(terminal.press("next", birth_date=f"{patient.born:%Y%m%d}"))
    assert patient.ticket in found
    assert leaks(found, others_than(patient, day)) == []
    assert patient.name not in found
    again = Terminal(premises.kiosk)
    assert leaks(spoken(again.turn), day.private) == []


def others_than(patient: Patient, day: MarkedDay) -> list[str]:
    private = [
        *day.written,
        *(each for other in day.patients.values() if other is not patient for each in other.private),
    ]
    return [*private, patient.name, patient.phone, patient.document]
