"""Counts how often something guessable was tried lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from server.storage.database import Database
from server.storage.tables import attempt


class TooMany(Exception):
    """Tried too often: wait `seconds` (HTTP 429)."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries of `what` from one source within `within` of the first."""

    what: str
    most: int
    within: timedelta


def attempt_once(database: Database, *tries: tuple[Limit, str]) -> None:
    """Count one try for each (limit, source), before anything is compared, so that guesses at once count too.

    The source (a login, an address) is kept as a keyed hash. Raises TooMany when one of them is used up.
    """
    now = database.now()
    with database.write() as connection:
        waits = [_count(connection, limit, _name(database, limit, source), now) for limit, source in tries]
    if max(waits) > 0:
        raise TooMany(max(waits))


def forgive(database: Database, *tries: tuple[Limit, str]) -> None:
    """Take back the counted try of somebody who was right."""
    names = [_name(database, limit, source) for limit, source in tries]
    with database.write() as connection:
        connection.execute(update(attempt).where(attempt.c.what.in_(names)).values(count=attempt.c["count"] - 1))
        connection.execute(delete(attempt).where(attempt.c.what.in_(names), attempt.c["count"] <= 0))


def forget_old(connection: Connection, now: datetime) -> None:
    """Drop counts of another day; no limit reaches that far."""
    connection.execute(delete(attempt).where(attempt.c.since < now - timedelta(days=1)))


def _count(connection: Connection, limit: Limit, name: str, now: datetime) -> int:
    """Seconds to wait, 0 while the limit is kept. A new period begins when the old one is over."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    over = attempt.c.since <= now - limit.within
    counted = connection.execute(
        insert(attempt)
        .values(what=name, count=1, since=now)
        .on_conflict_do_update(
            index_elements=[attempt.c.what],
            set_={
                "count": case((over, 1), else_=attempt.c["count"] + 1),
                "since": case((over, now), else_=attempt.c.since),
            },
        )
        .returning(attempt.c["count"].label("tries"), attempt.c.since)
    ).one()
    if counted.tries <= limit.most:
        return 0
    return max(1, int((counted.since + limit.within - now).total_seconds()))


def _name(database: Database, limit: Limit, source: str) -> str:
    return f"{limit.what}:{database.vault.keyed('attempt', source)}"
