"""Places given by reception, which survive later arrivals.

A moved visit remembers who goes before it (`pin_ahead`). Its place is the number of those who still wait,
so it moves up when they are called and never down when others come.
"""

from collections.abc import Sequence

from clinic.visit import Visit


def arrange(by_rule: Sequence[Visit]) -> list[Visit]:
    """Put moved visits at their places among the others; emergencies keep the head of the queue."""
    emergencies = [visit for visit in by_rule if visit.emergency]
    rest = [visit for visit in by_rule if not visit.emergency]
    here = {visit.id for visit in rest}
    pinned = sorted(
        ((len(here.intersection(visit.pin_ahead)), visit) for visit in rest if visit.pin_ahead is not None),
        key=lambda entry: (entry[0], entry[1].id),
    )
    places: list[Visit | None] = [None] * len(rest)
    for index, visit in pinned:
        places[_free(places, index)] = visit
    others = iter(visit for visit in rest if visit.pin_ahead is None)
    return emergencies + [place or next(others) for place in places]


def _free(places: Sequence[Visit | None], wanted: int) -> int:
    """The free place at or nearest behind the wanted one; at the tail of the queue, nearest before it."""
    free = [index for index, visit in enumerate(places) if visit is None]
    return next((index for index in free if index >= wanted), free[-1])
