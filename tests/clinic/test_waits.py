"""Estimated waits."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from clinic.queue import Day
from clinic.setup import Setup
from clinic.visit import State
from clinic.waits import estimate
from tests import make


def without(day: Day, **changes: object) -> Day:
    setup: Setup = replace(day.setup, **changes)  # type: ignore[arg-type]
    return Day(setup, day.date, day.visits)


def test_nobody_ahead_and_an_empty_chair_is_a_short_wait() -> None:
    """Nobody ahead and an empty chair is a short wait."""
    day = make.day([make.visit(1)])
    wait = estimate(day, day.places[1][0], make.NOW)
    assert wait is not None
    assert (wait.low, wait.high, wait.basis) == (0, 5, "planned")


def test_there_is_no_estimate_without_a_basis() -> None:
    """There is no estimate without a basis."""
    day = make.day([make.visit(1), make.visit(2)])
    aimless = without(day, services=tuple(replace(each, minutes=0) for each in day.setup.services))
    assert estimate(aimless, aimless.places[1][1], make.NOW) is None
    roomless = without(day, queues=tuple(replace(each, room_ids=()) for each in day.setup.queues))
    assert estimate(roomless, roomless.places[1][1], make.NOW) is None


def test_todays_treatments_replace_the_planned_length() -> None:
    """Todays treatments replace the planned length."""
    done = [
        make.visit(
            n, state=State.FINISHED, seated_at=make.NOW - timedelta(minutes=60), since=make.NOW - timedelta(minutes=20)
        )
        for n in (11, 12, 13)
    ]
    day = make.day([make.visit(1), make.visit(2), *done])
    wait = estimate(day, day.places[1][1], make.NOW)
    assert wait is not None
    assert (wait.basis, wait.low, wait.high) == ("recent", 25, 60)


def test_the_time_already_spent_in_the_chair_counts() -> None:
    """The time already spent in the chair counts."""
    seated = make.visit(9, state=State.SEATED, room_id=1, chair_id=11, seated_at=make.NOW)
    day = make.day([make.visit(1), seated])
    now = estimate(day, day.places[1][0], make.NOW)
    later = estimate(day, day.places[1][0], make.NOW + timedelta(minutes=15))
    assert now is not None
    assert later is not None
    assert later.high < now.high


@given(st.integers(1, 30), st.integers(1, 4))
def test_it_is_always_a_range_of_fives_that_grows_along_the_queue(count: int, rooms: int) -> None:
    """It is always a range of fives that grows along the queue."""
    day = make.day([make.visit(n) for n in range(1, count + 1)], rooms=rooms, shared=True)
    waits = [estimate(day, place, make.NOW) for place in day.places[1]]
    ranges = [(wait.low, wait.high) for wait in waits if wait is not None]
    assert len(ranges) == count
    assert all(low % 5 == 0 and high % 5 == 0 and 0 <= low <= high <= 60 for low, high in ranges)
    assert ranges == sorted(ranges)
