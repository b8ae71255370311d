"""Calling patients, and what follows until they are done."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from clinic.change import Change, changed
from clinic.errors import Refused
from clinic.facts import Fact
from clinic.queue import Day
from clinic.setup import Room
from clinic.verbs import CANCEL_REASONS
from clinic.visit import ASIDE, AT_DOOR, IN_CHAIR, Form, State, Visit

IDENTIFIERS = ("name", "birth_date", "phone", "document")
"""What may be compared with the patient before seating; two of them are asked (身份核对, issue practice of two
identifiers).
"""


def call_next(day: Day, room_id: int, *, now: datetime, by: str, rev: int, skipping: Collection[int] = ()) -> Change:
    """Call the first patient of the room's queues. Raises Refused `nobody_waiting` or `room_calling`."""
    room = day.room(room_id)
    place = day.next_for(room_id, skipping)
    if place is None:
        raise Refused("nobody_waiting", room=room_id)
    call = _call(day, place.visit, room, now=now, by=by, rev=rev)
    passed = tuple(Fact("skipped", visit_id, {"room": room_id}) for visit_id in sorted(skipping))
    return Change(call.visits, (*passed, *call.facts))


def call_this(day: Day, visit_id: int, room_id: int, *, now: datetime, by: str, rev: int) -> Change:
    """Call one patient out of turn. Raises Refused with where the patient is when that is not the queue."""
    visit = day.visit(visit_id)
    visit.must_be(State.WAITING)
    room = day.room(room_id)
    if room_id not in day.queue(visit.queue_id).room_ids:
        raise Refused("room_not_of_queue", ticket=visit.ticket, room=room_id)
    return _call(day, visit, room, now=now, by=by, rev=rev)


def call_again(day: Day, visit_id: int, *, now: datetime, by: str, rev: int) -> Change:
    visit = day.visit(visit_id)
    visit.must_be(State.CALLED)
    again = replace(visit, calls=visit.calls + 1, called_at=now, called_by=by, call_rev=rev, withdrawn_at=None)
    return changed(again, "called_again", room=visit.room_id, calls=again.calls)


def arrive_at_room(day: Day, visit_id: int, *, now: datetime) -> Change:
    visit = day.visit(visit_id)
    visit.must_be(State.CALLED)
    return changed(replace(visit, state=State.AT_ROOM, since=now), "arrived_at_room", room=visit.room_id)


def check_identity(day: Day, visit_id: int, *, identifiers: Collection[str]) -> Change:
    """Record that two different identifiers were compared with the patient. Which ones is written down, never their
    values.
    """
    visit = day.visit(visit_id)
    if not visit.open:
        raise visit.conflict()
    compared = sorted(set(identifiers))
    if len(compared) < 2 or not set(compared) <= set(IDENTIFIERS):
        raise Refused("two_identifiers", unfit=True)
    return changed(replace(visit, identity_checked=True), "identity_checked", identifiers=" ".join(compared))


def seat(day: Day, visit_id: int, chair_id: int | None = None, *, now: datetime) -> Change:
    """Seat a called patient in a chair of the room (the first free one unless named).

    Raises Refused `form_pending`, `identity_unchecked`, `chair_taken` or where the patient is.
    """
    visit = day.visit(visit_id)
    if visit.state is State.WAITING_IN_CHAIR:
        return changed(
            replace(visit, state=State.SEATED, since=now), "seated", room=visit.room_id, chair=visit.chair_id
        )
    visit.must_be(State.CALLED, State.AT_ROOM)
    if visit.form is Form.PENDING:
        raise Refused("form_pending", ticket=visit.ticket)
    if not visit.identity_checked:
        raise Refused("identity_unchecked", ticket=visit.ticket)
    chair = _chair(day, visit, chair_id)
    seated = replace(visit, state=State.SEATED, since=now, seated_at=now, chair_id=chair)
    return changed(seated, "seated", room=visit.room_id, chair=chair)


def wait_in_chair(day: Day, visit_id: int, *, now: datetime) -> Change:
    """The patient stays seated while something takes effect (等麻药)."""
    visit = day.visit(visit_id)
    visit.must_be(State.SEATED)
    return changed(replace(visit, state=State.WAITING_IN_CHAIR, since=now), "waiting_in_chair", chair=visit.chair_id)


