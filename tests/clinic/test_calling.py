"""Calling and what follows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clinic import calling
from clinic.change import Change
from clinic.errors import Refused
from clinic.queue import Day
from clinic.visit import Form, State
from tests import make

BY = {"now": make.NOW, "by": "staff:1", "rev": 7}


def after(day: Day, change: Change) -> Day:
    return Day(day.setup, day.date, {**day.visits, **{visit.id: visit for visit in change.visits}})


def called(**changes: object) -> Day:
    return make.day([make.visit(1, state=State.CALLED, room_id=1, calls=1, called_by="staff:2", **changes)])


def test_next_is_the_head_of_the_order() -> None:
    """Next is the head of the order."""
    day = make.day([make.visit(1), make.visit(2, triage=1)])
    change = calling.call_next(day, 1, **BY)  # type: ignore[arg-type]
    assert (change.visits[0].id, change.visits[0].state, change.visits[0].call_rev) == (2, State.CALLED, 7)


def test_a_skipped_visit_keeps_its_place_and_no_call_is_counted() -> None:
    """A skipped visit keeps its place and no call is counted."""
    day = make.day([make.visit(1), make.visit(2)])
    change = calling.call_next(day, 1, skipping=[1], **BY)  # type: ignore[arg-type]
    assert [visit.id for visit in change.visits] == [2]
    assert [fact.name for fact in change.facts] == ["skipped", "called"]
    assert after(day, change).places[1][0].visit.calls == 0


def test_a_visit_that_is_called_already_is_not_called_again_elsewhere() -> None:
    """A visit that is called already is not called again elsewhere."""
    with pytest.raises(Refused) as refused:
        calling.call_this(called(), 1, 2, **BY)  # type: ignore[arg-type]
    assert refused.value.code == "visit_called"
    assert (refused.value.facts["room"], refused.value.facts["by"]) == (1, "staff:2")


def test_a_room_calls_one_patient_at_a_time() -> None:
    """A room calls one patient at a time."""
    day = make.day([make.visit(1), make.visit(2)])
    day = after(day, calling.call_next(day, 1, **BY))  # type: ignore[arg-type]
    with pytest.raises(Refused, match="room_calling"):
        calling.call_next(day, 1, **BY)  # type: ignore[arg-type]


def test_a_room_with_two_free_chairs_may_call_two() -> None:
    """A room with two free chairs may call two."""
    day = make.day([make.visit(n) for n in (1, 2, 3)], chairs=2)
    for _ in range(2):
        day = after(day, calling.call_next(day, 1, **BY))  # type: ignore[arg-type]
    with pytest.raises(Refused, match="room_calling"):
        calling.call_next(day, 1, **BY)  # type: ignore[arg-type]


def test_a_pending_form_and_an_unchecked_identity_block_seating_not_queueing() -> None:
    """A pending form and an unchecked identity block seating not queueing."""
    with pytest.raises(Refused, match="form_pending"):
        calling.seat(called(form=Form.PENDING), 1, now=make.NOW)
    with pytest.raises(Refused, match="identity_unchecked"):
        calling.seat(called(), 1, now=make.NOW)
    seated = calling.seat(called(identity_checked=True), 1, now=make.NOW).visits[0]
    assert (seated.state, seated.chair_id) == (State.SEATED, 11)


def test_a_taken_chair_names_who_sits_in_it() -> None:
    """A taken chair names who sits in it."""
    sitting = make.visit(2, state=State.SEATED, room_id=1, chair_id=11)
    day = make.day([*called(identity_checked=True).visits.values(), sitting])
    with pytest.raises(Refused) as refused:
        calling.seat(day, 1, now=make.NOW)
    assert (refused.value.code, refused.value.facts["ticket"]) == ("chair_taken", "A002")


def test_identity_needs_two_different_identifiers() -> None:
    """Identity needs two different identifiers."""
    with pytest.raises(Refused, match="two_identifiers"):
        calling.check_identity(called(), 1, identifiers=["name", "name"])
    assert calling.check_identity(called(), 1, identifiers=["name", "phone"]).visits[0].identity_checked


def test_imaging_and_back_to_the_same_queue_and_service() -> None:
    """Imaging and back to the same queue and service."""
    day = make.day([make.visit(1, state=State.SEATED, room_id=1, chair_id=11), make.visit(2)])
    day = after(day, calling.send_to_imaging(day, 1, now=make.NOW))
    assert (day.visits[1].queue_id, day.visits[1].chair_id) == (99, None)
    day = after(day, calling.images_ready(day, 1, now=make.NOW))
    assert (day.visits[1].queue_id, day.visits[1].service_id, day.visits[1].state) == (1, 1, State.WAITING)
    assert day.places[1][0].visit.id == 1


def test_a_missed_call_returns_behind_those_who_wait_and_a_hold_to_its_place() -> None:
    """A missed call returns behind those who wait and a hold to its place."""
    day = make.day([make.visit(1), make.visit(2)])
    held = after(day, calling.hold(day, 1, now=make.NOW))
    back = after(held, calling.return_to_queue(held, 1, now=make.NOW + timedelta(hours=1)))
    assert [place.visit.id for place in back.places[1]] == [1, 2]
    missed = after(day, calling.call_next(day, 1, **BY))  # type: ignore[arg-type]
    missed = after(missed, calling.no_show(missed, 1, now=make.NOW))
    back = after(missed, calling.return_to_queue(missed, 1, now=make.NOW + timedelta(hours=1)))
    assert [place.visit.id for place in back.places[1]] == [2, 1]
    assert back.visits[1].missed == 1


def test_stepping_out_keeps_the_place_for_its_minutes() -> None:
    """Stepping out keeps the place for its minutes."""
    day = make.day([make.visit(1), make.visit(2)])
    out = after(day, calling.step_out(day, 1, minutes=10, now=make.NOW))
    assert out.visits[1].out_until == make.NOW + timedelta(minutes=10)
    back = after(out, calling.return_to_queue(out, 1, now=make.NOW + timedelta(minutes=9)))
    assert back.places[1][0].visit.id == 1
    late = calling.expire_step_out(out, 1, now=make.NOW + timedelta(minutes=10)).visits[0]
    assert (late.state, late.missed) == (State.MISSED, 1)
    with pytest.raises(Refused, match="minutes_out_of_range"):
        calling.step_out(day, 2, minutes=0, now=make.NOW)


def test_a_transfer_keeps_the_arrival_and_drops_a_hand_made_place() -> None:
    """A transfer keeps the arrival and drops a hand made place."""
    day = make.day([replace(make.visit(1), pin_ahead=(), pin_at=make.NOW), make.visit(2, queue_id=2)])
    there = calling.transfer(day, 1, 2, now=make.NOW + timedelta(hours=1)).visits[0]
    assert (there.queue_id, there.arrived_at, there.pin_ahead) == (2, day.visits[1].arrived_at, None)
    assert after(day, calling.transfer(day, 1, 2, now=make.NOW)).places[2][0].visit.id == 1


def test_finish_frees_only_that_chair() -> None:
    """Finish frees only that chair."""
    sitting = [make.visit(n, state=State.SEATED, room_id=1, chair_id=10 + n) for n in (1, 2)]
    day = make.day(sitting, chairs=2)
    day = after(day, calling.finish(day, 1, now=make.NOW))
    assert day.in_chair(11) is None
    assert day.in_chair(12) == sitting[1]


def test_a_visit_is_cancelled_for_a_reason_of_the_list() -> None:
    """The journal keeps the reason: a code, never free text."""
    day = make.day([make.visit(1)])
    assert calling.cancel(day, 1, reason="left", now=make.NOW).facts[0].about == {"reason": "left"}
    with pytest.raises(Refused, match="reason_unknown"):
        calling.cancel(day, 1, reason="王小明 13800138000", now=make.NOW)


def test_a_phone_takes_back_only_who_stepped_out() -> None:
    """From a hold or a missed call the way back is for staff to open."""
    day = make.day([make.visit(1, state=State.STEPPED_OUT)])
    assert calling.come_back(day, 1, now=make.NOW).visits[0].state is State.WAITING
    for state in set(State) - {State.STEPPED_OUT}:
        with pytest.raises(Refused, match=f"visit_{state}"):
            calling.come_back(make.day([make.visit(1, state=state)]), 1, now=make.NOW)


def test_a_phone_gives_up_only_while_nobody_has_called() -> None:
    """A patient on the way to the room, or in the chair, is ended by staff."""
    for state in State:
        day = make.day([make.visit(1, state=state)])
        if state in (State.WAITING, State.ON_HOLD, State.STEPPED_OUT, State.MISSED):
            assert calling.give_up(day, 1, now=make.NOW).facts[0].about == {"reason": "left"}
        else:
            with pytest.raises(Refused, match=f"visit_{state}"):
                calling.give_up(day, 1, now=make.NOW)
