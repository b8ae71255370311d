"""Commands end to end, on both databases."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from clinic.errors import Refused
from clinic.interview import Answered
from clinic.setup import Setup
from clinic.visit import State
from server.commands import calling, checking_in, forms, moving, undoing
from server.commands.checking_in import CheckIn
from server.commands.command import Ask
from server.commands.patients import Particulars
from server.queries.replay import differences
from server.queries.snapshot import read_snapshot
from server.storage import tables as t
from server.storage.database import Database
from tests.server.conftest import Clock

DESK = Ask(1, "staff:1", desk="desk:1")


def key(name: str, body: str = "") -> Ask:
    return Ask(1, "staff:1", name, body, "desk:1")


def arrive(database: Database, patient: int, **options: object) -> int:
    answer = checking_in.check_in(
        database,
        Ask(1, "device:1"),
        CheckIn(patient_id=patient, service_id=1, **options),  # type: ignore[arg-type]
        origin=None,
    )
    return int(answer["visit"])


def test_a_walk_in_is_called_seated_and_finished(
    database: Database, furnish: Callable[..., Setup], clock: Clock
) -> None:
    """The whole path writes rows and a journal that rebuilds them."""
    furnish(patients=3)
    first = arrive(database, 1)
    answer = calling.call_next(database, DESK, 1)
    assert (answer["visit"], answer["ticket"]) == (first, "A001")
    with pytest.raises(Refused, match="form_pending"):
        calling.seat(database, DESK, first)
    forms.fill_form(database, DESK, first, Answered("dental-return", "1", {}, (), complete=True))
    calling.check_identity(database, DESK, first, ["name", "birth_date"])
    calling.seat(database, DESK, first)
    clock.now += timedelta(minutes=20)
    calling.finish(database, DESK, first)
    assert read_snapshot(database, 1).day.visits[first].state is State.FINISHED
    assert differences(database, 1) == []


def test_replay_equals_the_tables(database: Database, furnish: Callable[..., Setup]) -> None:
    """The journal alone gives the day's visits and counters."""
    furnish(patients=4)
    visits = [arrive(database, patient) for patient in (1, 2, 3)]
    places = read_snapshot(database, 1).day.places
    last = next(places[q][-1].visit.id for q in places if len(places[q]) == 2)
    moving.move(database, DESK, last, 1, reason="doctor_request", note="请先看")
    calling.call_next(database, DESK, 1)
    calling.hold(database, DESK, visits[0])
    assert differences(database, 1) == []


def test_the_same_key_has_one_effect_and_one_answer(database: Database, furnish: Callable[..., Setup]) -> None:
    """Repeating a request changes nothing; another body with its key is refused."""
    furnish(patients=2, shared=True)
    arrive(database, 1)
    arrive(database, 2)
    first = calling.call_next(database, key("call-0001", "a"), 1)
    assert calling.call_next(database, key("call-0001", "a"), 1) == first
    with pytest.raises(Refused, match="key_reused"):
        calling.call_next(database, key("call-0001", "b"), 1)
    assert read_snapshot(database, 1).rev == first["rev"]


def test_a_refusal_repeats_as_a_refusal(database: Database, furnish: Callable[..., Setup]) -> None:
    """What was refused once stays refused for its key, even when it could be done by now, and leaves no gap in revs."""
    furnish(patients=2)
    with pytest.raises(Refused, match="nobody_waiting"):
        calling.call_next(database, key("call-0002"), 1)
    arrive(database, 1)
    with pytest.raises(Refused, match="nobody_waiting"):
        calling.call_next(database, key("call-0002"), 1)
    assert read_snapshot(database, 1).rev == 1


def test_undo_restores_the_queue_and_withdraws_the_call(database: Database, furnish: Callable[..., Setup]) -> None:
    """An undone call is waiting again at its old place, and screens can say so."""
    furnish(patients=2, shared=True)
    first = arrive(database, 1)
    arrive(database, 2)
    before = read_snapshot(database, 1).day
    rev = calling.call_next(database, DESK, 1)["rev"]
    undoing.undo(database, DESK, rev)
    after = read_snapshot(database, 1).day
    assert [place.visit.id for place in after.places[1]] == [place.visit.id for place in before.places[1]]
    assert after.visits[first].withdrawn_at is not None
    assert differences(database, 1) == []


