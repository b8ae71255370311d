"""A day of patients whose words and numbers are recognised anywhere."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from clinic.identity.documents import check_digit
from clinic.questionnaire import Answer
from clinic.roles import Role
from clinic.visit import State
from server.commands.printing import phone_token
from server.demo import healthy
from server.queries.forms import form_of
from tests.server.doors import Browser, Premises, no
from tests.server.terminal import Terminal

ADULT, CHILD = date(1961, 7, 23), date(2016, 8, 19)
DRUG, REASON, NOTE = "标记药物壬乙辛", "标记来由戊癸", "标记便条庚申 Zq7"
"""What is written into the form's free text, and what reception writes beside a move."""

INFECTED = ("hbv", "tb")

NAMES = (
    ("龘靐齉", "zhang", "consult", State.FINISHED),
    ("欧阳龘靐", "zhang", "consult", State.MISSED),
    ("靐龘", "zhang", "consult", State.CALLED),
    ("Zephyrine Quackenbush", "zhang", "consult", State.WAITING),
    ("爨癵籱", "zhang", "consult", State.WAITING),
    ("驫鱻麤", "liu", "consult", State.AT_ROOM),
    ("Wolfeschlegel Featherstonehaugh", "liu", "implant", State.WAITING),
    ("阿卜杜热依木·买买提艾力", "liu", "consult", State.STEPPED_OUT),
    ("钃鑿钁", "li", "hygiene", State.SEATED),
    ("灪麷鸞", "li", "hygiene", State.WAITING_IN_CHAIR),
    ("虋讟鼺", "li", "hygiene", State.ON_HOLD),
    ("饢鸜麣", "li", "hygiene", State.CANCELLED),
    ("鬱鸝驪", "he", "ortho", State.SEATED),
    ("灩麢", "he", "ortho", State.SEATED),
    ("厵滟蘻", "he", "ortho", State.WAITING),
)
"""Who comes, to whom, for what, and how far their visit gets: every state there is."""


@dataclass(frozen=True)
class Patient:
    """Somebody of the day. `private` is what nobody but staff may read; the rest is there once they are checked in."""

    name: str
    phone: str
    document: str
    born: date
    visit: int = 0
    ticket: str = ""
    token: str = ""

    @property
    def private(self) -> tuple[str, ...]:
        return self.name, self.phone, self.document, self.born.isoformat(), f"{self.born:%Y%m%d}"


@dataclass(frozen=True)
class MarkedDay:
    """The patients by name, and what was written about some of them."""

    patients: Mapping[str, Patient]
    written: tuple[str, ...] = (DRUG, REASON, NOTE)

    @property
    def private(self) -> list[str]:
        """Everything that only staff may read."""
        return [*self.written, *(each for patient in self.patients.values() for each in patient.private)]

    def of(self, state: State) -> list[Patient]:
        return [self.patients[name] for name, _, _, reached in NAMES if reached is state]


def live_through(premises: Premises) -> MarkedDay:
    """A day at the doors of reception, terminal and phone; everybody gets as far as NAMES says."""
    ids = _ids(premises)
    patients: dict[str, Patient] = {}
    for number, (name, dentist, service, _) in enumerate(NAMES):
        patients[name] = _arrive(premises, _invent(number, name), ids["queue", dentist], ids["service", service])
    for name, dentist, _, state in NAMES:
        _bring(premises, patients[name], state, ids["room", dentist])
    _write_about(premises, patients)
    premises.print_all()
    return MarkedDay(patients)


def arguments_of(premises: Premises, day: MarkedDay) -> dict[str, Any]:
    """What stands in addresses: rows that are there, and a phone's own link."""
    patient = next(iter(day.patients.values()))
    sheet = premises.desk.see("/api/reception/sheets")["sheets"][0]
    numbers = {"visit_id": patient.visit, "room_id": 1, "card_id": 1, "device_id": 1}
    return {**numbers, "token": patient.token, "face": "display", "name": sheet["name"]}


def _invent(number: int, name: str) -> Patient:
    born = CHILD if number == len(NAMES) - 1 else ADULT + timedelta(days=100 * number)
    body = f"990101{born:%Y%m%d}{number + 71:02d}{number % 10}"
    return Patient(name, f"1397731{8060 + 37 * number}", body + check_digit(body), born)


def _ids(premises: Premises) -> dict[tuple[str, str], int]:
    """The first site's queues, rooms and services, by the dentist's or their own code."""
    console = premises.desk.see("/api/reception/picture")["body"]
    queues = {("queue", column["code"]): column["queue"] for column in console["columns"]}
    rooms = {("room", column["code"]): column["rooms"][0] for column in console["columns"]}
    words = {"初诊检查": "consult", "洁牙": "hygiene", "正畸复诊": "ortho", "种植咨询": "implant"}
    services = {("service", words[each["name"]["zh"]]): each["id"] for each in console["services"] if each["walk_in"]}
    return queues | rooms | services


