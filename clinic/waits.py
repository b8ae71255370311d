"""How long it will be: a range with its basis, or nothing at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor
from statistics import median

from clinic.ordering import Place
from clinic.queue import Day
from clinic.visit import IN_CHAIR, State, Visit

STEP = 5
CAP = 60
RECENT = 10
ENOUGH = 3
SPREAD = (0.7, 1.4)
"""A service takes between these shares of its usual length in most cases (proposal; measured per clinic later)."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Minutes still to wait, from `low` to `high`, both whole fives; `capped` says "60 or more".

    `basis`: `recent` (treatments finished today) or `planned` (the set length of the services).
    """

    low: int
    high: int
    basis: str
    capped: bool = False


def estimate(day: Day, place: Place, now: datetime) -> Wait | None:
    """The wait of somebody in a queue: what is left in the chairs and the services ahead, shared by the queue's rooms.

    None where no room serves the queue or nothing is known of a service's length.
    """
    rooms = day.setup.queue[place.visit.queue_id].room_ids
    ahead = [other.visit for other in day.places[place.visit.queue_id][: place.position - 1]]
    sitting = [visit for room in rooms for visit in day.in_room(room)]
    lengths = {service: _length(day, service) for service in {visit.service_id for visit in (*ahead, *sitting)}}
    if not rooms or any(length is None for length, _ in lengths.values()):
        return None
    usual = {service: length or 0.0 for service, (length, _) in lengths.items()}
    work = sum(usual[visit.service_id] for visit in ahead)
    left = sum(_left(visit, usual[visit.service_id], now) for visit in sitting)
    basis = "recent" if lengths and all(known == "recent" for _, known in lengths.values()) else "planned"
    return _range((work + left) / len(rooms), basis)


def service_minutes(visits: Sequence[Visit], service_id: int) -> list[float]:
    """How long the last treatments of a service took, in minutes, newest last. What the system closed does not
    count.
    """
    done = [
        (visit.since, (visit.since - visit.seated_at) / timedelta(minutes=1))
        for visit in visits
        if visit.state is State.FINISHED and visit.service_id == service_id and visit.seated_at
    ]
    return [minutes for _, minutes in sorted(done)][-RECENT:]


def _length(day: Day, service_id: int) -> tuple[float | None, str]:
    recent = service_minutes(list(day.visits.values()), service_id)
    if len(recent) >= ENOUGH:
        return median(recent), "recent"
    planned = day.setup.service[service_id].minutes
    return (float(planned), "planned") if planned else (None, "planned")


def _left(visit: Visit, usual: float, now: datetime) -> float:
    """What is left of a treatment; one that has overrun is taken to need another fifth of its usual length."""
    if visit.state not in IN_CHAIR or visit.seated_at is None:
        return usual
    return max(usual - (now - visit.seated_at) / timedelta(minutes=1), usual / 5)


def _range(minutes: float, basis: str) -> Wait:
    low = floor(minutes * SPREAD[0] / STEP) * STEP
    high = max(ceil(minutes * SPREAD[1] / STEP) * STEP, low + STEP)
    if low >= CAP:
        return Wait(CAP, CAP, basis, capped=True)
    return Wait(low, min(high, CAP), basis, capped=high > CAP)
