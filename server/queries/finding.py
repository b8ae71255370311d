"""Finds patients and their bookings of today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from clinic.hours import service_day
from clinic.identity import (
    AppointmentCode,
    Document,
    Initials,
    Licence,
    NameText,
    Phone,
    PhoneTail,
    ResidentId,
    TicketLink,
    TicketNumber,
    normalise_document,
    recognise_at_desk,
)
from clinic.identity.scan import Search
from clinic.visit import OVER
from server.storage import tables as t
from server.storage.database import Database

MOST = 20


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment of today. `starts` is aware, in the clinic's zone."""

    id: int
    starts: datetime
    service_id: int
    practitioner_id: int | None
    status: str


@dataclass(frozen=True, slots=True)
class Found:
    """A patient, today's bookings by time, and the open visit of today if there is one."""

    patient_id: int
    name: str
    birth_date: date | None
    sex: str
    phone_tail: str
    document_tail: str
    language: str
    booked: tuple[Booked, ...]
    visit_id: int | None
    ticket: str


def by_document(database: Database, site_id: int, number: str) -> tuple[Found, ...]:
    """Who has this document, of any kind, typed in any way."""
    key = database.vault.keyed("document", normalise_document(number))
    return _find(database, site_id, t.patient.c.document_key == key)


def by_phone(database: Database, site_id: int, phone: str, birth_date: date) -> tuple[Found, ...]:
    """Who gave this phone number (normalised) and was born that day; several people may share a phone."""
    key = database.vault.keyed("phone", phone)
    return _find(database, site_id, (t.patient.c.phone_key == key) & (t.patient.c.birth_date == birth_date))


def by_appointment(database: Database, site_id: int, appointment_id: int) -> tuple[Found, ...]:
    """Whose appointment this is."""
    whose = select(t.appointment.c.patient_id).where(
        t.appointment.c.id == appointment_id, t.appointment.c.site_id == site_id
    )
    return _find(database, site_id, t.patient.c.id.in_(whose))


def by_visit(database: Database, site_id: int, visit_id: int) -> tuple[Found, ...]:
    """Whose visit this is."""
    whose = select(t.visit.c.patient_id).where(t.visit.c.id == visit_id, t.visit.c.site_id == site_id)
    return _find(database, site_id, t.patient.c.id.in_(whose))


def by_ticket(database: Database, site_id: int, ticket: str) -> tuple[Found, ...]:
    """Whose number of today this is."""
    today = select(t.site.c.service_day).where(t.site.c.id == site_id).scalar_subquery()
    whose = select(t.visit.c.patient_id).where(
        t.visit.c.site_id == site_id, t.visit.c.service_day == today, t.visit.c.ticket == ticket
    )
    return _find(database, site_id, t.patient.c.id.in_(whose))


def visit_of_link(database: Database, token: str) -> int | None:
    """The visit behind the token of a ticket's phone page; None for an unknown or expired one."""
    with database.read() as connection:
        link = t.phone_link.c
        return connection.execute(
            select(link.visit_id).where(
                link.token_key == database.vault.keyed("phone_link", token), link.expires_at > database.now()
            )
        ).scalar_one_or_none()


def at_desk(database: Database, site_id: int, text: str, today: date) -> tuple[Found, ...]:
    """Whom one field means: a scan, a ticket, a phone or its last digits, a name or its pinyin initials; at most 20.

    Those booked or present today come first.
    """
    if not text.strip():
        return ()
    scan = recognise_at_desk(text, today)
    if isinstance(scan, TicketNumber):
        return by_ticket(database, site_id, scan.ticket)
    if isinstance(scan, TicketLink):
        visit_id = visit_of_link(database, scan.token)
        return by_visit(database, site_id, visit_id) if visit_id else ()
    wanted = _wanted(database, scan)
    return () if wanted is None else _find(database, site_id, wanted)


def _wanted(database: Database, scan: Search) -> ColumnElement[bool] | None:
    patient, vault = t.patient.c, database.vault
    match scan:
        case ResidentId(number=number) | Document(number=number) | Licence(number=number):
            return patient.document_key == vault.keyed("document", normalise_document(number))
        case Phone(number=number):
            return patient.phone_key == vault.keyed("phone", number)
        case PhoneTail(digits=digits):
            return or_(patient.phone_key == vault.keyed("phone", digits), patient.phone_tail == digits[-4:])
        case Initials(letters=letters):
            # A short Latin name looks like initials: both are meant.
            return or_(patient.initials.startswith(letters.lower(), autoescape=True), _named(letters))
        case NameText(text=text):
            return _named(text)
        case AppointmentCode():
            return None
    return None


def _named(text: str) -> ColumnElement[bool]:
    return t.patient.c.name.icontains(text, autoescape=True)


def _find(database: Database, site_id: int, wanted: ColumnElement[bool]) -> tuple[Found, ...]:
    with database.read() as connection:
        site = connection.execute(select(t.site).where(t.site.c.id == site_id)).one()
        patients = connection.execute(
            select(t.patient)
            .where(t.patient.c.site_id == site_id, wanted)
            .order_by(t.patient.c.id.desc())
            .limit(MOST * 5)
        ).all()
        ids = [row.id for row in patients]
        booked = _booked(database, connection, site, ids)
        visits = _visits(connection, site, ids)
    found = [_found(row, booked.get(row.id, ()), visits.get(row.id)) for row in patients]
    # A stable sort: within each group the newest patient stays first.
    found.sort(key=lambda each: not each.booked and each.visit_id is None)
    return tuple(found[:MOST])


def _booked(
    database: Database, connection: Connection, site: Row[Any], ids: Sequence[int]
) -> dict[int, tuple[Booked, ...]]:
    """The bookings of the present service day, by patient."""
    zone, starts = ZoneInfo(site.time_zone), time.fromisoformat(site.day_starts)
    now = database.now()
    today = service_day(now, zone, starts)
    near = t.appointment.c.starts.between(now - timedelta(days=2), now + timedelta(days=2))
    rows = connection.execute(
        select(t.appointment).where(t.appointment.c.patient_id.in_(ids), near).order_by(t.appointment.c.starts)
    )
    found: dict[int, tuple[Booked, ...]] = {}
    for row in rows:
        if service_day(row.starts, zone, starts) == today:
            mine = Booked(row.id, row.starts.astimezone(zone), row.service_id, row.practitioner_id, row.status)
            found[row.patient_id] = (*found.get(row.patient_id, ()), mine)
    return found


def _visits(connection: Connection, site: Row[Any], ids: Sequence[int]) -> dict[int, Any]:
    rows = connection.execute(
        select(t.visit.c.patient_id, t.visit.c.id, t.visit.c.ticket).where(
            t.visit.c.patient_id.in_(ids),
            t.visit.c.site_id == site.id,
            t.visit.c.service_day == site.service_day,
            t.visit.c.state.not_in([str(state) for state in OVER]),
        )
    )
    return {row.patient_id: row for row in rows.all()}


def _found(row: Row[Any], booked: tuple[Booked, ...], visit: Any) -> Found:
    return Found(
        patient_id=row.id,
        name=row.name,
        birth_date=row.birth_date,
        sex=row.sex,
        phone_tail=row.phone_tail or "",
        document_tail=row.document_tail or "",
        language=row.language,
        booked=booked,
        visit_id=visit.id if visit else None,
        ticket=visit.ticket if visit else "",
    )
