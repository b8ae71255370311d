"""Who does a job that only one process may do at a time."""

import secrets
from datetime import timedelta

from sqlalchemy import insert, or_, update
from sqlalchemy.exc import IntegrityError

from server.storage import tables as t
from server.storage.database import Database


class Lease:
    """One holder's claim to a job, renewed by asking for it; after `lasts` without that anybody may take it."""

    def __init__(self, database: Database, name: str, lasts: timedelta) -> None:
        self._database = database
        self._name = name
        self._lasts = lasts
        self._holder = secrets.token_hex(8)
        self._until = database.now()

    def held(self) -> bool:
        """Whether the job is ours now; the database is asked only in the second half of the lease."""
        now = self._database.now()
        if now < self._until - self._lasts / 2:
            return True
        if self._renew() or self._claim():
            self._until = now + self._lasts
            return True
        return False

    def _renew(self) -> bool:
        now = self._database.now()
        ours = or_(t.lease.c.holder == self._holder, t.lease.c.until < now)
        with self._database.write() as connection:
            renewed = connection.execute(
                update(t.lease)
                .where(t.lease.c.name == self._name, ours)
                .values(holder=self._holder, until=now + self._lasts)
            )
            return bool(renewed.rowcount)

    def _claim(self) -> bool:
        until = self._database.now() + self._lasts
        try:
            with self._database.write() as connection:
                connection.execute(insert(t.lease).values(name=self._name, holder=self._holder, until=until))
        except IntegrityError:
            return False
        return True
