"""Migrations: all or nothing, in step with the tables."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select

from server.bus import Bus
from server.storage import tables as t
from server.storage.database import Database
from server.storage.migrate import current, migrate, require_current
from server.storage.vault import Vault
from tests import make
from tests.server.running import Running

SHIPPED = Path(t.__file__).parent / "migrations"
HEAD = "0001"


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """A database in which nothing was made yet."""
    opened = Database(database_url, Vault.open(tmp_path), Bus())
    yield opened
    opened.close()


def with_next(folder: Path, *steps: str) -> Path:
    """The shipped migrations and one more after them, of these steps."""
    versions = folder / "versions"
    versions.mkdir(parents=True)
    for file in (SHIPPED / "env.py", *(SHIPPED / "versions").glob("*.py")):
        (folder / file.relative_to(SHIPPED)).write_text(file.read_text())
    body = textwrap.indent("\n".join(steps), "    ")
    (versions / "next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f'revision, down_revision = "next", "{HEAD}"\n\n\ndef upgrade() -> None:\n{body}\n'
    )
    return folder


def reopened(database: Database) -> Database:
    return Database(database.url, database.vault, Bus())


def state(database: Database) -> tuple[str | None, list[str], set[str]]:
    """What a process that opens the database now finds: revision, tables, the columns of `patient`."""
    fresh = reopened(database)
    with fresh.read() as connection:
        seen = inspect(connection)
        found = current(connection), sorted(seen.get_table_names()), {c["name"] for c in seen.get_columns("patient")}
    fresh.close()
    return found


ADD = 'op.add_column("patient", sa.Column("shoe_size", sa.Integer()))'
MAKE = 'op.create_table("shoe", sa.Column("id", sa.Integer(), primary_key=True))'
FILL = "op.execute(\"UPDATE patient SET name = 'x'\")"
FAIL = 'op.execute("INSERT INTO no_such_table VALUES (1)")'
NARROW = """with op.batch_alter_table("patient") as patient:
    patient.alter_column("name", type_=sa.String(99), existing_type=sa.String(60), existing_nullable=False)
    patient.add_column(sa.Column("shoe_size", sa.Integer()))"""


def test_a_migration_that_fails_in_its_second_step_leaves_nothing(empty: Database, tmp_path: Path) -> None:
    """Neither a table, nor a column, nor a changed row, nor a revision; and the next start works as before."""
    migrate(empty)
    with empty.write() as connection:
        make.clinic_rows(connection, make.setup())
        make.patients(connection, 2)
    before = state(empty)
    with pytest.raises(Exception, match="no_such_table"):
        migrate(empty, folder=with_next(tmp_path / "failing", MAKE, ADD, FILL, FAIL))
    assert state(empty) == before
    with empty.read() as connection:
        assert connection.execute(select(t.patient.c.name).order_by(t.patient.c.id)).scalars().first() == "王小明"
    require_current(empty)


def test_the_first_migration_leaves_nothing_either(empty: Database, tmp_path: Path) -> None:
    """A new installation whose set-up failed can simply be started again."""
    with pytest.raises(Exception, match="no_such_table"):
        migrate(empty, folder=with_next(tmp_path / "failing", FAIL))
    fresh = reopened(empty)
    with fresh.read() as connection:
        assert inspect(connection).get_table_names() == []
    fresh.close()
    migrate(empty)
    require_current(empty)


def test_a_migration_that_succeeds_is_there_after_reopening(empty: Database, tmp_path: Path) -> None:
    """With its rows kept."""
    migrate(empty)
    with empty.write() as connection:
        make.clinic_rows(connection, make.setup())
        make.patients(connection, 2)
    migrate(empty, folder=with_next(tmp_path / "good", MAKE, ADD))
    revision, tables, columns = state(empty)
    assert revision == "next"
    assert "shoe" in tables
    assert "shoe_size" in columns
    with empty.read() as connection:
        assert len(connection.execute(select(t.patient.c.id)).all()) == 2


def test_a_table_that_others_point_to_can_be_rebuilt(empty: Database, tmp_path: Path) -> None:
    """SQLite alters a column by copying its table; the rows that point to it, and the pointing, survive that."""
    migrate(empty)
    with empty.write() as connection:
        make.clinic_rows(connection, make.setup())
        make.patients(connection, 1)
        link = {"site_id": 1, "patient_id": 1, "service_id": 1, "starts": make.NOW, "ends": make.NOW}
        connection.execute(t.appointment.insert().values(link))
    migrate(empty, folder=with_next(tmp_path / "rebuilding", NARROW))
    with empty.read() as connection:
        assert "shoe_size" in {column["name"] for column in inspect(connection).get_columns("patient")}
        assert len(connection.execute(select(t.appointment.c.id)).all()) == 1
    with pytest.raises(Exception, match=r"(?i)foreign key"), empty.write() as connection:
        connection.execute(t.appointment.insert().values({**link, "patient_id": 99}))


def test_a_migration_may_not_leave_rows_that_point_nowhere(empty: Database, tmp_path: Path) -> None:
    """On either database it fails, and leaves nothing."""
    migrate(empty)
    with empty.write() as connection:
        make.clinic_rows(connection, make.setup())
    before = state(empty)
    with pytest.raises(Exception, match=r"point to missing|violates foreign key"):
        migrate(empty, folder=with_next(tmp_path / "careless", 'op.execute("DELETE FROM practitioner")'))
    assert state(empty) == before
    with empty.read() as connection:
        assert connection.execute(select(t.practitioner.c.id)).all() != []
    with pytest.raises(Exception, match=r"(?i)foreign key"), empty.write() as connection:
        connection.execute(t.practitioner.delete())


def test_a_second_migrate_changes_nothing(empty: Database) -> None:
    """Whoever is not sure may run it again."""
    migrate(empty)
    before = state(empty)
    migrate(empty)
    assert state(empty) == before


def test_models_and_migrations_agree(empty: Database) -> None:
    """Alembic finds nothing that a migration should still do."""
    migrate(empty)
    with empty.read() as connection:
        # Of SQLite's defaults Alembic cannot tell '' from nothing.
        defaults = connection.dialect.name != "sqlite"
        options = {"compare_type": True, "compare_server_default": defaults}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, t.metadata) == []


def test_serve_refuses_an_older_postgresql(postgres_url: str, tmp_path: Path) -> None:
    """It says what to do, and starts once that is done; SQLite it migrates by itself."""
    server = Running(tmp_path, database_url=postgres_url)
    with pytest.raises(RuntimeError, match="nextchair migrate"):
        server.start()
    with server.database():
        server.start()
    server.kill()
