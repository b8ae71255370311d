"""What public screens and the own phone may know."""

from dataclasses import replace
from datetime import timedelta

from clinic.board import CALL_STAYS, board, slip
from clinic.visit import State
from tests import make

NAMES = {n: f"王*{n}" for n in range(1, 20)}


def test_times_are_in_the_clinics_zone() -> None:
    """A slot at ten in Shanghai is told as ten, whatever the server's clock says."""
    slot = make.NOW + timedelta(minutes=30)
    day = make.day([make.visit(1, slot=slot), make.visit(2, slot=slot + timedelta(minutes=30))])
    own = slip(day, day.visits[2], "", make.NOW)
    assert own.slot is not None
    assert f"{own.slot:%H:%M}" == "11:00"
    assert [f"{group.at:%H:%M}" for group in own.ahead if group.at] == ["10:30"]


def test_the_slip_and_the_board_agree_with_call_next() -> None:
    """Staff list, TV, phone and call-next come from one order."""
    day = make.day([make.visit(1), make.visit(2, triage=1), make.visit(3)])
    place = day.next_for(1)
    assert place is not None
    public = board(day, NAMES, make.NOW)
    assert public.next[0].ticket == place.visit.ticket == "A002"
    assert [slip(day, day.visits[n], "", make.NOW).position for n in (2, 1, 3)] == [1, 2, 3]
    assert slip(day, day.visits[3], "", make.NOW).people_ahead == 2


def test_a_call_stays_on_the_board_for_a_minute_even_when_answered_at_once() -> None:
    """None is skipped by a screen that was away for a moment; after that only open calls are left."""
    called = make.visit(1, state=State.SEATED, room_id=1, chair_id=11, calls=1, called_at=make.NOW, call_rev=9)
    day = make.day([called])
    assert [(call.id, call.open) for call in board(day, NAMES, make.NOW + CALL_STAYS / 2).calls] == [(9, False)]
    assert board(day, NAMES, make.NOW + CALL_STAYS).calls == ()
    still = make.day([replace(called, state=State.CALLED, chair_id=None)])
    assert [call.open for call in board(still, NAMES, make.NOW + CALL_STAYS * 5).calls] == [True]


def test_a_withdrawn_call_says_please_wait() -> None:
    """An undone call leaves the calls and is named for a minute."""
    undone = make.visit(1, calls=0, withdrawn_at=make.NOW)
    public = board(make.day([undone]), NAMES, make.NOW + timedelta(seconds=5))
    assert (public.withdrawn, public.calls) == (("A001",), ())
    assert board(make.day([undone]), NAMES, make.NOW + CALL_STAYS).withdrawn == ()


def test_a_board_of_an_area_shows_its_rooms_alone() -> None:
    """Areas decide whose calls a screen shows."""
    day = make.day([make.visit(1, state=State.CALLED, room_id=1, called_at=make.NOW, call_rev=1)])
    assert board(day, NAMES, make.NOW, frozenset({2})).rooms == ()
    assert board(day, NAMES, make.NOW, frozenset({2})).calls == ()
    assert len(board(day, NAMES, make.NOW, frozenset({1})).calls) == 1


def test_a_queue_of_several_rooms_promises_no_door() -> None:
    """While more than one room may call, the door is unknown."""
    day = make.day([make.visit(1)], rooms=2, shared=True)
    assert slip(day, day.visits[1], "", make.NOW).door is None
    assert board(day, NAMES, make.NOW).next[0].door is None