def no_show(day: Day, visit_id: int, *, now: datetime) -> Change:
    """Not there when called: a missed call, not a missed appointment."""
    visit = day.visit(visit_id)
    visit.must_be(State.CALLED)
    missed = replace(_unplaced(visit), state=State.MISSED, since=now, missed=visit.missed + 1)
    return changed(missed, "missed", room=visit.room_id, missed=missed.missed)


def hold(day: Day, visit_id: int, *, now: datetime) -> Change:
    visit = day.visit(visit_id)
    visit.must_be(State.WAITING, *AT_DOOR, State.MISSED)
    return changed(replace(_unplaced(visit), state=State.ON_HOLD, since=now), "put_on_hold")


def step_out(day: Day, visit_id: int, *, minutes: int, now: datetime) -> Change:
    """The patient leaves for a while and keeps the place for `minutes` (1 to 120)."""
    visit = day.visit(visit_id)
    visit.must_be(State.WAITING)
    if not 1 <= minutes <= 120:
        raise Refused("minutes_out_of_range", unfit=True, least=1, most=120)
    out = replace(visit, state=State.STEPPED_OUT, since=now, out_until=now + timedelta(minutes=minutes))
    return changed(out, "stepped_out", minutes=minutes)


def expire_step_out(day: Day, visit_id: int, *, now: datetime) -> Change:
    """Back too late: from now on as after a missed call."""
    visit = day.visit(visit_id)
    visit.must_be(State.STEPPED_OUT)
    late = replace(visit, state=State.MISSED, since=now, missed=visit.missed + 1, out_until=None)
    return changed(late, "step_out_expired", missed=late.missed)


def return_to_queue(day: Day, visit_id: int, *, now: datetime) -> Change:
    """Back from a hold or a walk with the place kept; back from a missed call behind those who wait now."""
    visit = day.visit(visit_id)
    visit.must_be(*ASIDE)
    rank = now if visit.state is State.MISSED else visit.rank_at
    pin = None if visit.state is State.MISSED else visit.pin_ahead
    back = replace(_unplaced(visit), state=State.WAITING, since=now, out_until=None, rank_at=rank, pin_ahead=pin)
    return changed(back, "returned", was=visit.state)


def transfer(day: Day, visit_id: int, queue_id: int, *, now: datetime, service_id: int | None = None) -> Change:
    """To another dentist or department; the time of arrival is kept, a place given by hand is not."""
    visit = day.visit(visit_id)
    visit.must_be(State.WAITING, *AT_DOOR, *ASIDE)
    queue = day.queue(queue_id)
    if queue_id == visit.queue_id:
        raise Refused("already_in_queue", unfit=True, ticket=visit.ticket)
    service = service_id or (visit.service_id if visit.service_id in queue.service_ids else queue.service_ids[0])
    if service not in queue.service_ids:
        raise Refused("service_not_offered", unfit=True)
    there = replace(
        _unpinned(_unplaced(visit)),
        state=State.WAITING,
        since=now,
        out_until=None,
        queue_id=queue_id,
        service_id=service,
    )
    return changed(there, "transferred", was=visit.queue_id, queue=queue_id)


def send_to_imaging(day: Day, visit_id: int, *, now: datetime, queue_id: int | None = None) -> Change:
    """From the chair to the imaging queue, to come back to the same queue afterwards."""
    visit = day.visit(visit_id)
    visit.must_be(*IN_CHAIR)
    imaging = next((each for each in day.setup.services if each.imaging), None)
    if imaging is None:
        raise Refused("service_not_offered")
    queue = day.queue(queue_id) if queue_id else day.open_queue_for(imaging.id)
    if imaging.id not in queue.service_ids:
        raise Refused("service_not_offered", unfit=True)
    sent = replace(
        _unpinned(_unplaced(visit)),
        state=State.WAITING,
        since=now,
        queue_id=queue.id,
        service_id=imaging.id,
        back_queue_id=visit.queue_id,
        back_service_id=visit.service_id,
    )
    return changed(sent, "sent_to_imaging", was=visit.queue_id, queue=queue.id)


