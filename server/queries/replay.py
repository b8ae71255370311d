"""Replays a service day's facts: the journal alone must give the tables."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from server.storage import tables as t
from server.storage.database import Database
from server.storage.days import COLUMNS, to_json

Rows = dict[int, dict[str, Any]]


def differences(database: Database, site_id: int, day: date | None = None) -> list[str]:
    """Where tables and journal of a day (the present one) disagree, as "visit 7 state"; [] when they agree."""
    with database.read() as connection:
        site = connection.execute(select(t.site).where(t.site.c.id == site_id)).one()
        service_day = day or site.service_day
        if service_day is None:
            return []
        told = replay(connection, site_id, service_day)
        kept = _visits(connection, site_id, service_day)
        found = [f"visit {id_} missing" for id_ in sorted(told.keys() ^ kept.keys())]
        for id_ in sorted(told.keys() & kept.keys()):
            found += [f"visit {id_} {name}" for name in COLUMNS if told[id_][name] != kept[id_][name]]
        return found + _counters(connection, site_id, service_day, told)


def replay(connection: Connection, site_id: int, day: date) -> Rows:
    """The day's visits from its facts, as JSON columns by id. A fact counts by its changes, whatever its name."""
    rows: Rows = {}
    facts = connection.execute(
        select(t.journal.c.body)
        .where(t.journal.c.site_id == site_id, t.journal.c.service_day == day)
        .order_by(t.journal.c.rev, t.journal.c.n)
    )
    for (body,) in facts:
        if "visits" in body:
            rows = {visit["id"]: dict(visit) for visit in body["visits"]}
        for change in body["changes"]:
            rows.setdefault(change["visit"], {}).update(change["set"])
    return rows


def _visits(connection: Connection, site_id: int, day: date) -> Rows:
    rows = connection.execute(select(t.visit).where(t.visit.c.site_id == site_id, t.visit.c.service_day == day))
    return {row["id"]: to_json({name: row[name] for name in COLUMNS}) for row in rows.mappings()}


def _counters(connection: Connection, site_id: int, day: date, told: Rows) -> list[str]:
    counters = connection.execute(
        select(t.ticket_counter).where(t.ticket_counter.c.site_id == site_id, t.ticket_counter.c.service_day == day)
    )
    kept = {row.prefix: row.last for row in counters}
    counted: dict[str, int] = {}
    for visit in told.values():
        prefix = visit["ticket"].rstrip("0123456789")
        counted[prefix] = max(counted.get(prefix, 0), int(visit["ticket"][len(prefix) :]))
    return [] if kept == counted else ["ticket counters"]
