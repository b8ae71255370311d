"""Writes a decision's rows and facts into the journal."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from clinic.change import NEW, Change
from clinic.facts import Fact
from clinic.queue import Day
from clinic.visit import Visit
from server.storage import tables as t
from server.storage.days import to_json, to_row

VERSION = 1


class Journal:
    """The facts of one command, numbered as they are told. Each carries the queue columns it changed, new and old."""

    def __init__(self, connection: Connection, site_id: int, rev: int, at: datetime, by: str, desk: str) -> None:
        self.connection = connection
        self.site_id = site_id
        self.rev = rev
        self.at = at
        self.by = by
        self.desk = desk
        self._n = 0

    def write(self, day: Day, change: Change) -> Day:
        """Store a change; returns the day after it. A visit with id NEW gets its number here, in its facts too."""
        after = dict(day.visits)
        differences: dict[int, dict[str, Any]] = {}
        facts = change.facts
        for visit in change.visits:
            if visit.id == NEW:
                visit = self._insert(visit)
                facts = tuple(replace(fact, visit_id=visit.id) if fact.visit_id == NEW else fact for fact in facts)
            difference = _difference(day.visits.get(visit.id), visit)
            if difference["set"] and visit.id in day.visits:
                columns = {name: to_row(visit)[name] for name in difference["set"]}
                self.connection.execute(update(t.visit).where(t.visit.c.id == visit.id).values(columns))
            differences[visit.id] = difference
            after[visit.id] = visit
        for fact in facts:
            own = differences.pop(fact.visit_id or NEW, None)
            rest = list(differences.values()) if fact is facts[-1] else []
            self.tell(fact, day.date, [entry for entry in (own, *rest) if entry and entry["set"]])
        return Day(day.setup, day.date, after)

    def tell(self, fact: Fact, day: date, changes: list[dict[str, Any]] | None = None, **extra: Any) -> None:
        """Append one fact; `changes` are differences of visits, `extra` what only the day's opening carries."""
        self._n += 1
        body: Mapping[str, Any] = {"about": dict(fact.about), "changes": changes or [], **extra}
        self.connection.execute(
            insert(t.journal).values(
                site_id=self.site_id,
                rev=self.rev,
                n=self._n,
                at=self.at,
                by=self.by,
                desk=self.desk,
                service_day=day,
                fact=fact.name,
                v=VERSION,
                visit_id=fact.visit_id,
                body=body,
            )
        )

    def _insert(self, visit: Visit) -> Visit:
        row = {name: value for name, value in to_row(visit).items() if name != "id"}
        result = self.connection.execute(insert(t.visit).values(site_id=self.site_id, **row).returning(t.visit.c.id))
        return replace(visit, id=result.scalar_one())


def _difference(before: Visit | None, after: Visit) -> dict[str, Any]:
    new = to_json(to_row(after))
    old = to_json(to_row(before)) if before else {}
    changed = {name: value for name, value in new.items() if name not in old or old[name] != value}
    return {"visit": after.id, "set": changed, "was": {name: old[name] for name in changed} if before else None}
