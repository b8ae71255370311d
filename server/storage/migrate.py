"""Brings a database to this release's schema, all or nothing."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, select, text

from server.storage.database import Database
from server.storage.tables import installation
from server.storage.vault import WrongKey

LOCK = 0x6E657874
"""PostgreSQL's advisory lock of the migrations (an arbitrary number of ours)."""


class OldSchema(Exception):
    """The database is older than the program: run `nextchair migrate`."""


def migrate(database: Database, *, folder: Path | None = None, target: str = "head") -> None:
    """Upgrade to `target`, in one transaction, one process at a time. `folder` holds other migrations (tests)."""
    config = _config(folder)
    with _alone(database), database.rebuild() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, target)


def current(connection: Connection) -> str | None:
    """The revision a database is at, None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def require_current(database: Database) -> None:
    """Raises OldSchema unless the database has this release's schema, WrongKey unless it was begun with our key."""
    with database.read() as connection:
        if current(connection) != ScriptDirectory.from_config(_config(None)).get_current_head():
            raise OldSchema("the database is not at this release's schema: run `nextchair migrate` first")
    _require_own_key(database)


def _require_own_key(database: Database) -> None:
    """The first key to come is the database's own; with another one nothing could be read, and nobody be found."""
    mark = database.vault.keyed("installation", "mark")
    with database.write() as connection:
        begun = connection.execute(select(installation.c.key_mark)).scalar()
        if begun is None:
            connection.execute(insert(installation).values(id=1, key_mark=mark))
        elif begun != mark:
            raise WrongKey("this database was begun with another key: put back its file `key`, or set NEXTCHAIR_KEY")


def _config(folder: Path | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder or Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """On SQLite a lock file beside the database keeps a second process out while the schema changes."""
    file = database.engine.url.database
    if database.engine.dialect.name != "sqlite" or file is None:
        yield
        return
    with Path(f"{file}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
