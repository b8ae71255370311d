"""Everything the screens of one site show, read once per rev."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from clinic.errors import Scalar
from clinic.privacy import public_name
from clinic.questionnaire import Flag
from clinic.queue import Day
from reception.cards import Alert
from reception.people import Person
from server.storage import tables as t
from server.storage.database import Database
from server.storage.days import load_day, load_setup
from server.storage.forms import open_form


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A site at one rev, as seen at one moment.

    `people` by visit id, `staff` names by actor and language, `decided`: visits whose triage staff have settled.
    """

    site_id: int
    rev: int
    at: datetime
    day: Day
    people: Mapping[int, Person]
    staff: Mapping[str, Mapping[str, str]]
    alerts: tuple[Alert, ...]
    decided: frozenset[int]
    printing: Mapping[int, str]


def read_snapshot(database: Database, site_id: int) -> Snapshot:
    """A fixed number of statements, whatever the number of patients. Raises LookupError for an unknown site."""
    with database.read() as connection:
        site = connection.execute(select(t.site).where(t.site.c.id == site_id)).one_or_none()
        if site is None:
            raise LookupError(f"no site {site_id}")
        at = max(database.now(), site.last_at)
        today = site.service_day or at.astimezone(load_setup(database, connection, site).site.zone).date()
        day = load_day(database, connection, site, today)
        return Snapshot(
            site_id=site_id,
            rev=site.rev,
            at=at,
            day=day,
            people=_people(database, connection, day),
            staff=_staff(connection, site_id),
            alerts=_alerts(connection, day),
            decided=_decided(connection, day),
            printing=_printing(connection, day),
        )


def _people(database: Database, connection: Connection, day: Day) -> dict[int, Person]:
    here = (t.visit.c.site_id == day.setup.site.id) & (t.visit.c.service_day == day.date)
    patients = connection.execute(
        select(t.visit.c.id.label("visit_id"), t.patient).join_from(t.visit, t.patient).where(here)
    )
    forms = connection.execute(
        select(t.form.c.visit_id, t.form.c.sealed).join_from(t.form, t.visit).where(here).order_by(t.form.c.id)
    )
    latest = {row.visit_id: row.sealed for row in forms}
    flags = {visit_id: open_form(database.vault, sealed)[1] for visit_id, sealed in latest.items()}
    return {row.visit_id: _person(day, row, flags.get(row.visit_id, ())) for row in patients}


def _person(day: Day, row: Row[Any], flags: tuple[Flag, ...]) -> Person:
    sensitive = day.setup.service[day.visits[row.visit_id].service_id].sensitive
    return Person(
        name=row.name,
        masked=public_name(row.name, row.birth_date, day.date, sensitive_service=sensitive),
        initials=row.initials,
        phone_tail=row.phone_tail or "",
        document_tail=row.document_tail or "",
        birth_date=row.birth_date,
        sex=row.sex,
        flags=flags,
    )


def _staff(connection: Connection, site_id: int) -> dict[str, dict[str, str]]:
    rows = connection.execute(
        select(t.staff.c.id, t.staff.c.name_zh, t.staff.c.name_en).where(t.staff.c.site_id == site_id)
    )
    return {f"staff:{row.id}": {"zh-CN": row.name_zh, "en": row.name_en or row.name_zh} for row in rows}


def _alerts(connection: Connection, day: Day) -> tuple[Alert, ...]:
    rows = connection.execute(
        select(t.card, t.device.c.name.label("device"), t.printer.c.name.label("printer"))
        .select_from(t.card.outerjoin(t.device, t.card.c.device_id == t.device.c.id).outerjoin(t.printer))
        .where(t.card.c.site_id == day.setup.site.id, t.card.c.closed_at.is_(None))
    )
    return tuple(Alert(row.id, row.kind, row.opened_at, _facts(day, row), row.visit_id) for row in rows)


def _facts(day: Day, row: Row[Any]) -> dict[str, Scalar]:
    visit = day.visits.get(row.visit_id or 0)
    named = {"device": row.device, "printer": row.printer, "ticket": visit.ticket if visit else None}
    return {**row.about, **{name: value for name, value in named.items() if value}}


def _decided(connection: Connection, day: Day) -> frozenset[int]:
    rows = connection.execute(
        select(t.journal.c.visit_id).where(
            t.journal.c.site_id == day.setup.site.id,
            t.journal.c.service_day == day.date,
            t.journal.c.fact == "triaged",
        )
    )
    return frozenset(row.visit_id for row in rows)


def _printing(connection: Connection, day: Day) -> dict[int, str]:
    """The state of each visit's newest print job."""
    rows = connection.execute(
        select(t.print_job.c.visit_id, t.print_job.c.state)
        .join_from(t.print_job, t.visit)
        .where(t.visit.c.site_id == day.setup.site.id, t.visit.c.service_day == day.date)
        .order_by(t.print_job.c.id)
    )
    return {row.visit_id: row.state for row in rows}
