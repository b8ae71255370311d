"""Every kind of screen draws any day and tells nothing it must not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any, get_type_hints

import pytest

from clinic.board import Board, Slip, board, slip
from clinic.privacy import mask_name
from clinic.queue import Day
from clinic.visit import Form, State, Visit
from display import page
from display.screens import SCREENS
from locales import LANGUAGES
from tests import make

NAME, DOOR, WAIT = {"zh", "en"}, {"code", "name", "directions"}, {"low", "high", "basis", "capped"}
SPOKEN = {"id", "at", "ticket", "room", "again", "urgent", "language"}
HEADER = {"clinic", "area", "date", "offset"}

MAY_BE_SEEN: Mapping[str, Mapping[str, set[str]]] = {
    "calls": {
        "View": {
            *("header", "theme", "sound", "repeat", "newest", "newest_at", "large", "called", "called_more"),
            *("next", "next_more", "missed", "missed_more", "announcements"),
        },
        "Header": HEADER,
        "Large": {"ticket", "name", "door", "times", "at"},
        "Row": {"ticket", "name", "door", "withdrawn"},
        "Announcement": SPOKEN,
        "Door": DOOR,
        "Name": NAME,
    },
    "progress": {
        "View": {
            *("header", "theme", "sound", "repeat", "rooms", "rooms_more", "missed", "missed_more", "announcements"),
        },
        "Header": HEADER,
        "Room": {"door", "dentist", "spots", "spots_more", "next", "waiting", "wait", "call", "call_at"},
        "Spot": {"chair", "state", "ticket"},
        "Announcement": SPOKEN,
        "Door": DOOR,
        "Name": NAME,
        "Wait": WAIT,
    },
    "phone": {
        "View": {
            *("clinic", "ticket", "name", "state", "position", "people_ahead", "marks", "ahead", "wait", "service"),
            *("dentist", "door", "calls", "called", "slot", "form_pending", "out_until", "withdrawn"),
            "step_out_minutes",
        },
        "Ahead": {"code", "count", "at"},
        "Door": DOOR,
        "Name": NAME,
        "Wait": WAIT,
    },
}
"""Every field a screen's view may have, by the name of its class. Whatever is added is added here, after a thought."""

NOW = make.NOW + timedelta(hours=6)
STATES = (State.CALLED, State.SEATED, State.WAITING, State.AT_ROOM, State.WAITING_IN_CHAIR, *State)
NAMES = ("王小明", "欧阳娜娜", "阿依古丽·买买提", "John Smithson", "李雷", "Anne-Marie Dupont")


@pytest.mark.parametrize("kind", SCREENS)
def test_views_hold_only_what_may_be_seen(kind: str) -> None:
    """The fields of a view, at every depth, are the ones named above."""
    assert fields_of(get_type_hints(SCREENS[kind].view)["return"]) == MAY_BE_SEEN[kind]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("people", [0, 1, 8, 200])
@pytest.mark.parametrize("kind", SCREENS)
def test_pictures_tell_nobody_apart(kind: str, people: int, language: str) -> None:
    """Any day can be drawn, and no full name, phone, document number or row id of it is in what is drawn."""
    day, secrets = a_day(people)
    pictures = list(drawn(kind, day, language))
    assert len(pictures) == (people if kind == "phone" else 1)
    for html in pictures:
        assert [secret for secret in secrets if secret in html] == []
        assert not re.search(r"\b(None|null|undefined|nan)\b|\{\w*\}", html)


@pytest.mark.parametrize("kind", SCREENS)
def test_pictures_stay_small(kind: str) -> None:
    """A picture is a few kilobytes however many people wait: it is sent whole, to many."""
    day, _ = a_day(200)
    assert max(len(html.encode()) for html in drawn(kind, day, "en")) < 24_000


def drawn(kind: str, day: Day, language: str) -> list[str]:
    """The pictures of a kind on a day: one for a board, one per visit for a slip."""
    screen = SCREENS[kind]
    names = {visit.id: mask_name(NAMES[visit.id % len(NAMES)]) for visit in day.visits.values()}
    takes = next(iter(get_type_hints(screen.view).values()))
    assert takes in (Board, Slip)
    values: list[Any] = [board(day, names, NOW)]
    if takes is Slip:
        values = [slip(day, visit, names[visit.id], NOW) for visit in day.visits.values()]
    return [page.render(kind, screen.view(value, screen.Options()), language) for value in values]


def a_day(people: int) -> tuple[Day, list[str]]:
    """A day with visits in every state, and what of its patients must not be seen."""
    visits = [a_visit(number) for number in range(1, people + 1)]
    secrets = [*NAMES, "patient_id", "9000001", "13800138000", "110101199001011234"]
    return make.day(visits, rooms=10, chairs=2), secrets


def a_visit(number: int) -> Visit:
    """One of many visits: the states in turn, the first of them in the rooms."""
    state = STATES[number % len(STATES)] if number < 60 else State.WAITING
    room = number % 10 + 1
    there = state in (State.CALLED, State.AT_ROOM, State.SEATED, State.WAITING_IN_CHAIR)
    called = NOW - timedelta(seconds=number)
    changes: dict[str, Any] = {"queue_id": room, "patient_id": 9_000_000 + number, "state": state, "since": called}
    if there:
        changes |= {"room_id": room, "calls": 1 + number % 3, "called_at": called, "call_rev": number}
    if state in (State.SEATED, State.WAITING_IN_CHAIR):
        changes |= {"chair_id": room * 10 + 1 + number % 2, "seated_at": called}
    if state is State.STEPPED_OUT:
        changes |= {"out_until": NOW + timedelta(minutes=5)}
    if number % 4 == 0:
        changes |= {"slot": make.NOW + timedelta(minutes=30), "form": Form.PENDING, "language": "en"}
    return make.visit(number, triage=2 if number % 17 == 0 else 4, **changes)


def fields_of(view: Any) -> dict[str, set[str]]:
    """The fields of a dataclass and of every dataclass below it, by class name."""
    found: dict[str, set[str]] = {}
    for kind in classes_in(view):
        if kind.__name__ not in found:
            found[kind.__name__] = {each.name for each in fields(kind)}
            for hint in get_type_hints(kind).values():
                found |= fields_of(hint)
    return found


def classes_in(hint: Any) -> list[Any]:
    """The dataclasses a type hint speaks of."""
    inner = [each for part in getattr(hint, "__args__", ()) for each in classes_in(part)]
    return [hint] if is_dataclass(hint) else inner
