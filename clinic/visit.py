"""A patient's visit: its queue columns and its states."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from clinic.errors import Refused


class State(StrEnum):
    """Where a visit stands; the words for people are `clinic.state.<value>`."""

    WAITING = "waiting"
    CALLED = "called"
    AT_ROOM = "at_room"
    SEATED = "seated"
    WAITING_IN_CHAIR = "waiting_in_chair"
    ON_HOLD = "on_hold"
    STEPPED_OUT = "stepped_out"
    MISSED = "missed"
    FINISHED = "finished"
    CANCELLED = "cancelled"


OVER = frozenset({State.FINISHED, State.CANCELLED})
IN_CHAIR = frozenset({State.SEATED, State.WAITING_IN_CHAIR})
AT_DOOR = frozenset({State.CALLED, State.AT_ROOM})
ASIDE = frozenset({State.ON_HOLD, State.STEPPED_OUT, State.MISSED})


class Form(StrEnum):
    """The health questionnaire of a visit: not asked for, still to be filled (blocks seating), or filled."""

    NONE = "none"
    PENDING = "pending"
    DONE = "done"


EMERGENCY = 2
"""Triage levels 1 and 2 go before everybody else (domain: section 4; needs a dentist's sign-off)."""

ROUTINE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One patient, one service day. Every field is a queue column: the journal holds each change of each of them.

    `slot` is the booked start, None for a walk-in. `rank_at` replaces slot and arrival in the order after a missed
    call.
    `pin_ahead` are the visits that staff agreed go before this one; None when the visit was not moved by hand.
    `calls` counts calls of the present step, `call_rev` is the rev of the last call (its public id),
    `withdrawn_at` when a spoken call was undone. `back_queue_id` and `back_service_id` are where imaging sends the
    patient back to.
    """

    id: int
    patient_id: int
    service_day: date
    ticket: str
    state: State
    since: datetime
    queue_id: int
    service_id: int
    arrived_at: datetime
    appointment_id: int | None = None
    slot: datetime | None = None
    rank_at: datetime | None = None
    first_visit: bool = False
    language: str = "zh-CN"
    triage: int = ROUTINE
    priority: str | None = None
    form: Form = Form.NONE
    identity_checked: bool = False
    room_id: int | None = None
    chair_id: int | None = None
    calls: int = 0
    called_at: datetime | None = None
    called_by: str | None = None
    call_rev: int | None = None
    withdrawn_at: datetime | None = None
    seated_at: datetime | None = None
    missed: int = 0
    out_until: datetime | None = None
    back_queue_id: int | None = None
    back_service_id: int | None = None
    pin_ahead: tuple[int, ...] | None = None
    pin_reason: str | None = None
    pin_by: str | None = None
    pin_at: datetime | None = None
    pin_shift: int = 0
    note_id: int | None = None

    @property
    def emergency(self) -> bool:
        return self.triage <= EMERGENCY

    @property
    def open(self) -> bool:
        return self.state not in OVER

    def must_be(self, *states: State) -> None:
        """Raise Refused, with where the visit stands now, unless it is in one of these states."""
        if self.state not in states:
            raise self.conflict()

    def conflict(self) -> Refused:
        """The typed no that tells the present truth: where this visit is, since when, and who called it."""
        return Refused(
            f"visit_{self.state}",
            ticket=self.ticket,
            room=self.room_id,
            since=self.since,
            by=self.called_by if self.state in AT_DOOR or self.state in IN_CHAIR else None,
        )
