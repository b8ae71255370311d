"""One patient's line on the console."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from clinic.limits import minutes_over, waits_since
from clinic.ordering import Place
from clinic.privacy import PRECAUTION, is_minor, mask_name
from clinic.questionnaire import Flag
from clinic.queue import Day
from clinic.roles import Role, verbs_of
from clinic.setup import Name
from clinic.verbs import Verb, possible
from clinic.visit import Form, State, Visit
from clinic.waits import Wait, estimate
from reception.people import NOBODY, Person

Need = Literal["form", "identity"]

ELDER = 65
"""Years from which the age is shown as a mark; it gives no place (domain: section 4, a proposal)."""


@dataclass(frozen=True, slots=True)
class Badge:
    """Something special about a visit, worded by `reception.badge.<code>`; the console shows the first two and "+1".

    `n` belongs to the code: a level, a number of flags or calls, places moved (up is positive), years.
    """

    code: str
    n: int = 0


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody stands where they stand, worded by `clinic.reason.<code>`."""

    code: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A visit as one member of staff may see it. Times are aware, in the clinic's zone; lengths are whole minutes.

    `position` and `why` are None unless the visit waits. `over` is how far the wait is past its limit, else None.
    `needs` is what still stands before the chair: `form`, `identity`. `from_queue` is where imaging sends them back to.
    `document_tail`, `phone_tail` and `birth_date` are for comparing with the patient (two identifiers).
    """

    visit: int
    ticket: str
    state: State
    queue: int
    since: datetime
    minutes: int
    position: int | None
    why: Why | None
    name: str
    masked: str
    minor: bool
    sex: str
    age: int | None
    birth_date: date | None
    phone_tail: str
    document_tail: str
    service: Name
    planned: int
    first_visit: bool
    slot: datetime | None
    arrived_at: datetime
    waited: int
    wait: Wait | None
    over: int | None
    badges: tuple[Badge, ...]
    flags: tuple[Flag, ...]
    needs: tuple[Need, ...]
    identity_checked: bool
    room: int | None
    chair: int | None
    calls: int
    called_at: datetime | None
    called_by: str
    seated_at: datetime | None
    missed: int
    out_until: datetime | None
    from_queue: Name | None
    priority: str | None
    triage: int
    verbs: tuple[Verb, ...]


@dataclass(frozen=True)
class Desk:
    """What every row is made from: the day, who the patients are (by visit), and who is looking.

    `staff` names people by the actor that `called_by` holds.
    """

    day: Day
    people: Mapping[int, Person]
    roles: Collection[Role]
    now: datetime
    staff: Mapping[str, str]

    def local(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else moment.astimezone(self.day.setup.site.zone)


def row(desk: Desk, visit: Visit, place: Place | None = None) -> Row:
    """The line of one visit; `place` is given where it waits."""
    person = desk.people.get(visit.id, NOBODY)
    flags = person.flags_for(desk.roles)
    age = person.age(desk.day.date)
    service = desk.day.setup.service[visit.service_id]
    zone = desk.day.setup.site.zone
    waiting = visit.state is State.WAITING
    return Row(
        visit=visit.id,
        ticket=visit.ticket,
        state=visit.state,
        queue=visit.queue_id,
        since=visit.since.astimezone(zone),
        minutes=_minutes(desk.now - visit.since),
        position=place.position if place else None,
        why=Why(place.reason.code, desk.local(place.reason.at)) if place else None,
        name=person.name,
        masked=masked_for_staff(person, desk.day.date),
        minor=person.birth_date is not None and is_minor(person.birth_date, desk.day.date),
        sex=person.sex,
        age=age,
        birth_date=person.birth_date,
        phone_tail=person.phone_tail,
        document_tail=person.document_tail,
        service=service.name,
        planned=service.minutes,
        first_visit=visit.first_visit,
        slot=desk.local(visit.slot),
        arrived_at=visit.arrived_at.astimezone(zone),
        waited=_minutes(desk.now - waits_since(visit)),
        wait=estimate(desk.day, place, desk.now) if place else None,
        over=(minutes_over(visit, desk.now) or None) if waiting else None,
        badges=tuple(_badges(visit, flags, age)),
        flags=flags,
        needs=_needs(visit),
        identity_checked=visit.identity_checked,
        room=visit.room_id,
        chair=visit.chair_id,
        calls=visit.calls,
        called_at=desk.local(visit.called_at),
        called_by=desk.staff.get(visit.called_by or "", ""),
        seated_at=desk.local(visit.seated_at),
        missed=visit.missed,
        out_until=desk.local(visit.out_until),
        from_queue=desk.day.setup.queue[visit.back_queue_id].name if visit.back_queue_id else None,
        priority=visit.priority,
        triage=visit.triage,
        verbs=verbs(visit, desk.roles),
    )


def masked_for_staff(person: Person, today: date) -> str:
    """Staff see a masked name where public screens show a number alone; of minors not even that."""
    minor = person.birth_date is not None and is_minor(person.birth_date, today)
    return "" if minor else mask_name(person.name)


def verbs(visit: Visit, roles: Collection[Role]) -> tuple[Verb, ...]:
    """What these roles can do with a visit now."""
    allowed = verbs_of(roles)
    return tuple(verb for verb in possible(visit) if verb in allowed)


def _badges(visit: Visit, flags: tuple[Flag, ...], age: int | None) -> Iterator[Badge]:
    """In the order of their weight (look: section 6): emergency, flags, moved by hand, priority, the rest."""
    if visit.emergency:
        yield Badge("emergency", visit.triage)
    yield from _flag_badges(flags)
    if visit.pin_ahead is not None:
        yield Badge("moved", visit.pin_shift)
    if visit.priority:
        yield Badge(f"priority.{visit.priority}")
    if visit.form is Form.PENDING:
        yield Badge("form_pending")
    if visit.missed:
        yield Badge("missed", visit.missed)
    if age is not None and age >= ELDER:
        yield Badge("age", age)


def _flag_badges(flags: tuple[Flag, ...]) -> Iterator[Badge]:
    for severity in ("stop", "caution"):
        count = sum(1 for flag in flags if flag.severity == severity and flag != PRECAUTION)
        if count:
            yield Badge(severity, count)
    if PRECAUTION in flags:
        yield Badge("precaution")


def _needs(visit: Visit) -> tuple[Need, ...]:
    form: tuple[Need, ...] = ("form",) if visit.form is Form.PENDING else ()
    return form if visit.identity_checked else (*form, "identity")


def _minutes(length: timedelta) -> int:
    return max(0, length // timedelta(minutes=1))
