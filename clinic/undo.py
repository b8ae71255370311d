"""Whether a change can be taken back, and what would stand in the way."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.errors import Refused
from clinic.facts import FACTS

WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as the journal has it. `touches` are the visits, rooms and chairs its changes concern: ("visit", 7),
    ("room", 3).
    """

    rev: int
    at: datetime
    by: str
    desk: str
    fact: str
    ticket: str
    touches: frozenset[tuple[str, int]]


def may_undo(facts: Sequence[Told], later: Sequence[Told], *, by: str, desk: str, now: datetime) -> None:
    """Raises Refused unless the command that told `facts` can be undone by this person at this desk.

    Mine or my desk's, within 10 minutes, every fact of a kind that can be undone, and no later fact that changed
    the same visits, rooms or chairs; the refusal `undo_overtaken` names the one in the way.
    """
    if not facts:
        raise Refused("undo_unknown", unfit=True)
    if not all(told.by == by or (desk and told.desk == desk) for told in facts):
        raise Refused("undo_not_yours", by=facts[0].by)
    if now - facts[0].at > WITHIN:
        raise Refused("undo_too_late", since=facts[0].at)
    if not all(FACTS[told.fact] for told in facts):
        raise Refused("undo_not_possible")
    touched: Collection[tuple[str, int]] = frozenset().union(*(told.touches for told in facts))
    overtaking = next((told for told in later if told.touches.intersection(touched)), None)
    if overtaking is not None:
        raise Refused(
            "undo_overtaken", ticket=overtaking.ticket, fact=overtaking.fact, since=overtaking.at, by=overtaking.by
        )
