"""Checking in: an arrival gets a number, a place, a ticket."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from clinic.arrival import Arrival
from clinic.arrival import check_in as decide
from clinic.errors import Refused
from clinic.hours import service_day
from clinic.interview import Answered
from clinic.numbers import ticket
from clinic.setup import Setup
from clinic.visit import Form, Visit
from server.commands.command import Answer, Ask, Command, run
from server.commands.forms import keep_form
from server.commands.patients import Particulars, keep_patient
from server.commands.printing import phone_token, print_ticket
from server.storage import tables as t
from server.storage.database import Database

LINK_LIVES = timedelta(hours=36)
"""How long the phone page of a ticket answers: past the service day, whenever it began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """Who checks in for what. With an appointment its service and dentist count, else `service_id` (and `queue_id`).

    `red_flags` is what was answered before the number; it suggests, it never reorders. `printer_id` None: the site's
    first printer. `where`: kiosk or desk.
    """

    patient_id: int = 0
    appointment_id: int | None = None
    service_id: int | None = None
    queue_id: int | None = None
    language: str = "zh-CN"
    where: str = "kiosk"
    red_flags: Answered | None = None
    printer_id: int | None = None


def check_in(database: Database, ask: Ask, arrival: CheckIn, *, origin: str | None) -> Answer:
    """Answers visit, ticket and whether a ticket is printed. `origin` is where phones reach the server, None: nowhere.

    Raises Refused `already_checked_in` (with ticket and visit), `appointment_unknown`, `appointment_not_today`,
    `appointment_cancelled`, `service_not_offered`, `patient_unknown`.
    """
    return run(database, ask, lambda command: check_in_now(command, arrival, origin=origin))


def register(database: Database, ask: Ask, person: Particulars, arrival: CheckIn, *, origin: str | None) -> Answer:
    """Write a newcomer down (or find them again) and check them in, in one transaction; `arrival.patient_id` is set
    here.

    Raises Refused as `check_in` does, and `name_missing`, `name_too_long`.
    """

    def work(command: Command) -> Answer:
        patient_id = keep_patient(command, person)
        return check_in_now(command, replace(arrival, patient_id=patient_id), origin=origin)

    return run(database, ask, work)


def check_in_now(command: Command, arrival: CheckIn, *, origin: str | None) -> Answer:
    """The check-in within a command that does more, such as registering the walk-in first."""
    day = command.day
    booked = _appointment(command, arrival) if arrival.appointment_id else None
    service_id: int = booked.service_id if booked else arrival.service_id or 0
    if service_id not in day.setup.service:
        raise Refused("service_not_offered", unfit=True)
    _must_be_known(command, arrival.patient_id)
    open_visit = next((v for v in day.visits.values() if v.patient_id == arrival.patient_id and v.open), None)
    number = "" if open_visit else _next_ticket(command, day.setup.service[service_id].prefix)
    change = decide(
        day,
        Arrival(
            patient_id=arrival.patient_id,
            service_id=service_id,
            ticket=number,
            queue_id=_queue_of(day.setup, booked, service_id) if booked else arrival.queue_id,
            appointment_id=booked.id if booked else None,
            slot=booked.starts if booked else None,
            first_visit=not _was_here_before(command, arrival.patient_id),
            language=arrival.language,
            form=Form.PENDING,
        ),
        now=command.now,
        at=arrival.where,
    )
    command.write(change)
    visit = max(command.day.visits.values(), key=lambda each: each.id)
    _link_phone(command, visit)
    if arrival.red_flags:
        keep_form(command, visit.id, arrival.red_flags)
    job = print_ticket(command, visit, origin=origin, printer_id=arrival.printer_id)
    return {"visit": visit.id, "ticket": visit.ticket, "job": job}


def _must_be_known(command: Command, patient_id: int) -> None:
    """Another site's patients are nobody here: their names would stand on this site's console."""
    own = (t.patient.c.id == patient_id) & (t.patient.c.site_id == command.ask.site_id)
    if command.connection.execute(select(t.patient.c.id).where(own)).one_or_none() is None:
        raise Refused("patient_unknown", unfit=True)


def _link_phone(command: Command, visit: Visit) -> None:
    vault = command.database.vault
    command.connection.execute(
        insert(t.phone_link).values(
            token_key=vault.keyed("phone_link", phone_token(vault, visit.id)),
            visit_id=visit.id,
            site_id=command.ask.site_id,
            expires_at=command.now + LINK_LIVES,
        )
    )


def _appointment(command: Command, arrival: CheckIn) -> Row[Any]:
    row = command.connection.execute(
        select(t.appointment).where(
            t.appointment.c.id == arrival.appointment_id,
            t.appointment.c.site_id == command.ask.site_id,
            t.appointment.c.patient_id == arrival.patient_id,
        )
    ).one_or_none()
    if row is None:
        raise Refused("appointment_unknown", unfit=True)
    if row.status != "booked":
        raise Refused("appointment_cancelled")
    site = command.day.setup.site
    if service_day(row.starts, site.zone, site.day_starts) != command.day.date:
        raise Refused("appointment_not_today", starts=row.starts)
    used = next((v for v in command.day.visits.values() if v.appointment_id == row.id and not v.open), None)
    if used is not None and used.state == "finished":
        raise used.conflict()
    return row


def _queue_of(setup: Setup, booked: Row[Any], service_id: int) -> int | None:
    """The booked dentist's queue for the service; None leaves the choice to the clinic."""
    own = [queue for queue in setup.queues if queue.practitioner_id == booked.practitioner_id and queue.room_ids]
    if booked.practitioner_id is None or not own:
        return None
    return next((queue for queue in own if service_id in queue.service_ids), own[0]).id


def _was_here_before(command: Command, patient_id: int) -> bool:
    earlier = select(func.count()).where(t.visit.c.patient_id == patient_id, t.visit.c.service_day < command.day.date)
    return bool(command.connection.execute(earlier).scalar_one())


def _next_ticket(command: Command, prefix: str) -> str:
    """The next number of a letter today. The site is taken, so no other command counts at the same time."""
    counter = t.ticket_counter
    mine = {"site_id": command.ask.site_id, "service_day": command.day.date, "prefix": prefix}
    raised = command.connection.execute(
        update(counter)
        .where(*(counter.c[name] == value for name, value in mine.items()))
        .values(last=counter.c.last + 1)
        .returning(counter.c.last)
    ).scalar_one_or_none()
    if raised is None:
        command.connection.execute(insert(counter).values(**mine, last=1))
    return ticket(prefix, raised or 1)
