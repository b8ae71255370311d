"""What a questionnaire is made of, as frozen values."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Type = Literal["group", "display", "boolean", "choice", "integer", "decimal", "date", "string", "text", "attachment"]
Operator = Literal["exists", "=", "!=", ">", "<", ">=", "<="]
Behavior = Literal["all", "any"]
Severity = Literal["stop", "caution", "info"]
Scalar = bool | int | float | str

UNSURE = "unsure"
"""The option code that means "not sure" in every questionnaire: it counts as to verify, never as no."""

LONGEST_TEXT = 200
"""Characters of an answer in words, where its item says nothing else."""


@dataclass(frozen=True, slots=True)
class Words:
    """One text in the two languages."""

    zh: str
    en: str

    def in_(self, language: str) -> str:
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Option:
    """A possible answer. Ticking an `exclusive` one clears all others of the item, ticking another clears it."""

    code: str
    text: Words
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """FHIR's enableWhen: the answers of `question` compared with `answer` (for `exists`: whether there is one)."""

    question: str
    operator: Operator
    answer: Scalar


@dataclass(frozen=True, slots=True)
class Criterion:
    """What one item's answer must be for an alert; every part that is given must hold, an unanswered item never fits.

    `any_of`, `all_of`: option codes. `outside`: fits below the first or above the second number.
    """

    item: str
    equals: Scalar | None = None
    not_equals: Scalar | None = None
    any_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    gt: float | None = None
    gte: float | None = None
    lt: float | None = None
    lte: float | None = None
    outside: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class AlertRule:
    """Answers that raise a flag: all of `all_criteria`, and at least one of `any_criteria` where there are some.

    Kept back when an alert listed in `unless` is raised. `infection`: for clinicians only.
    """

    id: str
    severity: Severity
    affects: tuple[str, ...]
    message: Words
    all_criteria: tuple[Criterion, ...] = ()
    any_criteria: tuple[Criterion, ...] = ()
    unless: tuple[str, ...] = ()
    triage_level: int | None = None
    infection: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A question, a group of them, or a text to read. `hidden` ones are filled in from the record and never asked."""

    link_id: str
    type: Type
    text: Words
    required: bool = False
    repeats: bool = False
    confidential: bool = False
    hidden: bool = False
    options: tuple[Option, ...] = ()
    max_length: int = LONGEST_TEXT
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    enable_when: tuple[Condition, ...] = ()
    enable_behavior: Behavior = "all"
    items: tuple["Item", ...] = ()
    alerts: tuple[AlertRule, ...] = ()

    @property
    def is_question(self) -> bool:
        return self.type not in ("group", "display")

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(option.code for option in self.options)

    @property
    def exclusive(self) -> frozenset[str]:
        return frozenset(option.code for option in self.options if option.exclusive)


@dataclass(frozen=True)
class Questionnaire:
    """A whole questionnaire. A full answer is good for `valid_for_days`; later visits in that time ask what changed.

    `red_flag_group` is the link id of the group that is asked before the number; `verify` the words put before
    a question that was answered "not sure".
    """

    id: str
    version: str
    title: Words
    valid_for_days: int
    red_flag_group: str
    verify: Words
    hidden: tuple[Item, ...]
    items: tuple[Item, ...]
    derived: tuple[AlertRule, ...] = field(default=())

    @cached_property
    def by_link_id(self) -> dict[str, Item]:
        """Every item, hidden ones and groups too, in the order of the document."""
        return {item.link_id: item for item, _ in self.walk()}

    @cached_property
    def parents(self) -> dict[str, Item | None]:
        return {item.link_id: parent for item, parent in self.walk()}

    def walk(self) -> Iterator[tuple[Item, Item | None]]:
        """Every item with the group it stands in, parents before children."""
        yield from ((item, None) for item in self.hidden)
        yield from _walk(self.items, None)


def _walk(items: tuple[Item, ...], parent: Item | None) -> Iterator[tuple[Item, Item | None]]:
    for item in items:
        yield item, parent
        yield from _walk(item.items, item)
