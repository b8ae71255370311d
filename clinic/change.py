"""What a decision changes: new visits and the facts that say why."""

from dataclasses import dataclass

from clinic.facts import Code, Fact
from clinic.visit import Visit

NEW = 0
"""The id of a visit that storage has not numbered yet."""


@dataclass(frozen=True, slots=True)
class Change:
    visits: tuple[Visit, ...]
    facts: tuple[Fact, ...]

    def and_(self, other: "Change") -> "Change":
        """Both changes as one; where both touch a visit the later one stands."""
        visits = {visit.id: visit for visit in (*self.visits, *other.visits)}
        return Change(tuple(visits.values()), self.facts + other.facts)


def changed(visit: Visit, fact: str, **about: Code) -> Change:
    """The usual change: one visit, one fact."""
    return Change((visit,), (Fact(fact, visit.id, about),))
