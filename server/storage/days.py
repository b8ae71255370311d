"""Rows into the clinic's values and back: set-up, visits, a service day."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, select

from clinic.queue import Day
from clinic.setup import Area, Chair, Name, Practitioner, Queue, Room, Service, Setup, Site
from clinic.visit import Form, State, Visit
from server.storage import tables as t
from server.storage.database import Database

COLUMNS = tuple(field.name for field in fields(Visit))
"""The queue columns: every field of a Visit is a column of `visit` of the same name."""


def load_day(database: Database, connection: Connection, site: Row[Any], day: date) -> Day:
    """A site's service day. `site` is its row; the set-up is read again only when its `setup_rev` has moved."""
    rows = connection.execute(select(t.visit).where(t.visit.c.site_id == site.id, t.visit.c.service_day == day))
    visits = [to_visit(row) for row in rows.mappings()]
    return Day(load_setup(database, connection, site), day, {visit.id: visit for visit in visits})


def load_setup(database: Database, connection: Connection, site: Row[Any]) -> Setup:
    known = database.setups.get(site.id)
    if known is None or known[0] != site.setup_rev:
        known = database.setups[site.id] = (site.setup_rev, _read_setup(connection, site))
    return known[1]


def to_visit(row: RowMapping | Mapping[str, Any]) -> Visit:
    values = {column: row[column] for column in COLUMNS}
    values["state"] = State(values["state"])
    values["form"] = Form(values["form"])
    values["pin_ahead"] = None if values["pin_ahead"] is None else tuple(values["pin_ahead"])
    return Visit(**values)


def to_row(visit: Visit) -> dict[str, Any]:
    """The queue columns as the database takes them."""
    values = asdict(visit)
    values["state"] = str(visit.state)
    values["form"] = str(visit.form)
    values["pin_ahead"] = None if visit.pin_ahead is None else list(visit.pin_ahead)
    return values


def to_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Queue columns as the journal keeps them: moments in UTC, ISO 8601."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def from_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `to_json` wrote, as column values again."""
    return {name: _parsed(name, value) for name, value in values.items()}


def _parsed(name: str, value: Any) -> Any:
    if value is None or name not in MOMENTS:
        return date.fromisoformat(value) if name == "service_day" and value else value
    return datetime.fromisoformat(value)


MOMENTS = frozenset(column.name for column in t.visit.c if isinstance(column.type, t.UtcDateTime))


def _read_setup(connection: Connection, site: Row[Any]) -> Setup:
    def rows(table: Any, *order: Any) -> list[Row[Any]]:
        return list(connection.execute(select(table).where(table.c.site_id == site.id).order_by(*order, table.c.id)))

    chairs = connection.execute(select(t.chair).order_by(t.chair.c.id)).all()
    queues = rows(t.queue, t.queue.c.position)
    offered = _pairs(connection, t.queue_service.c.queue_id, t.queue_service.c.service_id)
    called_by = _pairs(connection, t.queue_room.c.queue_id, t.queue_room.c.room_id)
    return Setup(
        site=Site(
            site.id,
            site.code,
            _name(site),
            site.time_zone,
            time.fromisoformat(site.day_starts),
            site.step_out_minutes,
            site.masks_names,
        ),
        areas=tuple(Area(row.id, row.code, _name(row)) for row in rows(t.area)),
        services=tuple(
            Service(row.id, row.code, _name(row), row.minutes, row.prefix, row.sensitive, row.imaging, row.walk_in)
            for row in rows(t.service, t.service.c.position)
        ),
        practitioners=tuple(Practitioner(row.id, row.code, _name(row)) for row in rows(t.practitioner)),
        rooms=tuple(
            Room(
                row.id,
                row.area_id,
                row.code,
                _name(row),
                Name(row.directions_zh, row.directions_en),
                tuple(Chair(chair.id, chair.room_id, chair.code) for chair in chairs if chair.room_id == row.id),
            )
            for row in rows(t.room, t.room.c.position)
        ),
        queues=tuple(
            Queue(row.id, row.code, _name(row), row.practitioner_id, offered.get(row.id, ()), called_by.get(row.id, ()))
            for row in queues
        ),
        policy=tuple(site.policy),
    )


def _pairs(connection: Connection, one: Any, many: Any) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    pairs: Iterable[Any] = connection.execute(select(one, many).order_by(one, many))
    for key, value in pairs:
        found[key] = (*found.get(key, ()), value)
    return found


def _name(row: Row[Any]) -> Name:
    return Name(row.name_zh, row.name_en)
