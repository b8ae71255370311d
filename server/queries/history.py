"""What the journal says of one visit, and what of it may be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Connection, Row, select

from clinic.errors import Refused
from clinic.undo import Told as Telling
from clinic.undo import may_undo
from reception.history import Told
from server.storage import tables as t
from server.storage.database import Database


@dataclass(frozen=True, slots=True)
class History:
    """The facts of a visit in the order of the journal; `undo` is the rev this person may take back now, or None."""

    told: tuple[Told, ...]
    undo: int | None


def read_history(database: Database, site_id: int, day: date, visit_id: int, *, by: str, desk: str) -> History:
    """Everything the journal tells of a visit, with the notes it points to, as seen by an actor at a desk."""
    with database.read() as connection:
        rows = connection.execute(
            select(t.journal)
            .where(
                t.journal.c.site_id == site_id,
                t.journal.c.service_day == day,
                t.journal.c.visit_id == visit_id,
            )
            .order_by(t.journal.c.rev, t.journal.c.n)
        ).all()
        notes = _notes(database, connection, rows)
        last = next((row.rev for row in reversed(rows) if row.body["changes"]), None)
        whole = [] if last is None else _command(connection, site_id, last)
    undo = last if whole and _may(whole, by, desk, database.now()) else None
    return History(tuple(_told(row, notes) for row in rows), undo)


def _told(row: Row[Any], notes: dict[int, str]) -> Told:
    about = row.body["about"]
    return Told(row.rev, row.at, row.by, row.fact, about, notes.get(about.get("note") or 0, ""))


def _notes(database: Database, connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, str]:
    wanted = [row.body["about"]["note"] for row in rows if row.body["about"].get("note")]
    found = connection.execute(select(t.note.c.id, t.note.c.sealed).where(t.note.c.id.in_(wanted))) if wanted else ()
    return {row.id: cast(str, database.vault.unseal(row.sealed)) for row in found}


def _command(connection: Connection, site_id: int, rev: int) -> list[Row[Any]]:
    """All facts of one command, those of other visits too: they are undone together."""
    return list(connection.execute(select(t.journal).where(t.journal.c.site_id == site_id, t.journal.c.rev == rev)))


def _may(rows: Sequence[Row[Any]], by: str, desk: str, now: datetime) -> bool:
    """Whether it is mine, fresh and of a kind that can be undone. What happened since may still stand in the way."""
    telling = [Telling(row.rev, row.at, row.by, row.desk, row.fact, "", frozenset()) for row in rows]
    try:
        may_undo(telling, (), by=by, desk=desk, now=now)
    except Refused:
        return False
    return True
