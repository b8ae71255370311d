"""A clinic's set-up, written from a mapping such as demo/clinic.yaml."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from server.storage import tables as t
from server.storage.database import Database


def found_clinic(database: Database, plan: Mapping[str, Any]) -> int:
    """Write a whole new site; returns its id. Raises KeyError for a name that the plan uses and does not define."""
    with database.write() as connection:
        return _Founding(connection, plan).write(database.now())


def site_named(database: Database, code: str) -> int | None:
    """The id of a site by its code."""
    with database.read() as connection:
        return connection.execute(select(t.site.c.id).where(t.site.c.code == code)).scalar()


class _Founding:
    """The ids given so far, by kind and code."""

    def __init__(self, connection: Connection, plan: Mapping[str, Any]) -> None:
        self.connection = connection
        self.plan = plan
        self.ids: dict[tuple[str, str], int] = {}

    def write(self, now: Any) -> int:
        site = self.plan["site"]
        site_id = self._insert(
            t.site,
            code=site["code"],
            **_names(site),
            time_zone=site["time_zone"],
            policy=site.get("policy", ["triage", "appointment"]),
            last_at=now,
            **{name: site[name] for name in ("day_starts", "step_out_minutes", "masks_names") if name in site},
        )
        self._all("area", t.area, site_id)
        self._all("service", t.service, site_id, "minutes", "prefix", "sensitive", "imaging", "walk_in")
        self._all("practitioner", t.practitioner, site_id)
        for position, room in enumerate(self.plan["room"]):
            self._room(site_id, position, room)
        for position, queue in enumerate(self.plan["queue"]):
            self._queue(site_id, position, queue)
        for position, printer in enumerate(self.plan.get("printer", ())):
            self._insert(t.printer, site_id=site_id, position=position, **printer)
        return site_id

    def _all(self, kind: str, table: Table, site_id: int, *more: str) -> None:
        positioned = "position" in table.c
        for position, row in enumerate(self.plan[kind]):
            values = {name: row[name] for name in more if name in row}
            if positioned:
                values["position"] = position
            self.ids[kind, row["code"]] = self._insert(
                table, site_id=site_id, code=row["code"], **_names(row), **values
            )

    def _room(self, site_id: int, position: int, room: Mapping[str, Any]) -> None:
        way = room.get("directions", {})
        room_id = self._insert(
            t.room,
            site_id=site_id,
            code=room["code"],
            **_names(room),
            area_id=self.ids["area", room["area"]],
            directions_zh=way.get("zh", ""),
            directions_en=way.get("en", ""),
            position=position,
        )
        self.ids["room", room["code"]] = room_id
        for chair in room["chairs"]:
            self._insert(t.chair, room_id=room_id, code=chair)

    def _queue(self, site_id: int, position: int, queue: Mapping[str, Any]) -> None:
        dentist = queue.get("practitioner")
        queue_id = self._insert(
            t.queue,
            site_id=site_id,
            code=queue["code"],
            **_names(queue),
            practitioner_id=self.ids["practitioner", dentist] if dentist else None,
            position=position,
        )
        self._pairs(t.queue_service, queue_id, "service", queue["services"])
        self._pairs(t.queue_room, queue_id, "room", queue["rooms"])

    def _pairs(self, table: Table, queue_id: int, kind: str, codes: Sequence[str]) -> None:
        for code in codes:
            self.connection.execute(insert(table).values({"queue_id": queue_id, f"{kind}_id": self.ids[kind, code]}))

    def _insert(self, table: Table, **values: Any) -> int:
        return int(self.connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one())


def _names(row: Mapping[str, Any]) -> dict[str, str]:
    return {"name_zh": row["name"]["zh"], "name_en": row["name"].get("en", "")}