def _arrive(premises: Premises, patient: Patient, queue: int, service: int) -> Patient:
    """Every other patient shows a card at the terminal; the rest tell reception."""
    if patient.phone.endswith("0") or len(patient.name) > 5:
        told = {"name": patient.name, "phone": patient.phone, "birth_date": patient.born.isoformat(), "sex": "female"}
        given = premises.desk.do("/api/reception/register", {**told, "service": service, "queue": queue})
        visit, ticket = given["visit"], given["ticket"]
    else:
        terminal = Terminal(premises.kiosk)
        ticket = terminal.register(patient.name, patient.phone, patient.document, service)
        visit = _found(premises.desk, ticket)["visit"]
        moved = premises.desk.post(f"/api/reception/visits/{visit}/transfer", {"queue": queue})
        assert no(moved) in ((200, ""), (422, "already_in_queue")), moved.text
    token = phone_token(premises.database.vault, visit)
    return replace(patient, visit=visit, ticket=ticket, token=token)


def _found(desk: Browser, text: str) -> Any:
    (found,) = desk.do("/api/reception/find", {"text": text})["candidates"]
    return found


def _bring(premises: Premises, patient: Patient, state: State, room: int) -> None:
    desk = premises.desk

    def do(verb: str, body: object = None) -> None:
        desk.do(f"/api/reception/visits/{patient.visit}/{verb}", body)

    if state in (State.CALLED, State.AT_ROOM, State.MISSED):
        do("call", {"room": room})
        do("call-again")
    if state in (State.SEATED, State.WAITING_IN_CHAIR, State.FINISHED):
        fill_form(premises, patient.visit)
        do("call", {"room": room})
        do("at-room")
        do("identity", {"identifiers": ["name", "birth_date"]})
        do("seat")
    for verb, reached, body in (
        ("at-room", State.AT_ROOM, None),
        ("no-show", State.MISSED, None),
        ("wait-in-chair", State.WAITING_IN_CHAIR, None),
        ("finish", State.FINISHED, None),
        ("hold", State.ON_HOLD, None),
        ("step-out", State.STEPPED_OUT, {"minutes": 20}),
        ("cancel", State.CANCELLED, {"reason": "left"}),
    ):
        if state is reached:
            do(verb, body)


def fill_form(premises: Premises, visit: int, infected: tuple[str, ...] = INFECTED) -> None:
    """A dentist asks everything and writes it down: free text, infections, a fever."""
    premises.staff(Role.DENTIST).do(
        f"/api/reception/visits/{visit}/form", {"answers": _answers(premises, visit, infected)}
    )


def _answers(premises: Premises, visit: int, infected: tuple[str, ...]) -> dict[str, Answer]:
    """Somebody with a medicine, a reason of their own, and an infection."""
    asked = form_of(premises.database, premises.server.house.questionnaires, visit)
    special: dict[str, Answer] = {"meds_text": DRUG, "reason_other": REASON, "infection": list(infected)}
    answers = healthy(asked)
    for name in asked.questionnaire.by_link_id.keys() & {"meds", "reason"}:
        item = asked.questionnaire.by_link_id[name]
        code = "other" if "other" in item.codes else next(each.code for each in item.options if not each.exclusive)
        answers[name] = [code] if item.repeats else code
    known = {name: answer for name, answer in special.items() if name in asked.questionnaire.by_link_id}
    return {**healthy(asked), **answers, **known}


def _write_about(premises: Premises, patients: Mapping[str, Patient]) -> None:
    """Order, a note, an image, a call that was taken back, a form on the own phone."""

    def do(name: str, verb: str, body: object = None) -> Any:
        return premises.desk.do(f"/api/reception/visits/{patients[name].visit}/{verb}", body)

    fill_form(premises, patients["爨癵籱"].visit)
    do("爨癵籱", "move", {"position": 1, "reason": "agreed_swap", "note": NOTE})
    do("Zephyrine Quackenbush", "priority", {"priority": "pregnant"})
    do("灩麢", "imaging")
    called = do("厵滟蘻", "call", {"room": _room_of(premises, patients["厵滟蘻"])})
    premises.desk.do("/api/reception/undo", {"rev": called["rev"]})
    fill_form_by_phone(premises, patients["驫鱻麤"])


def _room_of(premises: Premises, patient: Patient) -> int:
    columns = premises.desk.see("/api/reception/picture")["body"]["columns"]
    return int(next(c["rooms"][0] for c in columns if patient.visit in {row["visit"] for row in c["rows"]}))


def fill_form_by_phone(premises: Premises, patient: Patient) -> None:
    """Group by group, as the page of the own phone does it."""
    phone, path = premises.browser(), f"/api/phone/{patient.token}/form"
    given = _answers(premises, patient.visit, INFECTED)
    raw = {name: value if isinstance(value, list) else _typed(value) for name, value in given.items()}
    turn = phone.do(path, {"answers": {}, "raw": {}, "page": "", "action": "next"})
    while not turn["done"]:
        page = re.findall('data-page="([^"]+)"', turn["body"])[0]
        asked = {name: raw[name] for name in re.findall('data-question="([^"]+)"', turn["body"]) if name in raw}
        before = turn["body"]
        turn = phone.do(path, {"answers": turn["answers"], "raw": asked, "page": page, "action": "next"})
        assert turn["body"] != before, before


def _typed(answer: Answer) -> str:
    return str(answer).lower() if isinstance(answer, bool) else str(answer)
