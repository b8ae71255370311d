"""Questions on pages: one on a terminal, a group on a phone."""

from dataclasses import dataclass
from typing import Literal

from clinic.questionnaire.answers import Answers, enabled
from clinic.questionnaire.model import Item, Questionnaire, Words

By = Literal["question", "group"]

CHILD_BELOW = 12
"""Years. Younger patients get the child form; the adult form asks about pregnancy (needs a dentist's sign-off)."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown at once. `link_id` names the page: its question, or its group; `title` is the group's heading."""

    link_id: str
    title: Words
    items: tuple[Item, ...]


def choose(age: int | None, is_revisit: bool) -> str:
    """The id of the questionnaire a patient gets.

    `is_revisit`: a full one was answered less than its `valid_for_days` ago. Unknown age (None) counts as adult.
    """
    if is_revisit:
        return "dental-return"
    return "dental-child" if age is not None and age < CHILD_BELOW else "dental-first-visit"


def red_flags(questionnaire: Questionnaire) -> tuple[Item, ...]:
    """The questions asked before the number: each is one tap on a sign (or on "none") and one on "next"."""
    group = questionnaire.by_link_id[questionnaire.red_flag_group]
    return tuple(item for item in group.items if item.is_question)


def pages(questionnaire: Questionnaire, answers: Answers, by: By) -> tuple[Page, ...]:
    """The pages that will be shown, given these answers. A text to read stands on the page of the question after it."""
    groups: dict[str, list[Item]] = {}
    for item in enabled(questionnaire, answers):
        if item.type != "group":
            groups.setdefault(_top(questionnaire, item).link_id, []).append(item)
    result: list[Page] = []
    for link_id, items in groups.items():
        title = questionnaire.by_link_id[link_id].text
        shares = [(link_id, items)] if by == "group" else _by_question(items)
        result += (Page(name, title, tuple(shown)) for name, shown in shares)
    return tuple(result)


def next_page(questionnaire: Questionnaire, answers: Answers, by: By, after: str | None = None) -> Page | None:
    """The page behind the one named `after` (None: the first), or None when that was the last.

    Answers may have taken the page `after` itself away: its place in the document still counts.
    """
    places = {link_id: place for place, link_id in enumerate(questionnaire.by_link_id)}
    passed = -1 if after is None else places.get(after, -1)
    return next((page for page in pages(questionnaire, answers, by) if places[page.link_id] > passed), None)


def _by_question(items: list[Item]) -> list[tuple[str, list[Item]]]:
    """The items of a group cut after each question; a text that no question follows has a page of its own."""
    shares: list[tuple[str, list[Item]]] = []
    waiting: list[Item] = []
    for item in items:
        waiting.append(item)
        if item.is_question or item is items[-1]:
            shares.append((item.link_id, waiting))
            waiting = []
    return shares


def _top(questionnaire: Questionnaire, item: Item) -> Item:
    """The outermost group an item stands in, or the item itself."""
    parent = questionnaire.parents[item.link_id]
    return item if parent is None else _top(questionnaire, parent)
