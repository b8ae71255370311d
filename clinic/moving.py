"""Reception's own order: move, let go again, raise or lower."""

from dataclasses import replace
from datetime import datetime

from clinic.change import Change, changed
from clinic.errors import Refused
from clinic.facts import Code, Fact
from clinic.queue import Day
from clinic.visit import ROUTINE, State

REASONS = ("emergency", "doctor_request", "equipment", "agreed_swap", "error_correction")
"""Why somebody was moved by hand (domain: section 3.4)."""

PRIORITIES = ("elderly", "disabled", "pregnant", "child", "soldier")


def move(
    day: Day, visit_id: int, position: int, *, reason: str, by: str, now: datetime, note_id: int | None = None
) -> Change:
    """Put a waiting patient at a position of the queue, counted from 1.

    Raises Refused `emergency_first` for a place before or of an emergency, `position_out_of_range`, `reason_unknown`.
    """
    visit = day.visit(visit_id)
    visit.must_be(State.WAITING)
    if reason not in REASONS:
        raise Refused("reason_unknown", unfit=True)
    places = day.places[visit.queue_id]
    emergencies = sum(1 for place in places if place.visit.emergency)
    if not 1 <= position <= len(places):
        raise Refused("position_out_of_range", unfit=True, most=len(places))
    if visit.emergency or position <= emergencies:
        raise Refused("emergency_first", ticket=places[0].visit.ticket)
    before = next(place.position for place in places if place.visit.id == visit_id)
    wanted = [place.visit for place in places if not place.visit.emergency and place.visit.id != visit_id]
    moved = replace(
        visit,
        pin_ahead=(),
        pin_reason=reason,
        pin_by=by,
        pin_at=now,
        pin_shift=visit.pin_shift + before - position,
        note_id=note_id,
    )
    wanted.insert(position - emergencies - 1, moved)
    pinned = tuple(
        replace(other, pin_ahead=tuple(ahead.id for ahead in wanted[:index]))
        for index, other in enumerate(wanted)
        if other.pin_ahead is not None
    )
    touched = tuple(other for other in pinned if other != day.visits[other.id])
    about: dict[str, Code] = {"from": before, "to": position, "reason": reason, "note": note_id}
    return Change(touched, (Fact("moved", visit_id, about),))


def unpin(day: Day, visit_id: int) -> Change:
    """Back to the place the rules give."""
    visit = day.visit(visit_id)
    visit.must_be(State.WAITING)
    if visit.pin_ahead is None:
        raise Refused("not_moved", ticket=visit.ticket)
    plain = replace(visit, pin_ahead=None, pin_reason=None, pin_by=None, pin_at=None, pin_shift=0, note_id=None)
    return changed(plain, "unpinned")


def triage(day: Day, visit_id: int, level: int) -> Change:
    """Set the triage level, 1 (at once) to 4 (routine)."""
    visit = day.visit(visit_id)
    visit.must_be(State.WAITING, State.ON_HOLD, State.STEPPED_OUT, State.MISSED)
    if not 1 <= level <= ROUTINE:
        raise Refused("level_out_of_range", unfit=True)
    return changed(replace(visit, triage=level), "triaged", was=visit.triage, level=level)


def prioritise(day: Day, visit_id: int, priority: str | None) -> Change:
    """Mark or unmark a priority group."""
    visit = day.visit(visit_id)
    if not visit.open:
        raise visit.conflict()
    if priority is not None and priority not in PRIORITIES:
        raise Refused("priority_unknown", unfit=True)
    return changed(replace(visit, priority=priority), "priority_changed", was=visit.priority, priority=priority)
