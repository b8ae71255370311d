"""The order of a queue."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from clinic import moving
from clinic.ordering import RULES, ahead_of, order
from clinic.visit import State, Visit
from tests import make

POLICY = ("triage", "appointment")


@st.composite
def waiting(draw: st.DrawFn, least: int = 0, most: int = 12) -> list[Visit]:
    """People who wait in one queue: booked, walk-ins, recalled, some of them emergencies."""
    count = draw(st.integers(least, most))
    return [draw(one(id_)) for id_ in range(1, count + 1)]


@st.composite
def one(draw: st.DrawFn, id_: int) -> Visit:
    def minutes() -> Any:
        return make.NOW + timedelta(minutes=draw(st.integers(0, 240)))

    return make.visit(
        id_,
        arrived_at=minutes(),
        slot=minutes() if draw(st.booleans()) else None,
        rank_at=minutes() if draw(st.integers(0, 9)) == 0 else None,
        triage=draw(st.sampled_from([4, 4, 4, 4, 3, 2, 1])),
    )


@given(waiting())
def test_the_order_is_a_permutation_with_positions_from_one(visits: list[Visit]) -> None:
    """The order is a permutation with positions from one."""
    places = order(visits, POLICY)
    assert sorted(place.visit.id for place in places) == sorted(visit.id for visit in visits)
    assert [place.position for place in places] == list(range(1, len(visits) + 1))


@given(waiting(), st.randoms())
def test_the_order_does_not_depend_on_how_the_visits_are_given(visits: list[Visit], random: Any) -> None:
    """The order does not depend on how the visits are given."""
    shuffled = list(visits)
    random.shuffle(shuffled)
    assert order(visits, POLICY) == order(shuffled, POLICY)


@given(waiting(least=1))
def test_an_emergency_goes_before_everybody_who_is_none(visits: list[Visit]) -> None:
    """An emergency goes before everybody who is none."""
    emergencies = [place.visit.emergency for place in order(visits, POLICY)]
    assert emergencies == sorted(emergencies, reverse=True)


@given(waiting(least=2), st.data())
def test_a_move_gives_exactly_the_place_asked_for(visits: list[Visit], data: st.DataObject) -> None:
    """After any two moves the queue is as reception left it."""
    day = make.day(visits)
    for _ in range(2):
        places = day.places[1]
        calm = [place for place in places if not place.visit.emergency]
        if len(calm) < 2:
            return
        mover = data.draw(st.sampled_from(calm)).visit
        position = data.draw(st.sampled_from(calm)).position
        before = [place.visit.id for place in places if place.visit.id != mover.id]
        change = moving.move(day, mover.id, position, reason="doctor_request", by="staff:1", now=make.NOW)
        day = make.day({**day.visits, **{visit.id: visit for visit in change.visits}}.values())
        before.insert(position - 1, mover.id)
        assert [place.visit.id for place in day.places[1]] == before


@given(waiting(least=2), st.lists(st.integers(0, 240), min_size=1, max_size=5), st.data())
def test_a_moved_visit_keeps_its_place_whoever_comes_later(
    visits: list[Visit], arrivals: list[int], data: st.DataObject
) -> None:
    """New arrivals, booked earlier or not, never push a moved visit down; only emergencies do."""
    day = make.day(visits)
    calm = [place for place in day.places[1] if not place.visit.emergency]
    if not calm:
        return
    mover = data.draw(st.sampled_from(calm)).visit
    position = data.draw(st.sampled_from(calm)).position
    change = moving.move(day, mover.id, position, reason="equipment", by="staff:1", now=make.NOW)
    moved = {**day.visits, **{visit.id: visit for visit in change.visits}}
    late = {
        100 + n: make.visit(100 + n, arrived_at=make.NOW, slot=make.NOW + timedelta(minutes=minutes))
        for n, minutes in enumerate(arrivals)
    }
    day = make.day({**moved, **late}.values())
    place = next(place for place in day.places[1] if place.visit.id == mover.id)
    assert place.position == position
    assert place.reason.code == "moved_by_hand"


@given(waiting(least=3), st.data())
def test_a_moved_visit_moves_up_when_those_before_it_leave(visits: list[Visit], data: st.DataObject) -> None:
    """A moved visit moves up when those before it leave."""
    day = make.day([make.visit(visit.id, arrived_at=visit.arrived_at) for visit in visits])
    mover = data.draw(st.sampled_from(day.places[1][1:])).visit
    change = moving.move(day, mover.id, 2, reason="equipment", by="staff:1", now=make.NOW)
    moved = {**day.visits, **{visit.id: visit for visit in change.visits}}
    first = make.day(moved.values()).places[1][0].visit
    left = {**moved, first.id: make.visit(first.id, state=State.CALLED, room_id=1)}
    assert make.day(left.values()).places[1][0].visit.id == mover.id


def test_booked_goes_before_a_walk_in_of_the_same_minute() -> None:
    """Booked goes before a walk in of the same minute."""
    slot = make.NOW + timedelta(minutes=5)
    walk_in = make.visit(1, arrived_at=slot)
    booked = make.visit(2, arrived_at=slot + timedelta(minutes=3), slot=slot)
    assert [place.visit.id for place in order([walk_in, booked], POLICY)] == [2, 1]


def test_it_says_who_goes_before_and_why() -> None:
    """It says who goes before and why."""
    slot = make.NOW + timedelta(minutes=30)
    visits = [make.visit(1, triage=1), make.visit(2, slot=slot), make.visit(3, slot=slot), make.visit(4, rank_at=slot)]
    places = order(visits, POLICY)
    told = [(group.code, group.count, group.at) for group in ahead_of(places[3], places)]
    assert told == [("emergency", 1, None), ("booked", 2, slot)]


def test_every_rule_has_a_reason_for_somebody() -> None:
    """A policy of one rule alone can still explain an emergency or an arrival."""
    urgent = make.visit(1, triage=1)
    assert all(rule(urgent).reason is not None for rule in RULES.values())
