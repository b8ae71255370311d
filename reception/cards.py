"""What asks for a person now: red flags, help, printers, the clock."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from clinic.errors import Scalar
from clinic.roles import Task, tasks_of, verbs_of
from clinic.verbs import Verb, possible
from reception.rows import Desk

TONES: Mapping[str, str] = {
    "red_flag": "stop",
    "help": "call",
    "printer": "warn",
    "not_printed": "warn",
    "clock": "warn",
}
"""Every kind of card and how loud it is; the most urgent stands on top."""

_LOUDEST_FIRST = ("stop", "call", "warn", "info")


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that happened and waits for a person. `kind` is one of TONES; `facts` fill its words.

    `visit` is the patient it concerns, None where it concerns a device alone. A `red_flag` has the suggested `level`.
    """

    id: int
    kind: str
    since: datetime
    facts: Mapping[str, Scalar] = field(default_factory=dict)
    visit: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """An alert on the console, worded by `reception.card.<kind>.{title,text}`. `does` are its actions, in order.

    `take`: somebody sees to it. `triage`: give `visit` the `level` in `facts`. `reprint`: the ticket of `visit`.
    """

    id: int
    kind: str
    tone: str
    since: datetime
    facts: Mapping[str, Scalar]
    visit: int | None
    does: tuple[str, ...]


def cards(desk: Desk, alerts: Collection[Alert]) -> tuple[Card, ...]:
    """What these roles should see to, the most urgent first, then the oldest."""
    if Task.CARDS not in tasks_of(desk.roles):
        return ()
    shown = [_card(desk, alert) for alert in alerts if _concerns(desk, alert)]
    return tuple(sorted(shown, key=lambda card: (_LOUDEST_FIRST.index(card.tone), card.since, card.id)))


def _concerns(desk: Desk, alert: Alert) -> bool:
    """Alerts of patients are for those who see patients, while something can still be done."""
    if alert.visit is None:
        return True
    visit = desk.day.visits.get(alert.visit)
    if visit is None or not visit.open or Task.SEE_PATIENTS not in tasks_of(desk.roles):
        return False
    if alert.kind != "red_flag":
        return True
    return Verb.TRIAGE in verbs_of(desk.roles) and Verb.TRIAGE in possible(visit) and not visit.emergency


def _card(desk: Desk, alert: Alert) -> Card:
    ticket = {} if alert.visit is None else {"ticket": desk.day.visits[alert.visit].ticket}
    since = alert.since.astimezone(desk.day.setup.site.zone)
    return Card(
        alert.id, alert.kind, TONES[alert.kind], since, {**alert.facts, **ticket}, alert.visit, _does(desk, alert)
    )


def _does(desk: Desk, alert: Alert) -> tuple[str, ...]:
    if alert.kind == "red_flag":
        return ("triage", "take")
    if alert.kind == "not_printed" and Verb.REPRINT in verbs_of(desk.roles):
        return ("reprint", "take")
    return ("take",)
