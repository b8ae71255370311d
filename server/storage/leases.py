"""Who does a job that only one process may do at a time."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from server.storage import tables as t
from server.storage.database import Database


class Lease:
    """One holder's claim to a job, renewed by asking for it; after `lasts` without that anybody may take it.

    A lease that ends later than it could, having been written before the clock was set back, is void as well.
    """

    def __init__(self, database: Database, name: str, lasts: timedelta) -> None:
        self._database = database
        self._name = name
        self._lasts = lasts
        self._holder = secrets.token_hex(8)
        self._renewed: datetime | None = None

    def held(self) -> bool:
        """Whether the job is ours now; the database is asked only in the second half of the lease."""
        now = self._database.now()
        if self._renewed is not None and self._renewed <= now < self._renewed + self._lasts / 2:
            return True
        self._renewed = now if not self._taken(now) and (self._renew(now) or self._claim(now)) else None
        return self._renewed is not None

    def release(self) -> None:
        """Let another have the job at once."""
        self._renewed = None
        with self._database.write() as connection:
            ours = (t.lease.c.name == self._name) & (t.lease.c.holder == self._holder)
            connection.execute(delete(t.lease).where(ours))

    def _taken(self, now: datetime) -> bool:
        """Whether another has it: whoever only waits for a job writes nothing."""
        valid = t.lease.c.until.between(now, now + self._lasts)
        theirs = (t.lease.c.name == self._name) & (t.lease.c.holder != self._holder) & valid
        with self._database.read() as connection:
            return connection.execute(select(t.lease.c.name).where(theirs)).first() is not None

    def _renew(self, now: datetime) -> bool:
        until = t.lease.c.until
        free = or_(t.lease.c.holder == self._holder, until < now, until > now + self._lasts)
        with self._database.write() as connection:
            renewed = connection.execute(
                update(t.lease)
                .where(t.lease.c.name == self._name, free)
                .values(holder=self._holder, until=now + self._lasts)
            )
            return bool(renewed.rowcount)

    def _claim(self, now: datetime) -> bool:
        try:
            with self._database.write() as connection:
                connection.execute(
                    insert(t.lease).values(name=self._name, holder=self._holder, until=now + self._lasts)
                )
        except IntegrityError:
            return False
        return True
