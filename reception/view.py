"""What the console shows, as data: queues, rooms, cards and counts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from clinic import calling, moving
from clinic.queue import Day
from clinic.roles import Role, Task, tasks_of
from clinic.setup import Name, Queue, Room
from clinic.verbs import CANCEL_REASONS, FINAL, REPRINT_REASONS, Verb
from clinic.visit import ASIDE, AT_DOOR, ROUTINE, State, Visit
from reception.cards import Alert, Card, cards
from reception.people import NOBODY, Person
from reception.rows import Desk, Row, Why, masked_for_staff, row


@dataclass(frozen=True, slots=True)
class Seat:
    """A chair and who sits in it."""

    id: int
    code: str
    row: Row | None


@dataclass(frozen=True, slots=True)
class NextUp:
    """Whom a room calls next, and why that one. `skipped` is the ticket called instead when this one is passed over."""

    visit: int
    ticket: str
    name: str
    masked: str
    why: Why
    skipped: str


@dataclass(frozen=True, slots=True)
class RoomLine:
    """A room: who is called to it or at its door, who sits in its chairs, whom it calls next. `queues` are ids."""

    id: int
    code: str
    name: Name
    dentist: Name | None
    practitioner: int | None
    queues: tuple[int, ...]
    chairs: tuple[Seat, ...]
    called: tuple[Row, ...]
    next: NextUp | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A service, as it is chosen for a transfer or a walk-in."""

    id: int
    name: Name
    walk_in: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A queue: `rows` in the order of the day's places, `aside` those who do not wait now, the longest first.

    `rooms` are ids of Console.rooms; `at_imaging` are this queue's patients who wait elsewhere for an image.
    """

    queue: int
    code: str
    name: Name
    dentist: Name | None
    services: tuple[Offer, ...]
    rooms: tuple[int, ...]
    rows: tuple[Row, ...]
    aside: tuple[Row, ...]
    at_imaging: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """The day so far, without cancelled visits."""

    arrived: int
    finished: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen with a verb; the codes are worded by the catalogues. `undo`: verbs that can be undone."""

    move: tuple[str, ...] = moving.REASONS
    priority: tuple[str, ...] = moving.PRIORITIES
    triage: tuple[int, ...] = tuple(range(1, ROUTINE + 1))
    identifiers: tuple[str, ...] = calling.IDENTIFIERS
    cancel: tuple[str, ...] = CANCEL_REASONS
    reprint: tuple[str, ...] = REPRINT_REASONS
    step_out: tuple[int, ...] = ()
    undo: tuple[Verb, ...] = tuple(verb for verb in Verb if verb not in FINAL)


@dataclass(frozen=True, slots=True)
class Console:
    """One site for one set of roles. A technician gets no queue, no room and no count.

    `staff` names people by actor, for refusals that say who was first.
    """

    clinic: Name
    time_zone: str
    staff: Mapping[str, str]
    tasks: tuple[Task, ...]
    columns: tuple[Column, ...]
    rooms: tuple[RoomLine, ...]
    services: tuple[Offer, ...]
    totals: Totals | None
    cards: tuple[Card, ...]
    choices: Choices


def console(
    day: Day,
    people: Mapping[int, Person],
    *,
    roles: Collection[Role],
    now: datetime,
    staff: Mapping[str, str],
    alerts: Collection[Alert] = (),
    decided: Collection[int] = (),
) -> Console:
    """The console of a day. `people` by visit id, `staff` names by actor; `alerts`, `decided`: see reception.cards."""
    desk = Desk(day, people, roles, now, staff)
    tasks = tasks_of(roles)
    seen = Task.SEE_PATIENTS in tasks
    return Console(
        clinic=day.setup.site.name,
        time_zone=day.setup.site.time_zone,
        staff=staff,
        tasks=tuple(task for task in Task if task in tasks),
        columns=tuple(_column(desk, queue) for queue in day.setup.queues) if seen else (),
        rooms=tuple(_room(desk, room) for room in day.setup.rooms) if seen else (),
        services=_offers(day, tuple(service.id for service in day.setup.services)),
        totals=_totals(day) if seen else None,
        cards=cards(desk, alerts, decided),
        choices=Choices(step_out=_step_out(day)),
    )


def _column(desk: Desk, queue: Queue) -> Column:
    day = desk.day
    aside = [visit for visit in day.visits.values() if visit.queue_id == queue.id and visit.state in ASIDE]
    away = [visit for visit in day.visits.values() if visit.back_queue_id == queue.id and visit.open]
    return Column(
        queue=queue.id,
        code=queue.code,
        name=queue.name,
        dentist=_dentist(day, queue),
        services=_offers(day, queue.service_ids),
        rooms=queue.room_ids,
        rows=tuple(row(desk, place.visit, place) for place in day.places[queue.id]),
        aside=tuple(row(desk, visit) for visit in _oldest_first(aside)),
        at_imaging=tuple(row(desk, visit, day.place(visit)) for visit in away),
    )


def _room(desk: Desk, room: Room) -> RoomLine:
    queues = desk.day.setup.queues_of(room.id)
    practitioner = desk.day.setup.practitioner_in(room.id)
    called = [visit for visit in desk.day.in_room(room.id) if visit.state in AT_DOOR]
    return RoomLine(
        id=room.id,
        code=room.code,
        name=room.name,
        dentist=practitioner.name if practitioner else None,
        practitioner=practitioner.id if practitioner else None,
        queues=tuple(queue.id for queue in queues),
        chairs=tuple(Seat(chair.id, chair.code, _row(desk, desk.day.in_chair(chair.id))) for chair in room.chairs),
        called=tuple(row(desk, visit) for visit in _oldest_first(called)),
        next=_next(desk, room.id),
    )


def _next(desk: Desk, room_id: int) -> NextUp | None:
    place = desk.day.next_for(room_id)
    if place is None:
        return None
    person = desk.people.get(place.visit.id, NOBODY)
    then = desk.day.next_for(room_id, skipping={place.visit.id})
    return NextUp(
        visit=place.visit.id,
        ticket=place.visit.ticket,
        name=person.name,
        masked=masked_for_staff(person, desk.day.date),
        why=Why(place.reason.code, desk.local(place.reason.at)),
        skipped=then.visit.ticket if then else "",
    )


def _oldest_first(visits: list[Visit]) -> list[Visit]:
    return sorted(visits, key=lambda visit: (visit.since, visit.id))


def _row(desk: Desk, visit: Visit | None) -> Row | None:
    return row(desk, visit) if visit else None


def _dentist(day: Day, queue: Queue) -> Name | None:
    return day.setup.practitioner[queue.practitioner_id].name if queue.practitioner_id else None


def _offers(day: Day, service_ids: tuple[int, ...]) -> tuple[Offer, ...]:
    services = [day.setup.service[service_id] for service_id in service_ids]
    return tuple(Offer(service.id, service.name, service.walk_in) for service in services)


def _totals(day: Day) -> Totals:
    states = [visit.state for visit in day.visits.values() if visit.state is not State.CANCELLED]
    return Totals(len(states), states.count(State.FINISHED), states.count(State.WAITING))


def _step_out(day: Day) -> tuple[int, ...]:
    """Minutes offered for stepping out, the site's usual length first."""
    usual = day.setup.site.step_out_minutes
    return (usual, *(minutes for minutes in (10, 15, 30) if minutes != usual))
