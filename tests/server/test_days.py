"""Whole days at random: unique numbers, a journal that gives all."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from clinic.errors import Refused
from clinic.interview import Answered
from clinic.moving import REASONS
from clinic.visit import IN_CHAIR, State
from server.bus import Bus
from server.commands import calling, checking_in, forms, moving, undoing
from server.commands.checking_in import CheckIn
from server.commands.command import Ask
from server.queries.replay import differences
from server.queries.snapshot import read_snapshot
from server.storage import tables as t
from server.storage.database import Database
from server.storage.migrate import migrate
from server.storage.vault import Vault
from tests import make
from tests.server.conftest import Clock

PATIENTS = 12
ROOMS = 3
DESK = Ask(1, "staff:1", desk="desk:1")
ZONES = ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"]
CHANGES = [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)]
"""Days on which clocks change somewhere."""

Verb = Callable[[Database, int, int], Any]

VERBS: dict[str, Verb] = {
    "call_next": lambda d, visit, n: calling.call_next(d, DESK, n % ROOMS + 1),
    "skip": lambda d, visit, n: calling.call_next(d, DESK, n % ROOMS + 1, skipping=[visit]),
    "call_this": lambda d, visit, n: calling.call_this(d, DESK, visit, n % ROOMS + 1),
    "call_again": lambda d, visit, n: calling.call_again(d, DESK, visit),
    "at_room": lambda d, visit, n: calling.arrive_at_room(d, DESK, visit),
    "identity": lambda d, visit, n: calling.check_identity(d, DESK, visit, ["name", "phone"]),
    "form": lambda d, visit, n: forms.fill_form(d, DESK, visit, Answered("dental-return", "1", {}, (), complete=True)),
    "seat": lambda d, visit, n: calling.seat(d, DESK, visit),
    "wait": lambda d, visit, n: calling.wait_in_chair(d, DESK, visit),
    "no_show": lambda d, visit, n: calling.no_show(d, DESK, visit),
    "hold": lambda d, visit, n: calling.hold(d, DESK, visit),
    "return": lambda d, visit, n: calling.return_to_queue(d, DESK, visit),
    "step_out": lambda d, visit, n: calling.step_out(d, DESK, visit, n % 30 + 1),
    "transfer": lambda d, visit, n: calling.transfer(d, DESK, visit, n % ROOMS + 1),
    "imaging": lambda d, visit, n: calling.send_to_imaging(d, DESK, visit),
    "images_ready": lambda d, visit, n: calling.images_ready(d, DESK, visit),
    "triage": lambda d, visit, n: calling.triage(d, DESK, visit, n % 4 + 1),
    "move": lambda d, visit, n: moving.move(d, DESK, visit, n % 4 + 1, reason=REASONS[n % len(REASONS)]),
    "unpin": lambda d, visit, n: calling.unpin(d, DESK, visit),
    "finish": lambda d, visit, n: calling.finish(d, DESK, visit),
    "cancel": lambda d, visit, n: calling.cancel(d, DESK, visit, "left"),
    "undo": lambda d, visit, n: undoing.undo(d, DESK, read_snapshot(d, 1).rev - n % 3),
    "check_in": lambda d, visit, n: checking_in.check_in(
        d, DESK, CheckIn(patient_id=n % PATIENTS + 1, service_id=1), origin=None
    ),
}


def opened(url: str, folder: Path) -> Database:
    database = Database(url, Vault.open(folder), Bus(), Clock())
    migrate(database)
    with database.write() as connection:
        make.clinic_rows(connection, make.setup(rooms=ROOMS, chairs=2))
        make.patients(connection, PATIENTS)
    return database


@contextmanager
def fresh(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A clinic in an empty database of one kind."""
    postgres = request.getfixturevalue("postgres") if kind == "postgresql" else None
    url = postgres.create() if postgres else f"sqlite:///{folder}/nextchair.db"
    database = opened(url, folder)
    yield database
    database.close()
    if postgres:
        postgres.drop(url)


def assert_sound(database: Database) -> None:
    """What must hold after every step."""
    day = read_snapshot(database, 1).day
    waiting = [place.visit.id for places in day.places.values() for place in places]
    assert sorted(waiting) == sorted(v.id for v in day.visits.values() if v.state is State.WAITING)
    chairs = [visit.chair_id for visit in day.visits.values() if visit.state in IN_CHAIR]
    assert len(chairs) == len(set(chairs))
    present = [visit.patient_id for visit in day.visits.values() if visit.open]
    assert len(present) == len(set(present))
    assert differences(database, 1) == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(sorted(VERBS)), st.integers(0, 11), st.integers(0, 60), st.integers(0, 8)),
        min_size=10,
        max_size=40,
    )
)
def test_whatever_is_pressed_the_journal_gives_the_tables(
    kind: str, steps: list[tuple[str, int, int, int]], request: pytest.FixtureRequest
) -> None:
    """Any sequence of commands, refused ones too, leaves a sound queue that replay rebuilds exactly."""
    with tempfile.TemporaryDirectory() as folder, fresh(kind, Path(folder), request) as database:
        for patient in range(1, 6):
            VERBS["check_in"](database, 0, patient)
        for verb, visit, number, minutes in steps:
            database.now.now += timedelta(minutes=minutes)  # type: ignore[attr-defined]
            visits = sorted(read_snapshot(database, 1).day.visits)
            try:
                VERBS[verb](database, visits[visit % len(visits)], number)
            except Refused:
                continue
        assert_sound(database)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    zone=st.sampled_from(ZONES),
    begin=st.sampled_from(CHANGES),
    jumps=st.lists(st.integers(-180, 600), min_size=5, max_size=25),
)
def test_numbers_are_unique_in_a_service_day(zone: str, begin: datetime, jumps: list[int]) -> None:
    """Across midnight, both changes of the clock, any zone, and a clock that jumps back."""
    with tempfile.TemporaryDirectory() as folder:
        database = opened(f"sqlite:///{folder}/nextchair.db", Path(folder))
        with database.write() as connection:
            connection.execute(update(t.site).values(time_zone=zone, last_at=begin))
        clock = database.now
        clock.now = begin  # type: ignore[attr-defined]
        for number, minutes in enumerate(jumps):
            clock.now += timedelta(minutes=minutes)  # type: ignore[attr-defined]
            try:
                VERBS["check_in"](database, 0, number)
            except Refused:
                continue
        with database.read() as connection:
            rows = connection.execute(select(t.visit.c.service_day, t.visit.c.ticket)).all()
            days = connection.execute(select(t.journal.c.service_day).order_by(t.journal.c.rev)).scalars().all()
        database.close()
    assert len({tuple(row) for row in rows}) == len(rows)
    assert days == sorted(days)
