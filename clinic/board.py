"""What a public screen may know of the day, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from clinic.ordering import Ahead, Place, ahead_of
from clinic.queue import Day
from clinic.setup import Name, Room
from clinic.visit import ASIDE, AT_DOOR, OVER, State, Visit
from clinic.waits import Wait, estimate

CALL_STAYS = timedelta(seconds=60)
"""How long a picture carries a call, so that a screen that was away for a moment still speaks it (design: pictures)."""


@dataclass(frozen=True, slots=True)
class Door:
    """A room as patients see it: `code` stands on its door."""

    code: str
    name: Name
    directions: Name


@dataclass(frozen=True, slots=True)
class Call:
    """A ticket that is, or was lately, called to a door. `id` is unique per call; `name` is masked or empty.

    `times` counts the calls; `open`: not yet at the room.
    """

    id: int
    ticket: str
    name: str
    door: Door
    times: int
    at: datetime
    open: bool
    urgent: bool
    language: str


@dataclass(frozen=True, slots=True)
class Next:
    """Somebody about to be called; `door` is None while more than one room may call."""

    ticket: str
    name: str
    door: Door | None


@dataclass(frozen=True, slots=True)
class ChairLine:
    """A chair and who sits in it: state is free, seated or waiting_in_chair; ticket is '' when free."""

    code: str
    state: str
    ticket: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class RoomLine:
    door: Door
    dentist: Name | None
    chairs: tuple[ChairLine, ...]
    called: str
    waiting: int
    wait: Wait | None


@dataclass(frozen=True, slots=True)
class Board:
    """The day of one site for its public screens. Times are aware, in the clinic's zone.

    `calls` newest first; `withdrawn` are tickets whose call was taken back in the last minute; `next` in order per
    door.
    """

    clinic: Name
    area: Name | None
    at: datetime
    calls: tuple[Call, ...]
    withdrawn: tuple[str, ...]
    next: tuple[Next, ...]
    missed: tuple[str, ...]
    rooms: tuple[RoomLine, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class Slip:
    """One patient's own place, for the ticket and the phone: state, position (1 = next), who is ahead and why,
    range, door.
    """

    ticket: str
    name: str
    state: str
    position: int | None
    ahead: tuple[Ahead, ...]
    wait: Wait | None
    service: Name
    dentist: Name | None
    door: Door | None
    calls: int
    called_at: datetime | None
    slot: datetime | None
    form: str
    out_until: datetime | None
    withdrawn: bool
    missed: int

    @property
    def people_ahead(self) -> int:
        return sum(group.count for group in self.ahead)


def board(day: Day, names: Mapping[int, str], now: datetime, areas: frozenset[int] = frozenset()) -> Board:
    """The public board of some areas (all when empty). `names` holds the masked name per visit id, '' for number
    only.
    """
    rooms = [room for room in day.setup.rooms if not areas or room.area_id in areas]
    here = {room.id for room in rooms}
    visits = [visit for visit in day.visits.values() if visit.room_id in here]
    area = next((each.name for each in day.setup.areas if {each.id} == areas), None)
    calls = [
        _call(day, visit, names, visit.room_id, visit.called_at)
        for visit in visits
        if visit.room_id and visit.called_at and _still_called(visit, visit.called_at, now)
    ]
    queues = [queue for queue in day.setup.queues if here.intersection(queue.room_ids)]
    return Board(
        clinic=day.setup.site.name,
        area=area,
        at=now.astimezone(day.setup.site.zone),
        calls=tuple(sorted(calls, key=lambda call: (call.at, call.id), reverse=True)),
        withdrawn=tuple(
            visit.ticket
            for visit in day.visits.values()
            if visit.withdrawn_at and now - visit.withdrawn_at < CALL_STAYS
        ),
        next=_next(day, names, [queue.id for queue in queues]),
        missed=tuple(
            visit.ticket
            for visit in sorted(day.visits.values(), key=lambda visit: visit.since)
            if visit.state is State.MISSED and visit.queue_id in {queue.id for queue in queues}
        ),
        rooms=tuple(_room(day, room, now) for room in rooms),
        waiting=sum(len(day.places[queue.id]) for queue in queues),
    )


def slip(day: Day, visit: Visit, name: str, now: datetime) -> Slip:
    """What one patient may know of the own visit."""
    place = day.place(visit)
    zone = day.setup.site.zone
    queue = day.setup.queue[visit.queue_id]
    dentist = day.setup.practitioner[queue.practitioner_id].name if queue.practitioner_id else None
    return Slip(
        ticket=visit.ticket,
        name=name,
        state=visit.state,
        position=place.position if place else None,
        ahead=tuple(_at_home(group, zone) for group in ahead_of(place, day.places[visit.queue_id])) if place else (),
        wait=estimate(day, place, now) if place else None,
        service=day.setup.service[visit.service_id].name,
        dentist=dentist,
        door=_own_door(day, visit),
        calls=visit.calls,
        called_at=visit.called_at.astimezone(zone) if visit.called_at else None,
        slot=visit.slot.astimezone(zone) if visit.slot else None,
        form=visit.form,
        out_until=visit.out_until.astimezone(zone) if visit.out_until else None,
        withdrawn=visit.withdrawn_at is not None and now - visit.withdrawn_at < CALL_STAYS,
        missed=visit.missed,
    )


def _at_home(group: Ahead, zone: ZoneInfo) -> Ahead:
    return replace(group, at=group.at.astimezone(zone)) if group.at else group


def door(room: Room) -> Door:
    return Door(room.code, room.name, room.directions)


def _own_door(day: Day, visit: Visit) -> Door | None:
    if visit.room_id is not None and visit.state not in OVER | ASIDE:
        return door(day.setup.room[visit.room_id])
    return _only_door(day, visit)


def _only_door(day: Day, visit: Visit) -> Door | None:
    rooms = day.setup.queue[visit.queue_id].room_ids
    return door(day.setup.room[rooms[0]]) if len(rooms) == 1 else None


def _still_called(visit: Visit, called_at: datetime, now: datetime) -> bool:
    """A call stands until the patient is at the room, and for a minute at least."""
    return visit.withdrawn_at is None and (visit.state in AT_DOOR or now - called_at < CALL_STAYS)


def _call(day: Day, visit: Visit, names: Mapping[int, str], room_id: int, at: datetime) -> Call:
    return Call(
        id=visit.call_rev or 0,
        ticket=visit.ticket,
        name=names.get(visit.id, ""),
        door=door(day.setup.room[room_id]),
        times=visit.calls,
        at=at.astimezone(day.setup.site.zone),
        open=visit.state is State.CALLED,
        urgent=visit.emergency,
        language=visit.language,
    )


def _next(day: Day, names: Mapping[int, str], queue_ids: list[int]) -> tuple[Next, ...]:
    """The first of every queue, then the second of every queue, and so on: who is about to be called."""
    places: list[Place] = [place for queue_id in queue_ids for place in day.places[queue_id]]
    first = sorted(places, key=lambda place: (place.position, queue_ids.index(place.visit.queue_id)))
    return tuple(
        Next(place.visit.ticket, names.get(place.visit.id, ""), _only_door(day, place.visit)) for place in first
    )


def _room(day: Day, room: Room, now: datetime) -> RoomLine:
    dentist = day.setup.practitioner_in(room.id)
    called = next((visit.ticket for visit in day.in_room(room.id) if visit.state in AT_DOOR), "")
    queues = day.setup.queues_of(room.id)
    last = [day.places[queue.id][-1] for queue in queues if day.places[queue.id]]
    waits = [wait for place in last if (wait := estimate(day, place, now))]
    return RoomLine(
        door=door(room),
        dentist=dentist.name if dentist else None,
        chairs=tuple(_chair(day, chair.id, chair.code) for chair in room.chairs),
        called=called,
        waiting=sum(len(day.places[queue.id]) for queue in queues),
        wait=max(waits, key=lambda wait: wait.high, default=None),
    )


def _chair(day: Day, chair_id: int, code: str) -> ChairLine:
    visit = day.in_chair(chair_id)
    if visit is None:
        return ChairLine(code, "free", "", None)
    return ChairLine(code, str(visit.state), visit.ticket, visit.since)
