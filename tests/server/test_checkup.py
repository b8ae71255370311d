"""What `check` finds, and that it finds nothing where nothing is."""

import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from clinic.setup import Setup
from server import checkup
from server.bus import Bus
from server.checkup import check_up
from server.commands import checking_in
from server.commands.checking_in import CheckIn
from server.commands.command import Ask
from server.settings import Settings
from server.storage import tables as t
from server.storage.database import Database
from server.storage.vault import Vault
from tests.infrastructure import free_port
from tests.server.conftest import Clock


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


@pytest.fixture
def busy(database: Database, furnish: Callable[..., Setup]) -> Database:
    """A clinic with a patient waiting and a ticket on its way to paper."""
    furnish(patients=2)
    add_printer(database, "memory:")
    checking_in.check_in(database, Ask(1, "device:1"), CheckIn(patient_id=1, service_id=1), origin=None)
    return database


def add_printer(database: Database, address: str) -> None:
    with database.write() as connection:
        row = {"site_id": 1, "name": address, "address": address, "profile": "generic-80"}
        connection.execute(insert(t.printer).values(row))


def test_a_sound_installation_has_no_findings(busy: Database, settings: Settings) -> None:
    """Nothing is found where nothing is wrong."""
    assert check_up(busy, settings) == []


def test_a_row_that_no_fact_explains_is_found(busy: Database, settings: Settings) -> None:
    """Somebody changed the tables behind the journal's back."""
    with busy.write() as connection:
        connection.execute(update(t.visit).values(triage=1))
    (finding,) = check_up(busy, settings)
    assert "Journal and tables of site 1 disagree" in finding


def test_another_key_is_found(busy: Database, settings: Settings) -> None:
    """What was sealed with the lost key says so."""
    assert check_up(busy, settings) == []
    other = Database(busy.url, Vault(bytes(32)), Bus(), busy.now)
    (finding,) = check_up(other, settings)
    other.close()
    assert "begun with another key" in finding


def test_a_silent_printer_is_found_and_one_that_answers_is_not(busy: Database, settings: Settings) -> None:
    """A network printer is called; the findings name it and its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        add_printer(busy, f"tcp://127.0.0.1:{listening.getsockname()[1]}")
        assert check_up(busy, settings) == []
    silent = f"tcp://127.0.0.1:{free_port()}"
    with busy.write() as connection:
        connection.execute(update(t.printer).where(t.printer.c.address != "memory:").values(address=silent))
    (finding,) = check_up(busy, settings)
    assert silent in finding


def test_a_clock_that_was_set_back_is_found(busy: Database, settings: Settings, clock: Clock) -> None:
    """Facts would all get the hour of the last one; a second or two is nothing."""
    clock.now -= timedelta(seconds=2)
    assert check_up(busy, settings) == []
    clock.now -= timedelta(hours=1)
    (finding,) = check_up(busy, settings)
    assert "clock stands behind" in finding


def test_a_full_disk_is_found(busy: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is full."""
    monkeypatch.setattr(checkup, "LEAST_FREE", 10**18)
    (finding,) = check_up(busy, settings)
    assert "make room" in finding


def test_an_old_schema_is_the_one_finding(database_url: str, tmp_path: Path, settings: Settings) -> None:
    """Nothing else can be looked at before it is migrated."""
    empty = Database(database_url, Vault.open(tmp_path), Bus())
    findings = check_up(empty, settings)
    empty.close()
    assert len(findings) == 1
    assert "nextchair migrate" in findings[0]


def test_a_database_that_is_away_is_the_one_finding(tmp_path: Path, settings: Settings) -> None:
    """It is named, with the setting to look at; its address and password are not repeated."""
    away = Database(f"postgresql://somebody:secret@127.0.0.1:{free_port()}/x", Vault.open(tmp_path), Bus())
    findings = check_up(away, settings)
    away.close()
    assert len(findings) == 1
    assert "NEXTCHAIR_DATABASE_URL" in findings[0]
    assert "secret" not in findings[0]
