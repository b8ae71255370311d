"""Why the terminal alone cannot go on, and every way that is still open."""

from collections.abc import Mapping
from dataclasses import replace

from kiosk.here import Here
from kiosk.page import Action, Answer, Look, Page, Problem, Text
from kiosk.said import Said

WAYS: Mapping[str, tuple[str, ...]] = {
    "not_found": ("back", "walk_in"),
    "not_unique": ("again",),
    "not_me": ("again", "walk_in"),
    "other_time": ("again",),
    "e_voucher": ("phone", "walk_in"),
    "health_card": ("phone", "walk_in"),
    "no_ticket": ("phone", "again"),
    "code_expired": ("phone", "walk_in"),
    "appointment_unknown": ("phone", "walk_in"),
    "appointment_not_today": ("walk_in", "again"),
    "appointment_cancelled": ("walk_in", "again"),
    "service_not_offered": ("again",),
    "too_many": ("again",),
    "no_consent": ("done",),
    "ask": ("done",),
}
"""The buttons of each page, by the code of what happened; the first is the primary one."""


def parts(said: Said, here: Here) -> tuple[str, ...]:
    return (said.trouble,) if said.trouble else ()


def page(said: Said, part: str, here: Here) -> Page:
    return Page(
        id=f"reception.{part}",
        title=Text(f"kiosk.reception.{part}"),
        lead=Text(f"kiosk.reception.{part}_lead"),
        idle="identity",
        actions=tuple(_action(way, at) for at, way in enumerate(WAYS[part])),
        back=part == "not_found",
        scan=said.visit_id is None,
    )


def take(said: Said, part: str, answer: Answer, here: Here) -> Said | Problem:
    if answer.action not in WAYS[part]:
        return said
    if answer.action == "walk_in":
        return said.go(f"reception.{part}", "walk_in")
    if answer.action == "phone":
        return Said(language=said.language).go("welcome", "phone")
    if answer.action == "done" and said.visit_id is not None:
        return replace(said, trouble="")
    return Said(language=said.language, over=answer.action == "done")


def _action(way: str, at: int) -> Action:
    look: Look = "primary" if at == 0 else "secondary"
    return Action(way, Text(f"kiosk.reception.way_{way}"), look)
