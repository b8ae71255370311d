"""Transactions: who waits for whom, how long, at whose cost."""

import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from clinic.setup import Setup
from server.commands import calling
from server.commands.command import Ask
from server.storage import tables as t
from server.storage.database import POOL, Busy, Database, FifoLock

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WRITERS = POOL + 5


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Somebody else holds SQLite's write lock."""
    other = sqlite3.connect(folder / "nextchair.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


def note(database: Database, connection: Connection, what: str) -> None:
    connection.execute(insert(t.attempt).values(what=what, count=1, since=database.now()))


def write(database: Database) -> str:
    try:
        with database.write() as connection:
            note(database, connection, secrets.token_hex(8))
    except Busy:
        return "busy"
    return "written"


def call(database: Database, room: int) -> str:
    try:
        calling.call_next(database, Ask(1, "staff:1"), room)
    except Busy:
        return "busy"
    return "called"


@SQLITE
def test_whoever_waits_to_write_leaves_the_connections_to_readers(
    database: Database, furnish: Callable[..., Setup], tmp_path: Path
) -> None:
    """More writers than connections wait for SQLite's lock; a reader is answered at once, and then all have written."""
    furnish()
    with ThreadPoolExecutor(WRITERS) as pool:
        with locked(tmp_path):
            writers = [pool.submit(write, database) for _ in range(WRITERS)]
            time.sleep(0.2)
            began = time.monotonic()
            with database.read() as connection:
                connection.execute(select(t.site)).one()
            assert time.monotonic() - began < 0.5
        assert {writer.result() for writer in writers} == {"written"}


@SQLITE
@pytest.mark.parametrize("ask", [write, lambda database: call(database, 1)])
def test_all_give_up_together(
    ask: Callable[[Database], str],
    database: Database,
    furnish: Callable[..., Setup],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever has waited in line for somebody in vain does not wait as long once more."""
    furnish()
    monkeypatch.setattr("server.storage.database.PATIENCE", 0.5)
    with ThreadPoolExecutor(WRITERS) as pool, locked(tmp_path):
        began = time.monotonic()
        writers = [pool.submit(ask, database) for _ in range(WRITERS)]
        assert {writer.result() for writer in writers} == {"busy"}
        assert 0.5 <= time.monotonic() - began < 2


def test_a_transaction_within_a_transaction_is_a_bug() -> None:
    """It would wait for itself for ever."""
    lock = FifoLock()
    with lock, pytest.raises(RuntimeError), lock:
        pass
    with lock:
        pass


def test_those_who_wait_are_served_in_their_order() -> None:
    """Nobody is overtaken."""
    lock, served = FifoLock(), list[int]()

    def wait(number: int) -> None:
        with lock:
            served.append(number)

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(20)]
    with lock:
        for thread in threads:
            thread.start()
            time.sleep(0.005)
    for thread in threads:
        thread.join()
    assert served == list(range(20))


@SQLITE
def test_a_commit_that_fails_is_an_error(database: Database, furnish: Callable[..., Setup]) -> None:
    """A commit beside the event loop is no less a commit: what it raises is raised, and nothing is written."""
    furnish()

    def lose_the_transaction() -> None:
        with database.write() as connection:
            note(database, connection, "x")
            connection.exec_driver_sql("ROLLBACK")

    with pytest.raises(sqlite3.OperationalError):
        lose_the_transaction()
    with database.read() as connection:
        assert connection.execute(select(t.attempt)).all() == []
    assert write(database) == "written"
