"""The health questionnaire on the patient's own phone.

Pure and without memory: every turn gets all answers so far, checks the group that was shown, and draws the next one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from clinic.interview import Asked
from clinic.questionnaire import Answer, Answers, Item, Page, check, pages
from clinic.questionnaire.model import Type
from clinic.setup import Name

Action = Literal["open", "next", "back"]
Raw = str | list[str]
SIGNATURE = "attachment"
"""Signed at the desk: a phone has no pad for it."""


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A question as the page draws it. `shape`: info, one, several, number, date or text. `fault` is a code or ''."""

    link_id: str
    shape: str
    text: str
    required: bool
    confidential: bool
    options: tuple[Option, ...]
    value: str
    unit: str
    max_length: int
    fault: str


@dataclass(frozen=True, slots=True)
class View:
    """One group of the form. `answers` are all so far, which the page sends back; `done`: nothing left to ask."""

    clinic: Name
    ticket: str
    title: str
    heading: str
    page: str
    step: int
    steps: int
    fields: tuple[Field, ...]
    answers: dict[str, Answer]
    first: bool
    done: bool


def turn(
    asked: Asked,
    answers: Answers,
    raw: Mapping[str, Raw],
    page: str,
    action: Action,
    *,
    clinic: Name,
    ticket: str,
    language: str,
) -> View:
    """The page after one. `answers` so far, `raw`: what was entered on `page`; `back` forgives what is missing."""
    before = _page(_pages(asked, answers), page)
    kept = _read(before, answers, raw) if before else dict(answers)
    all_pages = _pages(asked, kept)
    shown = _page(all_pages, page)
    faults = _faults(asked, kept, before) if action == "next" and before else {}
    stays = shown is not None and (faults or (action == "next" and _asks_more(before, shown)))
    at = _index(all_pages, page) if stays else _next(all_pages, page, action)
    done = at >= len(all_pages)
    here = None if done else all_pages[at]
    return View(
        clinic=clinic,
        ticket=ticket,
        title=asked.questionnaire.title.in_(language),
        heading=here.title.in_(language) if here else "",
        page=here.link_id if here else "",
        step=at + 1,
        steps=len(all_pages),
        fields=tuple(_field(item, kept, faults, language) for item in here.items if item.type != SIGNATURE)
        if here
        else (),
        answers=kept,
        first=at == 0,
        done=done,
    )


def finished(asked: Asked, *, clinic: Name, ticket: str, language: str) -> View:
    """The page of a form that is filled already."""
    return View(clinic, ticket, asked.questionnaire.title.in_(language), "", "", 0, 0, (), {}, first=False, done=True)


def _pages(asked: Asked, answers: Answers) -> tuple[Page, ...]:
    """The groups still to be asked: what was answered before the number is not asked twice."""
    given = asked.answers.keys()
    return tuple(
        page
        for page in pages(asked.questionnaire, asked.whole(answers), "group")
        if any(item.is_question and item.type != SIGNATURE and item.link_id not in given for item in page.items)
    )


def _page(all_pages: tuple[Page, ...], page: str) -> Page | None:
    return next((each for each in all_pages if each.link_id == page), None)


def _index(all_pages: tuple[Page, ...], page: str) -> int:
    return next((index for index, each in enumerate(all_pages) if each.link_id == page), -1)


def _asks_more(before: Page | None, now: Page) -> bool:
    """Whether the answers of a page have brought further questions onto it."""
    return before is not None and not {item.link_id for item in now.items} <= {item.link_id for item in before.items}


def _next(all_pages: tuple[Page, ...], page: str, action: Action) -> int:
    now = _index(all_pages, page)
    if action == "next":
        return now + 1
    return max(0, now - 1 if action == "back" else now)


def _read(page: Page, answers: Answers, raw: Mapping[str, Raw]) -> dict[str, Answer]:
    """All answers with those of the shown page replaced by what was entered; an emptied one is gone."""
    kept = {link_id: answer for link_id, answer in answers.items() if link_id not in {i.link_id for i in page.items}}
    for item in page.items:
        answer = _answer(item, raw.get(item.link_id, ""))
        if answer is not None:
            kept[item.link_id] = answer
    return kept


def _answer(item: Item, raw: Raw) -> Answer | None:
    """What was entered as the type the question has; what cannot be read stays as it is, for `check` to name."""
    if isinstance(raw, list):
        return raw if raw and item.repeats else None
    text = raw.strip()
    if not text or not item.is_question:
        return None
    if item.type == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if item.type in ("integer", "decimal"):
        return _number(item.type, text)
    return [text] if item.repeats else text


def _number(kind: Type, text: str) -> Answer:
    try:
        return int(text) if kind == "integer" else float(text)
    except ValueError:
        return text


def _faults(asked: Asked, answers: Answers, page: Page) -> dict[str, str]:
    here = {item.link_id for item in page.items}
    return {
        each.link_id: each.code for each in check(asked.questionnaire, asked.whole(answers)) if each.link_id in here
    }


def _field(item: Item, answers: Answers, faults: Mapping[str, str], language: str) -> Field:
    answer = answers.get(item.link_id)
    chosen = {str(each) for each in answer} if isinstance(answer, list) else {_plain(answer)}
    return Field(
        link_id=item.link_id,
        shape=_shape(item),
        text=item.text.in_(language),
        required=item.required,
        confidential=item.confidential,
        options=tuple(Option(o.code, o.text.in_(language), o.code in chosen) for o in item.options),
        value="" if isinstance(answer, list) else _plain(answer),
        unit=item.unit or "",
        max_length=item.max_length,
        fault=faults.get(item.link_id, ""),
    )


def _plain(answer: Answer | None) -> str:
    if isinstance(answer, bool):
        return str(answer).lower()
    return "" if answer is None else str(answer)


def _shape(item: Item) -> str:
    if not item.is_question:
        return "info"
    if item.options:
        return "several" if item.repeats else "one"
    shapes = {"boolean": "yes_no", "integer": "number", "decimal": "number", "date": "date", "text": "long"}
    return shapes.get(item.type, "text")
