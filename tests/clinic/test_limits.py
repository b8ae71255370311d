"""When a wait has become too long."""

from datetime import timedelta

import pytest

from clinic.limits import minutes_over, waits_since
from tests.reception import make


@pytest.mark.parametrize(("waited", "over"), [(0, 0), (15, 0), (15.9, 0), (16, 1), (30, 15)])
def test_a_walk_in_waits_too_long_after_fifteen_minutes(waited: float, over: int) -> None:
    """Whole minutes past the limit count."""
    assert minutes_over(make.visit(1, arrived_at=make.ago(waited)), make.NOW) == over


def test_somebody_who_came_early_waits_from_the_booked_time_on() -> None:
    """Coming early is nobody's delay."""
    early = make.visit(1, arrived_at=make.ago(60), slot=make.ago(20))
    assert minutes_over(early, make.NOW) == 5


@pytest.mark.parametrize(("level", "over"), [(1, 12), (2, 2), (3, 0)])
def test_an_emergency_has_the_limit_of_its_level_from_arrival(level: int, over: int) -> None:
    """Whatever was booked."""
    urgent = make.visit(1, triage=level, arrived_at=make.ago(12), slot=make.NOW + timedelta(hours=1))
    assert minutes_over(urgent, make.NOW) == over


def test_the_wait_begins_anew_after_a_time_in_the_chair() -> None:
    """Somebody back from imaging has not waited since the morning."""
    back = make.visit(1, arrived_at=make.ago(90), seated_at=make.ago(60), since=make.ago(4))
    assert waits_since(back) == make.ago(4)
    assert minutes_over(back, make.NOW) == 0
