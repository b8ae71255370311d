"""What happened to a visit is said in words, by whom and why."""

import re
from collections.abc import Mapping

import pytest

from clinic.facts import FACTS, Code
from clinic.roles import Role
from locales import LANGUAGES, words
from reception.history import Details, Told, details
from reception.rows import Desk
from tests.reception import make

ABOUT: Mapping[str, Mapping[str, Code]] = {
    "day_opened": {},
    "checked_in": {"at": "kiosk", "queue": make.LI},
    "called": {"room": make.ROOM_3, "calls": 1},
    "called_again": {"room": make.ROOM_3, "calls": 2},
    "skipped": {"room": make.ROOM_3},
    "arrived_at_room": {"room": make.ROOM_3},
    "identity_checked": {"identifiers": "birth_date name"},
    "seated": {"room": make.ROOM_3, "chair": make.CHAIR_3},
    "waiting_in_chair": {"chair": make.CHAIR_3},
    "missed": {"room": make.ROOM_3, "missed": 1},
    "put_on_hold": {},
    "stepped_out": {"minutes": 15},
    "step_out_expired": {"missed": 1},
    "returned": {"was": "on_hold"},
    "transferred": {"was": make.LI, "queue": make.SHARED},
    "triaged": {"was": 4, "level": 2},
    "priority_changed": {"was": None, "priority": "pregnant"},
    "moved": {"from": 5, "to": 2, "reason": "agreed_swap", "note": 9},
    "unpinned": {},
    "sent_to_imaging": {"was": make.LI, "queue": make.XRAY},
    "returned_from_imaging": {"queue": make.LI},
    "finished": {"room": make.ROOM_3, "chair": make.CHAIR_3},
    "cancelled": {"reason": "left"},
    "closed_by_system": {"was": "waiting"},
    "form_filled": {"questionnaire": "dental-first-visit", "version": "1"},
    "undone": {"rev": 3},
    "printed": {"job": 1},
    "not_printed": {"job": 1},
    "print_unknown": {"job": 1},
    "reprint_asked": {"reason": "lost", "job": 2},
    "help_asked": {"card": 1, "device": 1},
    "help_taken": {"card": 1},
    "clock_jumped": {"seconds": 400},
    "device_paired": {"device": 1},
    "device_renamed": {"device": 1},
    "device_revoked": {"device": 1},
    "imported": {},
}
"""Every fact as the clinic tells it."""


def drawer(*told: Told, undo: int | None = None, language: str = "en") -> Details:
    visit = make.visit(1)
    desk = Desk(make.day(visit), make.people(visit), [Role.RECEPTION], make.NOW, {"staff:2": "周敏"})
    return details(desk, visit, told, undo, words(language))


def tell(rev: int, fact: str, note: str = "") -> Told:
    return Told(rev, make.ago(10 - rev), "staff:2", fact, ABOUT[fact], note)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_is_said_in_words(fact: str, language: str) -> None:
    """No code and no placeholder is left over in either language."""
    (event,) = drawer(tell(1, fact), language=language).history
    assert event.what
    assert not re.search(r"[{}]|[a-z]+_[a-z]+|None", event.what)
    assert re.search(r"[一-鿿]", event.what) or language == "en"


def test_ids_become_names() -> None:
    """The reader sees doors and queues, not numbers of rows."""
    (event,) = drawer(tell(1, "transferred")).history
    assert event.what == "Moved from Dr Li Wen to Check"


def test_a_room_that_is_gone_from_the_set_up_does_not_stop_the_history() -> None:
    """Rooms change; what happened in them stays."""
    (event,) = drawer(Told(1, make.NOW, "staff:2", "called", {"room": 99, "calls": 1})).history
    assert event.what == "Called to no longer there"


def test_the_latest_stands_first_with_who_and_why() -> None:
    """A move shows how far, from where to where, the reason, the note and the person."""
    first, second = drawer(tell(1, "checked_in"), tell(2, "moved", "A030 agrees")).history[::-1]
    assert (first.fact, second.fact) == ("checked_in", "moved")
    assert second.what == "Moved up 3: 5 → 2, Patients agreed to swap"
    assert (second.who, second.note) == ("周敏", "A030 agrees")


def test_what_was_undone_stays_and_says_so() -> None:
    """An undone step is marked, not removed."""
    shown = drawer(tell(3, "moved"), tell(4, "undone"))
    assert [(event.fact, event.undone) for event in shown.history] == [("undone", False), ("moved", True)]


def test_the_step_that_can_be_undone_is_named() -> None:
    """The button says what it will take back."""
    shown = drawer(tell(1, "checked_in"), tell(2, "put_on_hold"), undo=2)
    assert shown.undo is not None
    assert shown.undo.what == "Put on hold"
    assert drawer(tell(1, "checked_in")).undo is None
