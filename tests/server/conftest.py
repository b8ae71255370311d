"""A clinic in a real database, on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from clinic.setup import Setup
from server.bus import Bus
from server.storage.database import Database
from server.storage.migrate import migrate
from server.storage.vault import Vault
from tests import make


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = make.NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'nextchair.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def database(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Database]:
    """A migrated, empty database."""
    opened = Database(database_url, Vault.open(tmp_path), Bus(), clock)
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def furnish(database: Database) -> Callable[..., Setup]:
    """Give the database a set-up and patients."""

    def furnished(patients: int = 0, **options: bool | int) -> Setup:
        made = make.setup(**options)  # type: ignore[arg-type]
        with database.write() as connection:
            make.clinic_rows(connection, made)
            if patients:
                make.patients(connection, patients)
        return made

    return furnished
