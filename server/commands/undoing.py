"""Taking one command back: its queue columns, nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select

from clinic.change import Change
from clinic.facts import Fact
from clinic.undo import Told, may_undo
from clinic.visit import State, Visit
from server.commands.command import Answer, Ask, Command, run
from server.storage import tables as t
from server.storage.database import Database
from server.storage.days import from_json, to_row, to_visit


def undo(database: Database, ask: Ask, rev: int) -> Answer:
    """Undo the command of this rev. Raises Refused `undo_…`, naming what stands in the way."""

    def work(command: Command) -> Answer:
        rows = _since(command, rev)
        mine = [row for row in rows if row.rev == rev]
        told = [_told(command, row) for row in rows]
        may_undo(
            [fact for fact in told if fact.rev == rev],
            [fact for fact in told if fact.rev > rev],
            by=ask.actor,
            desk=ask.desk,
            now=command.now,
        )
        visits = _before(command, mine)
        command.write(Change(tuple(visits.values()), (Fact("undone", mine[0].visit_id, {"rev": rev}),)))
        return {"visits": sorted(visits)}

    return run(database, ask, work)


def _since(command: Command, rev: int) -> Sequence[Row[Any]]:
    """The facts of that command and of all later ones of the service day."""
    return command.connection.execute(
        select(t.journal)
        .where(
            t.journal.c.site_id == command.ask.site_id,
            t.journal.c.service_day == command.day.date,
            t.journal.c.rev >= rev,
            t.journal.c.rev < command.rev,
        )
        .order_by(t.journal.c.rev, t.journal.c.n)
    ).all()


def _before(command: Command, rows: Sequence[Row[Any]]) -> dict[int, Visit]:
    """The visits as they stood before these facts, the last fact taken back first."""
    visits: dict[int, Visit] = {}
    for row in reversed(rows):
        for change in reversed(row.body["changes"]):
            now = visits.get(change["visit"], command.day.visits[change["visit"]])
            if change["was"] is None:
                visits[now.id] = replace(now, state=State.CANCELLED, since=command.now)
            else:
                visits[now.id] = to_visit({**to_row(now), **from_json(change["was"])})
    return {id_: _withdrawn(command, visit) for id_, visit in visits.items()}


def _withdrawn(command: Command, visit: Visit) -> Visit:
    """A call that was spoken cannot be unspoken: screens say "please wait" for a while."""
    spoken = command.day.visits[visit.id]
    if spoken.called_at is not None and spoken.call_rev != visit.call_rev:
        return replace(visit, withdrawn_at=command.now)
    return visit


def _told(command: Command, row: Row[Any]) -> Told:
    touches: set[tuple[str, int]] = set()
    for change in row.body["changes"]:
        touches.add(("visit", change["visit"]))
        for values in (change["set"], change["was"] or {}):
            touches |= {(kind, values[f"{kind}_id"]) for kind in ("room", "chair") if values.get(f"{kind}_id")}
    visit = command.day.visits.get(row.visit_id or 0)
    return Told(row.rev, row.at, row.by, row.desk, row.fact, visit.ticket if visit else "", frozenset(touches))
