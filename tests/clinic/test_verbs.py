"""The table of verbs says what the rules say."""

from collections.abc import Callable

import pytest

from clinic import calling, moving
from clinic.change import Change
from clinic.errors import Refused
from clinic.queue import Day
from clinic.verbs import Verb, possible
from clinic.visit import OVER, State
from tests.reception import make

RULES: dict[Verb, Callable[[Day], Change]] = {
    Verb.CALL: lambda day: calling.call_this(day, 1, make.ROOM_3, now=make.NOW, by="staff:1", rev=9),
    Verb.CALL_AGAIN: lambda day: calling.call_again(day, 1, now=make.NOW, by="staff:1", rev=9),
    Verb.AT_ROOM: lambda day: calling.arrive_at_room(day, 1, now=make.NOW),
    Verb.IDENTITY: lambda day: calling.check_identity(day, 1, identifiers=("name", "birth_date")),
    Verb.SEAT: lambda day: calling.seat(day, 1, now=make.NOW),
    Verb.WAIT_IN_CHAIR: lambda day: calling.wait_in_chair(day, 1, now=make.NOW),
    Verb.IMAGING: lambda day: calling.send_to_imaging(day, 1, now=make.NOW),
    Verb.IMAGES_READY: lambda day: calling.images_ready(day, 1, now=make.NOW),
    Verb.FINISH: lambda day: calling.finish(day, 1, now=make.NOW),
    Verb.NO_SHOW: lambda day: calling.no_show(day, 1, now=make.NOW),
    Verb.HOLD: lambda day: calling.hold(day, 1, now=make.NOW),
    Verb.RETURN: lambda day: calling.return_to_queue(day, 1, now=make.NOW),
    Verb.STEP_OUT: lambda day: calling.step_out(day, 1, minutes=10, now=make.NOW),
    Verb.MOVE: lambda day: moving.move(day, 1, 2, reason="agreed_swap", by="staff:1", now=make.NOW),
    Verb.UNPIN: lambda day: moving.unpin(day, 1),
    Verb.TRANSFER: lambda day: calling.transfer(day, 1, make.SHARED, now=make.NOW),
    Verb.TRIAGE: lambda day: moving.triage(day, 1, 3),
    Verb.PRIORITY: lambda day: moving.prioritise(day, 1, "pregnant"),
    Verb.CANCEL: lambda day: calling.cancel(day, 1, reason="left", now=make.NOW),
}
"""Every verb that a rule of `clinic` decides; FORM and REPRINT change no queue column."""

VARIANTS: dict[str, dict[str, object]] = {
    "plain": {},
    "moved by hand": {"pin_ahead": (2,), "pin_at": make.NOW},
    "from a dentist": {"back_queue_id": make.SHARED, "back_service_id": make.SCALING},
    "emergency": {"triage": 2},
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", RULES)
def test_a_verb_is_listed_exactly_when_the_rules_allow_it(verb: Verb, state: State, variant: str) -> None:
    """With nothing else in the way, what is listed works and what works is listed."""
    visit = make.visit(1, state, identity_checked=True, **VARIANTS[variant])
    day = make.day(visit, make.visit(2))
    try:
        RULES[verb](day)
        works = True
    except Refused:
        works = False
    assert (verb in possible(visit)) is works


def test_every_verb_is_proved_or_changes_no_queue_column() -> None:
    """A new verb needs a new line here."""
    assert set(Verb) - set(RULES) == {Verb.FORM, Verb.REPRINT}


@pytest.mark.parametrize("state", sorted(OVER))
def test_nothing_can_be_done_with_a_visit_that_is_over(state: State) -> None:
    """Finished and cancelled visits offer no verb."""
    assert possible(make.visit(1, state)) == ()
