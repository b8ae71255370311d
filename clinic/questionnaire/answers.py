"""Which questions are asked, and whether their answers are good.

A question that is not asked has no answer: what a browser still holds for it counts as not given.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from unicodedata import category

from clinic.questionnaire.model import Condition, Item, Questionnaire, Scalar

Answer = bool | int | float | str | Sequence[str]

Answers = Mapping[str, Answer]

Code = Literal[
    "required",
    "wrong_type",
    "not_an_option",
    "exclusive",
    "repeated",
    "too_long",
    "too_low",
    "too_high",
    "bad_characters",
    "unknown_item",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the answer to one item, never the answer itself. `link_id` is empty for `unknown_item`."""

    link_id: str
    code: Code


def enabled(questionnaire: Questionnaire, answers: Answers) -> tuple[Item, ...]:
    """The groups, texts and questions that are asked, given these answers, in the order of the document."""
    asked = _Asked(questionnaire, answers)
    return tuple(
        item for item in questionnaire.by_link_id.values() if not item.hidden and asked.is_enabled(item.link_id)
    )


def clean(questionnaire: Questionnaire, answers: Answers) -> dict[str, Answer]:
    """The answers that count, in the order of the document: of items asked or prefilled, without empty ones."""
    asked = _Asked(questionnaire, answers)
    return {link_id: answers[link_id] for link_id in questionnaire.by_link_id if asked.given(link_id)}


def prefilled(questionnaire: Questionnaire, answers: Answers, known: Answers) -> dict[str, Answer]:
    """Answers from a browser with the hidden items taken from the record alone: nobody sends their own age or sex."""
    hidden = {item.link_id for item in questionnaire.hidden}
    own = {link_id: answer for link_id, answer in answers.items() if link_id not in hidden}
    return own | {link_id: answer for link_id, answer in known.items() if link_id in hidden}


def check(questionnaire: Questionnaire, answers: Answers) -> tuple[Problem, ...]:
    """What still stands in the way of a complete form; answers to questions that are not asked are no problem."""
    asked = _Asked(questionnaire, answers)
    problems = [] if answers.keys() <= questionnaire.by_link_id.keys() else [Problem("", "unknown_item")]
    for link_id, item in questionnaire.by_link_id.items():
        if not item.is_question or not asked.is_enabled(link_id):
            continue
        code = _fault(item, answers[link_id]) if asked.given(link_id) else "required" if item.required else None
        if code:
            problems.append(Problem(link_id, code))
    return tuple(problems)


class _Asked:
    """Decides for each item once whether it is asked; conditions may look ahead, so it follows them as it needs."""

    def __init__(self, questionnaire: Questionnaire, answers: Answers) -> None:
        self._questionnaire = questionnaire
        self._answers = answers
        self._known: dict[str, bool] = {}

    def is_enabled(self, link_id: str) -> bool:
        if link_id not in self._known:
            item, parent = self._questionnaire.by_link_id[link_id], self._questionnaire.parents[link_id]
            self._known[link_id] = (parent is None or self.is_enabled(parent.link_id)) and self._conditions_hold(item)
        return self._known[link_id]

    def given(self, link_id: str) -> bool:
        """Whether the item is a question that is asked and has an answer."""
        answer = self._answers.get(link_id)
        return not is_empty(answer) and self._questionnaire.by_link_id[link_id].is_question and self.is_enabled(link_id)

    def _conditions_hold(self, item: Item) -> bool:
        if not item.enable_when:
            return True
        held = (self._holds(condition) for condition in item.enable_when)
        return any(held) if item.enable_behavior == "any" else all(held)

    def _holds(self, condition: Condition) -> bool:
        answer = self._answers.get(condition.question) if self.given(condition.question) else None
        values = () if answer is None else as_values(answer)
        if condition.operator == "exists":
            return bool(values) is condition.answer
        if condition.operator == "!=":
            return not any(same(value, condition.answer) for value in values)
        return any(_compare(value, condition) for value in values)


def is_empty(answer: object) -> bool:
    """Nothing, blank text and an empty list are no answer; False and 0 are."""
    return answer is None or (isinstance(answer, str) and not answer.strip()) or answer == [] or answer == ()


def as_values(answer: object) -> tuple[Scalar, ...]:
    """An answer as the values it consists of: one, or the ticked codes. Whatever else JSON can hold is no value."""
    given = answer if isinstance(answer, list | tuple) else [answer]
    return tuple(each for each in given if isinstance(each, bool | int | float | str))


def same(value: Scalar, other: Scalar) -> bool:
    """Equal as JSON values are: True is not 1."""
    return isinstance(value, bool) == isinstance(other, bool) and value == other


def as_number(value: object) -> float | None:
    """The value if it is a finite number (True is none)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isinstance(value, int) or math.isfinite(value) else None


def _compare(value: Scalar, condition: Condition) -> bool:
    """One answer against `=`, or by size: numbers by value, dates as ISO text, where earlier is less."""
    if condition.operator == "=":
        return same(value, condition.answer)
    left, right = _sizes(value, condition.answer)
    if left is None or right is None:
        return False
    order = (left > right) - (left < right)
    return {">": order > 0, "<": order < 0, ">=": order >= 0, "<=": order <= 0}[condition.operator]


def _sizes(value: Scalar, other: Scalar) -> tuple[float | None, float | None]:
    if isinstance(value, str) and isinstance(other, str):
        left, right = as_date(value), as_date(other)
        return (left.toordinal() if left else None), (right.toordinal() if right else None)
    return as_number(value), as_number(other)


def as_date(value: object) -> date | None:
    """The day of an ISO date such as `2026-11-25`, else None."""
    if not isinstance(value, str) or len(value) != 10 or not value.isascii():
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _fault(item: Item, answer: Answer) -> Code | None:
    match item.type:
        case "boolean":
            return None if isinstance(answer, bool) else "wrong_type"
        case "choice":
            return _choice_fault(item, answer)
        case "integer" | "decimal":
            return _number_fault(item, answer)
        case "date":
            return None if as_date(answer) else "wrong_type"
        case _:
            return _text_fault(item, answer)


def _choice_fault(item: Item, answer: Answer) -> Code | None:
    if not isinstance(answer, list | tuple if item.repeats else str):
        return "wrong_type"
    codes = [code for code in as_values(answer) if code in item.codes]
    if len(codes) < (len(answer) if item.repeats else 1):
        return "not_an_option"
    if len(set(codes)) < len(codes):
        return "repeated"
    return "exclusive" if len(codes) > 1 and item.exclusive.intersection(codes) else None


def _number_fault(item: Item, answer: Answer) -> Code | None:
    number = as_number(answer)
    if number is None or (item.type == "integer" and not isinstance(number, int)):
        return "wrong_type"
    if item.minimum is not None and number < item.minimum:
        return "too_low"
    return "too_high" if item.maximum is not None and number > item.maximum else None


def _text_fault(item: Item, answer: Answer) -> Code | None:
    if not isinstance(answer, str):
        return "wrong_type"
    if len(answer) > item.max_length:
        return "too_long"
    breaks = "\n" if item.type == "text" else ""
    plain = all(each in breaks or category(each) not in ("Cc", "Cs") for each in answer)
    return None if plain else "bad_characters"
