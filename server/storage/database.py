"""The only place that begins and commits."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, RootTransaction, Row, case, create_engine, event, update
from sqlalchemy.exc import OperationalError

from clinic.setup import Setup
from server.aside import aside
from server.bus import Bus
from server.storage.tables import site
from server.storage.vault import Vault

PATIENCE = 5.0
"""Seconds a writer waits while another process has SQLite's write lock before it gives up."""
POOL = 10


class Busy(Exception):
    """Another process kept the database for too long: try again (HTTP 503)."""


class Dangling(Exception):
    """A migration deleted or moved what other rows point to; nothing of it was kept."""


class FifoLock:
    """A lock that serves those who wait in the order in which they came. Whoever holds it must not ask again."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self.held = False
        self._holder = 0

    def __enter__(self) -> None:
        with self._guard:
            if self.held and self._holder == threading.get_ident():
                raise RuntimeError("a transaction within a transaction would wait for itself")
            if not self.held:
                self.held, self._holder = True, threading.get_ident()
                return
            turn = threading.Event()
            self._waiting.append(turn)
        turn.wait()
        self._holder = threading.get_ident()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            self._holder = 0
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self.held = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A site taken for one command: its open transaction, its row with the new rev, and the time of the command's
    facts.
    """

    connection: Connection
    site: Row[Any]
    at: datetime


class Database:
    """Connections, transactions and the site lock over SQLite or PostgreSQL, with what every command needs beside
    them.
    """

    def __init__(
        self, url: str, vault: Vault, bus: Bus, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.url = url
        self.vault = vault
        self.bus = bus
        self.now = now
        self.engine = open_engine(url)
        self.setups: dict[int, tuple[int, Setup]] = {}
        self._locks: dict[int, FifoLock] = {}
        self._locks_guard = threading.Lock()
        self._came: dict[int, float] = {}
        self._turn = FifoLock() if self.engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of the database; nothing in it may write."""
        with self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction for what no screen is told: sign-ins, heartbeats, drafts, print attempts."""
        with self._begin(time.monotonic()) as connection:
            yield connection

    @contextmanager
    def rebuild(self) -> Iterator[Connection]:
        """One transaction for a migration. SQLite alters a table by copying and dropping it, which is no reason to
        refuse or to delete what points to it: there the pointing is checked at the end. Raises Dangling.
        """
        with self._turn, self.engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            is_sqlite = connection.dialect.name == "sqlite"
            if is_sqlite:
                raw.execute("PRAGMA foreign_keys = OFF")
            try:
                connection.execution_options(writing=True)
                with _patiently(connection, time.monotonic() + PATIENCE):
                    yield connection
                    if is_sqlite and (row := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                        raise Dangling(f"the migration would leave rows of {row[0]} that point to missing ones")
            finally:
                if is_sqlite:
                    raw.execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def hold(self, site_id: int) -> Iterator[None]:
        """The site's turn within this process. Taken before a connection, so that a busy site never drains the pool."""
        came = time.monotonic()
        with self._locks_guard:
            lock = self._locks.setdefault(site_id, FifoLock())
        with lock:
            self._came[site_id] = came
            yield

    def in_use(self, site_id: int) -> bool:
        """Whether somebody of this process is changing the site at this moment."""
        lock = self._locks.get(site_id)
        return lock is not None and lock.held

    @contextmanager
    def take(self, site_id: int) -> Iterator[Taken]:
        """The site's row, locked by raising its rev; committed at the end, rolled back when anything is raised.

        To be entered while the site is held. The time never goes back: it is at least that of the site's last fact.
        Raises Busy, and LookupError for an unknown site.
        """
        now = self.now()
        with self._begin(self._came.get(site_id, time.monotonic())) as connection:
            row = connection.execute(
                update(site)
                .where(site.c.id == site_id)
                .values(rev=site.c.rev + 1, last_at=case((site.c.last_at < now, now), else_=site.c.last_at))
                .returning(*site.c)
            ).one_or_none()
            if row is None:
                raise LookupError(f"no site {site_id}")
            yield Taken(connection, row, row.last_at)
        self.bus.changed(site_id, row.rev)

    @contextmanager
    def _begin(self, came: float) -> Iterator[Connection]:
        """A transaction that may write, for somebody who has waited since `came`.

        SQLite has one writer at a time: of this process they come in turn, and whoever waits holds no connection,
        for those are the screens'.
        """
        with self._turn, self.engine.connect() as connection:
            connection.execution_options(writing=True)
            with _patiently(connection, came + PATIENCE):
                yield connection

    def close(self) -> None:
        self.bus.close()
        self.engine.dispose()


def _patiently(connection: Connection, deadline: float) -> RootTransaction:
    """Begin, as soon as another process lets go of SQLite's write lock; the wait is short sleeps, so that nothing else
    stops meanwhile. Raises Busy when it still has it after the deadline.
    """
    while True:
        try:
            return connection.begin()
        except OperationalError as error:
            if "locked" not in str(error.orig):
                raise
            if time.monotonic() > deadline:
                raise Busy from error
        time.sleep(0.01)


def open_engine(url: str) -> Engine:
    """An engine as this product needs it.

    SQLite: WAL, full sync, no busy wait in C (it would stop every screen), writers begin immediately. Errors hide the
    values of a statement: they are patients' data.
    """
    if not url.startswith("sqlite"):
        return create_engine(
            url.replace("postgresql://", "postgresql+psycopg://", 1),
            pool_size=POOL,
            max_overflow=0,
            hide_parameters=True,
        )
    engine = create_engine(url, connect_args={"timeout": 0}, pool_size=POOL, max_overflow=0, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "commit", _commit_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 2000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA busy_timeout = 0")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _commit_sqlite(connection: Connection) -> None:
    """Commit in a thread: the disk takes its time, and no screen waits for it. SQLAlchemy's own commit then finds
    nothing left to do.
    """
    raw: Any = connection.connection.dbapi_connection
    aside(lambda: raw.execute("COMMIT"))
