"""What happened to a visit: when, by whom and why, the latest first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic.facts import Code
from clinic.setup import Setup
from clinic.visit import Visit
from locales import Words
from reception.rows import Desk, Row, row


@dataclass(frozen=True, slots=True)
class Told:
    """A fact of the journal about one visit. `by` is the actor, `note` the free text that `about` points to."""

    rev: int
    at: datetime
    by: str
    fact: str
    about: Mapping[str, Code]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A fact in words. `who` is '' where nobody is known; `undone`: taken back later, and still part of the history."""

    rev: int
    at: datetime
    who: str
    fact: str
    what: str
    note: str
    undone: bool


@dataclass(frozen=True, slots=True)
class Details:
    """One visit with its history. `undo` is the event that this person may take back now; its rev names it."""

    row: Row
    history: tuple[Event, ...]
    undo: Event | None


def details(desk: Desk, visit: Visit, told: Sequence[Told], undo: int | None, words: Words) -> Details:
    """The drawer of a visit; `told` in the order of the journal, `undo` the rev that may be undone, None for none."""
    taken_back = {entry.about.get("rev") for entry in told if entry.fact == "undone"}
    events = tuple(_event(desk, entry, words, taken_back) for entry in reversed(told))
    last = next((event for event in events if event.rev == undo), None)
    return Details(row(desk, visit, desk.day.place(visit)), events, last)


def _event(desk: Desk, told: Told, words: Words, taken_back: set[Code]) -> Event:
    at = told.at.astimezone(desk.day.setup.site.zone)
    who = desk.staff.get(told.by, "")
    what = words.text(f"fact.{told.fact}", **_facts(desk.day.setup, told, words))
    return Event(told.rev, at, who, told.fact, what, told.note, told.rev in taken_back)


def _facts(setup: Setup, told: Told, words: Words) -> dict[str, object]:
    """The ids and codes of a fact as people say them."""
    said = {name: _said(setup, told.fact, name, code, words) for name, code in told.about.items()}
    return said | ({"move": _move(told, words)} if told.fact == "moved" else {})


def _said(setup: Setup, fact: str, name: str, code: Code, words: Words) -> object:
    if code is None:
        return words.text("reception.none")
    saying = _SAYINGS.get((fact, name)) or _SAYINGS.get(("", name))
    return saying(setup, code, words) if saying else code


def _move(told: Told, words: Words) -> str:
    shift = int(told.about["from"] or 0) - int(told.about["to"] or 0)
    key = "kept" if shift == 0 else "up" if shift > 0 else "down"
    return words.text(f"reception.moved.{key}", n=abs(shift))


def _room(setup: Setup, code: Code, words: Words) -> object:
    room = setup.room.get(int(code or 0))
    return room.name.in_(words.language) if room else words.text("reception.gone")


def _queue(setup: Setup, code: Code, words: Words) -> object:
    queue = setup.queue.get(int(code or 0))
    return queue.name.in_(words.language) if queue else words.text("reception.gone")


def _chair(setup: Setup, code: Code, words: Words) -> object:
    chairs = (chair for room in setup.rooms for chair in room.chairs)
    return next((chair.code for chair in chairs if chair.id == code), words.text("reception.gone"))


def _worded(prefix: str) -> Callable[[Setup, Code, Words], object]:
    """By the catalogue; a list of codes has spaces between them."""

    def saying(setup: Setup, code: Code, words: Words) -> object:
        return words.text("reception.comma").join(words.text(f"{prefix}.{each}") for each in str(code).split())

    return saying


_SAYINGS: Mapping[tuple[str, str], Callable[[Setup, Code, Words], object]] = {
    ("", "room"): _room,
    ("", "queue"): _queue,
    ("", "chair"): _chair,
    ("transferred", "was"): _queue,
    ("sent_to_imaging", "was"): _queue,
    ("returned", "was"): _worded("clinic.state"),
    ("closed_by_system", "was"): _worded("clinic.state"),
    ("moved", "reason"): _worded("clinic.move"),
    ("cancelled", "reason"): _worded("reception.cancel"),
    ("reprint_asked", "reason"): _worded("reception.reprint"),
    ("priority_changed", "was"): _worded("clinic.priority"),
    ("priority_changed", "priority"): _worded("clinic.priority"),
    ("identity_checked", "identifiers"): _worded("reception.identifier"),
    ("checked_in", "at"): _worded("reception.at"),
}
"""How the codes of facts are said: first by fact and name, then by the name alone; all others are said as they are."""
