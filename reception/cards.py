"""What asks for a person now: help, printers, the clock, red flags."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from clinic.errors import Scalar
from clinic.roles import Task, tasks_of, verbs_of
from clinic.verbs import Verb
from clinic.visit import State
from reception.people import NOBODY, suggested_level
from reception.rows import Desk

TONES: Mapping[str, str] = {
    "red_flags": "stop",
    "help_asked": "call",
    "printer": "warn",
    "not_printed": "warn",
    "clock_jumped": "warn",
}
"""Every kind of card and how loud it is; the most urgent stands on top."""

_LOUDEST_FIRST = ("stop", "call", "warn", "info")
_SETTLED = frozenset({State.WAITING, State.ON_HOLD, State.STEPPED_OUT, State.MISSED})


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that happened and waits for a person. `kind` is one of TONES; `facts` fill its words.

    `visit` is the patient it concerns, None where it concerns a device alone.
    """

    id: str
    kind: str
    since: datetime
    facts: Mapping[str, Scalar] = field(default_factory=dict)
    visit: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """An alert on the console, worded by `reception.card.<kind>.{title,text}`. `does` are its actions, in order.

    `take`: somebody sees to it. `triage`: confirm or decline the level in `facts`. `reprint`: the ticket of `visit`.
    """

    id: str
    kind: str
    tone: str
    since: datetime
    facts: Mapping[str, Scalar]
    visit: int | None
    does: tuple[str, ...]


def cards(desk: Desk, alerts: Collection[Alert], decided: Collection[int]) -> tuple[Card, ...]:
    """What these roles should see to, the most urgent first, then the oldest.

    `decided` are visits whose triage level staff have settled: the questionnaire suggests nothing more for them.
    """
    tasks = tasks_of(desk.roles)
    if Task.CARDS not in tasks:
        return ()
    sees_patients = Task.SEE_PATIENTS in tasks
    shown = [_card(desk, alert) for alert in alerts if sees_patients or alert.visit is None]
    if Verb.TRIAGE in verbs_of(desk.roles):
        shown += _red_flags(desk, decided)
    return tuple(sorted(shown, key=lambda card: (_LOUDEST_FIRST.index(card.tone), card.since, card.id)))


def _card(desk: Desk, alert: Alert) -> Card:
    can_reprint = alert.kind == "not_printed" and Verb.REPRINT in verbs_of(desk.roles)
    does = ("reprint", "take") if can_reprint else ("take",)
    since = alert.since.astimezone(desk.day.setup.site.zone)
    return Card(alert.id, alert.kind, TONES[alert.kind], since, alert.facts, alert.visit, does)


def _red_flags(desk: Desk, decided: Collection[int]) -> Iterator[Card]:
    for visit in desk.day.visits.values():
        level = suggested_level(desk.people.get(visit.id, NOBODY), desk.roles)
        if level is None or level >= visit.triage or visit.id in decided or visit.state not in _SETTLED:
            continue
        facts: dict[str, Scalar] = {"ticket": visit.ticket, "level": level, "now": visit.triage}
        since = visit.arrived_at.astimezone(desk.day.setup.site.zone)
        yield Card(f"red_flags:{visit.id}", "red_flags", TONES["red_flags"], since, facts, visit.id, ("triage",))