def test_undo_is_refused_when_overtaken_and_names_what_stands_in_the_way(
    database: Database, furnish: Callable[..., Setup]
) -> None:
    """Undo is refused when overtaken and names what stands in the way."""
    furnish(patients=1)
    first = arrive(database, 1)
    rev = calling.call_next(database, DESK, 1)["rev"]
    calling.arrive_at_room(database, DESK, first)
    with pytest.raises(Refused) as refused:
        undoing.undo(database, DESK, rev)
    assert refused.value.code == "undo_overtaken"
    assert refused.value.facts["fact"] == "arrived_at_room"
    with pytest.raises(Refused, match="undo_not_yours"):
        undoing.undo(database, Ask(1, "staff:2", desk="desk:2"), rev + 1)


def test_nothing_of_a_patient_is_in_the_journal(database: Database, furnish: Callable[..., Setup]) -> None:
    """Names and notes live in rows of their own."""
    furnish(patients=2)
    arrive(database, 1)
    second = arrive(database, 2)
    calling.transfer(database, DESK, second, 1)
    moving.move(database, DESK, second, 1, reason="agreed_swap", note="王小明同意")
    with database.read() as connection:
        told = str(connection.execute(select(t.journal.c.body)).all())
    assert "王小明" not in told
    assert "\\u738b" not in told


def test_the_service_day_opens_once_and_closes_what_was_left(
    database: Database, furnish: Callable[..., Setup], clock: Clock
) -> None:
    """The next day starts with A001 again and without yesterday's patients; the clock going back changes nothing."""
    furnish(patients=3)
    left = arrive(database, 1)
    clock.now += timedelta(days=1)
    arrive(database, 2)
    clock.now -= timedelta(hours=20)
    arrive(database, 3)
    day = read_snapshot(database, 1).day
    assert sorted(visit.ticket for visit in day.visits.values()) == ["A001", "A002"]
    with database.read() as connection:
        state = connection.execute(select(t.visit.c.state).where(t.visit.c.id == left)).scalar_one()
    assert state == "cancelled"
    assert differences(database, 1) == []


def test_a_newcomer_is_written_down_once(database: Database, furnish: Callable[..., Setup], clock: Clock) -> None:
    """The same document another day finds the same patient; two people of one phone stay two."""
    furnish()
    mother = Particulars(name="李 秀", birth_date=date(1980, 2, 3), phone="13900000000", document="11010519491231002X")
    child = Particulars(name="李小", birth_date=date(2015, 2, 3), phone="139 0000 0000")
    first = register(database, mother)
    register(database, child)
    clock.now += timedelta(days=1)
    again = register(database, mother)
    with database.read() as connection:
        rows = connection.execute(select(t.patient).order_by(t.patient.c.id)).all()
        visits = {row.id: row.patient_id for row in connection.execute(select(t.visit.c.id, t.visit.c.patient_id))}
    assert [(row.name, row.initials, row.phone_tail) for row in rows] == [
        ("李 秀", "lx", "0000"),
        ("李小", "lx", "0000"),
    ]
    assert visits[first] == visits[again]
    assert "13900000000" not in str(rows)
    assert "11010519491231002X" not in str(rows)


def register(database: Database, person: Particulars) -> int:
    answer = checking_in.register(database, Ask(1, "device:1"), person, CheckIn(service_id=1), origin=None)
    return int(answer["visit"])


def test_a_patient_has_one_open_number(database: Database, furnish: Callable[..., Setup]) -> None:
    """Checking in twice says the number, and takes no other one."""
    furnish(patients=1)
    arrive(database, 1)
    with pytest.raises(Refused) as refused:
        arrive(database, 1)
    assert (refused.value.code, refused.value.facts["ticket"]) == ("already_checked_in", "A001")
    assert differences(database, 1) == []
