"""What asks for a person now: red flags, help, printers, the clock."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from clinic.errors import Scalar
from clinic.privacy import visible_flags
from clinic.questionnaire import triage_level
from clinic.roles import Task, tasks_of, verbs_of
from clinic.verbs import Verb, possible
from reception.people import NOBODY
from reception.rows import Desk

Tone = Literal["stop", "call", "warn", "info"]
Action = Literal["take", "triage", "keep", "reprint"]

TONES: Mapping[str, Tone] = {
    "red_flags": "stop",
    "help_asked": "call",
    "printer": "warn",
    "not_printed": "warn",
    "clock_jumped": "warn",
}
"""Every kind of card and how loud it is; the most urgent stands on top."""

_LOUDEST_FIRST = get_args(Tone)


@dataclass(frozen=True, slots=True)
class Alert:
    """An open card of the site. `kind` is one of TONES; `facts` fill its words: ticket, device, printer, minutes …

    `visit` is the patient it concerns, None where it concerns a device alone.
    """

    id: int
    kind: str
    since: datetime
    facts: Mapping[str, Scalar] = field(default_factory=dict)
    visit: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """Something to see to, worded by `reception.card.<kind>.{title,text}`. `does` are its actions, in order.

    `take`: somebody sees to it (`alert` is its id). `reprint`: the ticket of `visit`.
    `triage` gives `visit` the `level` in `facts`, `keep` the level it has `now`: either settles it.
    """

    id: str
    kind: str
    tone: Tone
    since: datetime
    facts: Mapping[str, Scalar]
    alert: int | None
    visit: int | None
    does: tuple[Action, ...]


def cards(desk: Desk, alerts: Collection[Alert], decided: Collection[int]) -> tuple[Card, ...]:
    """What these roles should see to, the most urgent first, then the oldest.

    `decided` are visits whose triage level staff have settled: the questionnaire suggests nothing more for them.
    """
    tasks = tasks_of(desk.roles)
    if Task.CARDS not in tasks:
        return ()
    seen = Task.SEE_PATIENTS in tasks
    shown = [_card(desk, alert) for alert in alerts if seen or alert.visit is None]
    if Verb.TRIAGE in verbs_of(desk.roles):
        shown += _red_flags(desk, decided)
    return tuple(sorted(shown, key=lambda card: (_LOUDEST_FIRST.index(card.tone), card.since, card.id)))


def _card(desk: Desk, alert: Alert) -> Card:
    reprints = alert.kind == "not_printed" and alert.visit is not None and Verb.REPRINT in verbs_of(desk.roles)
    does: tuple[Action, ...] = ("reprint", "take") if reprints else ("take",)
    since = alert.since.astimezone(desk.day.setup.site.zone)
    return Card(f"card:{alert.id}", alert.kind, TONES[alert.kind], since, alert.facts, alert.id, alert.visit, does)


def _red_flags(desk: Desk, decided: Collection[int]) -> Iterator[Card]:
    """Visits whose questionnaire suggests a graver level than they have; only flags these roles may read count."""
    for visit in desk.day.visits.values():
        level = triage_level(visible_flags(desk.people.get(visit.id, NOBODY).flags, desk.roles))
        if level >= visit.triage or visit.id in decided or Verb.TRIAGE not in possible(visit):
            continue
        facts: dict[str, Scalar] = {"ticket": visit.ticket, "level": level, "now": visit.triage}
        since = visit.arrived_at.astimezone(desk.day.setup.site.zone)
        yield Card(
            f"red_flags:{visit.id}", "red_flags", TONES["red_flags"], since, facts, None, visit.id, ("triage", "keep")
        )