def images_ready(day: Day, visit_id: int, *, now: datetime) -> Change:
    """From imaging back to the queue the patient came from, with the old claim to a place."""
    visit = day.visit(visit_id)
    visit.must_be(State.WAITING, *AT_DOOR, *IN_CHAIR)
    if visit.back_queue_id is None or visit.back_service_id is None:
        raise Refused("not_at_imaging", ticket=visit.ticket)
    back = replace(
        _unplaced(visit),
        state=State.WAITING,
        since=now,
        queue_id=visit.back_queue_id,
        service_id=visit.back_service_id,
        back_queue_id=None,
        back_service_id=None,
    )
    return changed(back, "returned_from_imaging", queue=back.queue_id)


def finish(day: Day, visit_id: int, *, now: datetime) -> Change:
    """The treatment is over and the chair free."""
    visit = day.visit(visit_id)
    visit.must_be(State.AT_ROOM, *IN_CHAIR)
    done = replace(visit, state=State.FINISHED, since=now)
    return changed(done, "finished", room=visit.room_id, chair=visit.chair_id)


def cancel(day: Day, visit_id: int, *, reason: str, now: datetime) -> Change:
    """The patient will not be treated today (弃号). Raises Refused `reason_unknown` for none of CANCEL_REASONS."""
    visit = day.visit(visit_id)
    if reason not in CANCEL_REASONS:
        raise Refused("reason_unknown", unfit=True)
    if not visit.open:
        raise visit.conflict()
    return changed(replace(_unplaced(visit), state=State.CANCELLED, since=now), "cancelled", reason=reason)


def come_back(day: Day, visit_id: int, *, now: datetime) -> Change:
    """Patients say by phone that they are back from a walk. From a hold or a missed call only staff take them back."""
    day.visit(visit_id).must_be(State.STEPPED_OUT)
    return return_to_queue(day, visit_id, now=now)


def give_up(day: Day, visit_id: int, *, now: datetime) -> Change:
    """Patients say by phone that they cannot come. Once they are called, staff see for themselves."""
    day.visit(visit_id).must_be(State.WAITING, *ASIDE)
    return cancel(day, visit_id, reason="left", now=now)


def _call(day: Day, visit: Visit, room: Room, *, now: datetime, by: str, rev: int) -> Change:
    """One patient at a time is on the way to a room; a second one waits for the first to sit down or be missed."""
    at_door = [other for other in day.in_room(room.id) if other.state in AT_DOOR]
    free = sum(1 for chair in room.chairs if day.in_chair(chair.id) is None)
    if len(at_door) >= max(1, free):
        raise Refused(
            "room_calling", room=room.id, ticket=at_door[0].ticket, since=at_door[0].since, by=at_door[0].called_by
        )
    called = replace(
        _unpinned(visit),
        state=State.CALLED,
        since=now,
        room_id=room.id,
        chair_id=None,
        calls=1,
        called_at=now,
        called_by=by,
        call_rev=rev,
        withdrawn_at=None,
    )
    return changed(called, "called", room=room.id, calls=1)


def _chair(day: Day, visit: Visit, chair_id: int | None) -> int:
    if visit.room_id is None:
        raise Refused("room_unknown")
    room = day.room(visit.room_id)
    if chair_id is not None and chair_id not in {chair.id for chair in room.chairs}:
        raise Refused("chair_unknown", unfit=True)
    wanted = [chair.id for chair in room.chairs if chair_id is None or chair.id == chair_id]
    free = next((chair for chair in wanted if day.in_chair(chair) is None), None)
    if free is None:
        sitting = day.in_chair(wanted[0]) if wanted else None
        raise Refused(
            "chair_taken", ticket=sitting.ticket if sitting else None, since=sitting.since if sitting else None
        )
    return free


def _unplaced(visit: Visit) -> Visit:
    return replace(visit, room_id=None, chair_id=None)


def _unpinned(visit: Visit) -> Visit:
    return replace(visit, pin_ahead=None, pin_reason=None, pin_by=None, pin_at=None, pin_shift=0, note_id=None)
