"""Finding a patient by one field, checking in, registering a walk-in."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal

from apiflask import APIBlueprint
from pydantic import BaseModel

from clinic.errors import Refused
from clinic.hours import service_day
from clinic.identity import (
    LONGEST,
    AppointmentCode,
    Document,
    EVoucher,
    HealthCard,
    Licence,
    ResidentId,
    Search,
    Unknown,
    normalise_phone,
    parse_birth_date,
    recognise_at_desk,
)
from clinic.privacy import mask_name
from clinic.roles import Task
from clinic.setup import Name, Setup
from server.api.access import asked, caller, for_staff
from server.api.answers import Changed
from server.api.errors import POST_PROBLEMS
from server.api.fields import Body, Id, line
from server.api.house import House
from server.api.sockets import known_language
from server.appointment_codes import verify
from server.commands import checking_in
from server.commands.checking_in import CheckIn
from server.commands.command import Answer
from server.commands.patients import LONGEST_NAME, Particulars
from server.pictures import Pictures
from server.queries import finding
from server.queries.finding import Booked, Found
from server.storage.database import Database


class FindBody(Body):
    """What the one field holds: a scan, a number, a name, initials, the tail of a phone."""

    text: Annotated[str, line(LONGEST, 1)]


class Candidate(BaseModel):
    """Somebody the field may mean, once per booking of today. `does` is what Enter does with it.

    `check-in` takes `patient` and `appointment`; `open` shows `visit`; `register` needs a service chosen first.
    """

    patient: int
    name: str
    masked: str
    birth_date: date | None
    sex: str
    phone_tail: str
    language: str
    appointment: int | None
    slot: datetime | None
    service: Name | None
    dentist: Name | None
    visit: int | None
    ticket: str
    does: Literal["check-in", "open", "register"]


class Holder(BaseModel):
    """What a scanned card says of somebody the clinic does not know: enough to register them."""

    name: str
    birth_date: date | None
    sex: Literal["male", "female", "unknown"]
    document: str


class Candidates(BaseModel):
    """Those booked or present today first. With none of them `problem` says why, worded by
    `reception.find.problem.<code>`, and `holder` whom a card belongs to.
    """

    candidates: list[Candidate]
    problem: str = ""
    holder: Holder | None = None


class CheckInBody(Body):
    """A booking, or a service for somebody who is known already."""

    patient: Id
    appointment: Id | None = None
    service: Id | None = None
    queue: Id | None = None
    language: Annotated[str, line(8)] = "zh-CN"


class RegisterBody(Body):
    """What a walk-in says, as it was typed; the birth date in any form that `clinic.identity` reads."""

    name: Annotated[str, line(LONGEST_NAME, 1)]
    phone: Annotated[str, line(60)] = ""
    document: Annotated[str, line(60)] = ""
    birth_date: Annotated[str, line(40)] = ""
    sex: Literal["male", "female", "unknown"] = "unknown"
    service: Id
    queue: Id | None = None
    language: Annotated[str, line(8)] = "zh-CN"


class NumberGiven(Changed):
    """The visit and its number; `job` is None where nothing is printed."""

    visit: int
    ticket: str
    job: int | None


def add(door: APIBlueprint, house: House) -> None:
    database = house.database

    @door.post("/find")
    @door.input(FindBody, arg_name="body")
    @door.output(Candidates)
    @door.doc(summary="Whom one field means", responses=POST_PROBLEMS)
    @for_staff(Task.FIND)
    def find(body: FindBody) -> Candidates:
        site_id = caller().site_id
        setup = _setup(house.pictures, site_id)
        today = service_day(database.now(), setup.site.zone, setup.site.day_starts)
        scan = recognise_at_desk(body.text, today)
        if isinstance(scan, AppointmentCode):
            return _booked(database, site_id, scan, setup)
        found = finding.at_desk(database, site_id, body.text, today)
        if not found:
            return Candidates(candidates=[], problem=_problem(scan), holder=_holder(scan))
        return Candidates(candidates=[candidate for each in found for candidate in _candidates(each, setup)])

    @door.post("/check-in")
    @door.input(CheckInBody, arg_name="body")
    @door.output(NumberGiven)
    @door.doc(summary="Give somebody who is known a number", responses=POST_PROBLEMS)
    @for_staff(Task.CHECK_IN)
    def check_in(body: CheckInBody) -> Answer:
        arrival = CheckIn(
            patient_id=body.patient,
            appointment_id=body.appointment,
            service_id=body.service,
            queue_id=body.queue,
            language=known_language(body.language),
            where="desk",
        )
        return checking_in.check_in(database, asked(), arrival, origin=house.origin)

    @door.post("/register")
    @door.input(RegisterBody, arg_name="body")
    @door.output(NumberGiven)
    @door.doc(summary="Give a walk-in a number", responses=POST_PROBLEMS)
    @for_staff(Task.REGISTER)
    def register(body: RegisterBody) -> Answer:
        setup = _setup(house.pictures, caller().site_id)
        today = service_day(database.now(), setup.site.zone, setup.site.day_starts)
        arrival = CheckIn(
            patient_id=0,
            service_id=body.service,
            queue_id=body.queue,
            language=known_language(body.language),
            where="desk",
        )
        return checking_in.register(database, asked(), _particulars(body, today), arrival, origin=house.origin)


def _particulars(body: RegisterBody, today: date) -> Particulars:
    """Raises Refused for a field that cannot be read, naming it."""
    born = parse_birth_date(body.birth_date, today)
    if born is None and body.birth_date.strip():
        raise Refused("birth_date_unreadable", unfit=True, field="birth_date")
    if body.phone.strip() and normalise_phone(body.phone) is None:
        raise Refused("phone_unreadable", unfit=True, field="phone")
    return Particulars(
        name=body.name,
        birth_date=born,
        phone=body.phone,
        document=body.document,
        sex=body.sex,
        language=known_language(body.language),
    )


def _setup(pictures: Pictures, site_id: int) -> Setup:
    return pictures.snapshot(site_id, pictures.revs(frozenset({site_id}))[site_id]).day.setup


def _booked(database: Database, site_id: int, scan: AppointmentCode, setup: Setup) -> Candidates:
    """The one booking that an appointment's code names."""
    code = verify(database.vault, scan.payload, scan.signature)
    if code is None or code.expires <= database.now():
        return Candidates(candidates=[], problem="unreadable" if code is None else "code_expired")
    found = finding.by_appointment(database, site_id, code.appointment_id)
    candidates = [candidate for each in found for candidate in _candidates(each, setup)]
    meant = [each for each in candidates if each.appointment in (code.appointment_id, None)]
    return Candidates(candidates=meant, problem="" if meant else "not_today")


