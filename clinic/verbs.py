"""What staff can do with a visit in each of its states."""

from collections.abc import Mapping
from enum import StrEnum

from clinic.visit import ASIDE, AT_DOOR, IN_CHAIR, State, Visit


class Verb(StrEnum):
    """One intention for one visit: the last part of its HTTP address, worded by `reception.verb.<value>`."""

    CALL = "call"
    CALL_AGAIN = "call-again"
    AT_ROOM = "at-room"
    IDENTITY = "identity"
    SEAT = "seat"
    WAIT_IN_CHAIR = "wait-in-chair"
    IMAGING = "imaging"
    IMAGES_READY = "images-ready"
    FINISH = "finish"
    NO_SHOW = "no-show"
    HOLD = "hold"
    RETURN = "return"
    STEP_OUT = "step-out"
    MOVE = "move"
    UNPIN = "unpin"
    TRANSFER = "transfer"
    TRIAGE = "triage"
    PRIORITY = "priority"
    FORM = "form"
    REPRINT = "reprint"
    CANCEL = "cancel"


FINAL = frozenset({Verb.FORM, Verb.REPRINT})
"""What cannot be taken back: answers are kept, paper is out."""

CANCEL_REASONS = ("left", "rebooked", "not_needed", "mistake")
"""Why a visit ends without treatment."""

REPRINT_REASONS = ("lost", "unreadable", "not_printed")
"""Why a ticket is printed again."""

_OPEN = frozenset(State) - {State.FINISHED, State.CANCELLED}
_SETTLED = frozenset({State.WAITING, *ASIDE})

_STATES: Mapping[Verb, frozenset[State]] = {
    Verb.CALL: frozenset({State.WAITING}),
    Verb.CALL_AGAIN: frozenset({State.CALLED}),
    Verb.AT_ROOM: frozenset({State.CALLED}),
    Verb.IDENTITY: _OPEN,
    Verb.SEAT: frozenset({*AT_DOOR, State.WAITING_IN_CHAIR}),
    Verb.WAIT_IN_CHAIR: frozenset({State.SEATED}),
    Verb.IMAGING: IN_CHAIR,
    Verb.IMAGES_READY: frozenset({State.WAITING, *AT_DOOR, *IN_CHAIR}),
    Verb.FINISH: frozenset({State.AT_ROOM, *IN_CHAIR}),
    Verb.NO_SHOW: frozenset({State.CALLED}),
    Verb.HOLD: frozenset({State.WAITING, *AT_DOOR, State.MISSED}),
    Verb.RETURN: ASIDE,
    Verb.STEP_OUT: frozenset({State.WAITING}),
    Verb.MOVE: frozenset({State.WAITING}),
    Verb.UNPIN: frozenset({State.WAITING}),
    Verb.TRANSFER: frozenset({State.WAITING, *AT_DOOR, *ASIDE}),
    Verb.TRIAGE: _SETTLED,
    Verb.PRIORITY: _OPEN,
    Verb.FORM: _OPEN,
    Verb.REPRINT: _OPEN,
    Verb.CANCEL: _OPEN,
}


def possible(visit: Visit) -> tuple[Verb, ...]:
    """The verbs that the visit's own state allows now, in the order of `Verb`.

    They mirror `clinic.calling` and `clinic.moving`, which decide; rooms, chairs and places may still refuse.
    """
    return tuple(verb for verb in Verb if visit.state in _STATES[verb] and _fits(verb, visit))


def _fits(verb: Verb, visit: Visit) -> bool:
    if verb is Verb.UNPIN:
        return visit.pin_ahead is not None
    if verb is Verb.IMAGES_READY:
        return visit.back_queue_id is not None
    if verb is Verb.MOVE:
        return not visit.emergency
    return True
