"""Who comes before whom: one function feeds every list and every call.

To add a rule: one file here with a `Rule`, one line in RULES, its words in the catalogues.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic.ordering import appointment, by_hand, triage
from clinic.ordering.reason import Reason, Standing
from clinic.visit import Visit

__all__ = ["RULES", "Place", "Reason", "ahead_of", "before", "order"]

Rule = Callable[[Visit], Standing]

RULES: Mapping[str, Rule] = {
    "triage": triage.stand,
    "appointment": appointment.stand,
}


@dataclass(frozen=True, slots=True)
class Place:
    """A visit's place in its queue, counted from 1, and the reason that put it there."""

    visit: Visit
    position: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Ahead:
    """How many go before somebody for one reason; `at` is the booked time where they share one."""

    code: str
    count: int
    at: datetime | None = None


def before(policy: Sequence[str], visit: Visit) -> tuple[tuple[float, ...], datetime, int]:
    """The sort key of a visit under a policy; arrival and then the id decide between equals, so that no two are
    equal.
    """
    return tuple(RULES[rule](visit).value for rule in policy), visit.arrived_at, visit.id


def order(visits: Iterable[Visit], policy: Sequence[str]) -> tuple[Place, ...]:
    """The order of one queue: a permutation of `visits`; emergencies first, then hand-made places, then the policy's
    rules.
    """
    by_rule = sorted(visits, key=lambda visit: before(policy, visit))
    arranged = by_hand.arrange(by_rule)
    return tuple(Place(visit, position, _reason(visit, policy)) for position, visit in enumerate(arranged, start=1))


def ahead_of(place: Place, places: Sequence[Place]) -> tuple[Ahead, ...]:
    """Who goes before a place, grouped by reason, in the order in which they go: "1 emergency, 1 booked 09:30"."""
    groups: dict[tuple[str, datetime | None], int] = {}
    for other in places[: place.position - 1]:
        key = (other.reason.code, other.reason.at if other.reason.code == "booked" else None)
        groups[key] = groups.get(key, 0) + 1
    return tuple(Ahead(code, count, at) for (code, at), count in groups.items())


def _reason(visit: Visit, policy: Sequence[str]) -> Reason:
    if visit.pin_ahead is not None and not visit.emergency:
        return Reason("moved_by_hand")
    return next(standing.reason for rule in policy if (standing := RULES[rule](visit)).reason is not None)