def _problem(scan: Search) -> str:
    match scan:
        case Unknown(why=why):
            return why
        case EVoucher():
            return "e_voucher"
        case HealthCard():
            return "health_card"
    return "nobody"


def _holder(scan: Search) -> Holder | None:
    match scan:
        case ResidentId(number=number, birth_date=born, sex=sex):
            return Holder(name="", birth_date=born, sex=sex, document=number)
        case Licence(number=number, birth_date=born, sex=sex):
            name = f"{scan.given_name} {scan.family_name}".strip()
            return Holder(name=name, birth_date=born, sex=sex or "unknown", document=number)
        case Document(number=number):
            return Holder(name="", birth_date=None, sex="unknown", document=number)
    return None


def _candidates(found: Found, setup: Setup) -> Iterator[Candidate]:
    """One per booking that can still be checked in, else the person."""
    if found.visit_id is not None:
        yield _candidate(found, setup, "open", None)
        return
    open_bookings = [booked for booked in found.booked if booked.status == "booked"]
    for booked in open_bookings:
        yield _candidate(found, setup, "check-in", booked)
    if not open_bookings:
        yield _candidate(found, setup, "register", None)


def _candidate(found: Found, setup: Setup, does: Any, booked: Booked | None) -> Candidate:
    dentist = setup.practitioner.get(booked.practitioner_id or 0) if booked else None
    return Candidate(
        patient=found.patient_id,
        name=found.name,
        masked=mask_name(found.name),
        birth_date=found.birth_date,
        sex=found.sex,
        phone_tail=found.phone_tail,
        language=found.language,
        appointment=booked.id if booked else None,
        slot=booked.starts if booked else None,
        service=setup.service[booked.service_id].name if booked else None,
        dentist=dentist.name if dentist else None,
        visit=found.visit_id,
        ticket=found.ticket,
        does=does,
    )
