"""A place in a questionnaire file: what it says or what is wrong."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

from clinic.questionnaire.model import Scalar, Words

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_LONGEST_WORDS = 400


class BadQuestionnaire(ValueError):
    """A questionnaire that cannot be used: the message names the place, what is wrong there, and the cure."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file and the way to it, such as `items › g_meds › meds › alerts › 2`."""

    place: str
    value: object

    def bad(self, wrong: str, cure: str) -> NoReturn:
        raise BadQuestionnaire(f"{self.place or 'the file'}: {wrong}. {cure}.")

    def keys(self, required: Collection[str], optional: Collection[str] = ()) -> frozenset[str]:
        """The keys of a mapping that has all of `required` and nothing beside `optional`."""
        if not isinstance(self.value, Mapping):
            self.bad("this is not a mapping", f"Write keys and values here: {', '.join(required)}")
        present = [key if isinstance(key, str) else repr(key) for key in self.value]
        for key in required:
            if key not in present:
                self.bad(f"'{key}' is missing", f"Add '{key}: …'")
        for key in present:
            if key not in required and key not in optional:
                self.bad(f"'{key}' is not known here", f"Use one of: {', '.join((*required, *optional))}")
        return frozenset(present)

    def has(self, key: str) -> bool:
        return isinstance(self.value, Mapping) and key in self.value

    def __getitem__(self, key: str) -> "Node":
        value = self.value.get(key) if isinstance(self.value, Mapping) else None
        return Node(f"{self.place} › {key}" if self.place else key, value)

    def each(self) -> Iterator["Node"]:
        """The entries of a list, counted from 1; none where the key is not given at all."""
        if self.value is None:
            return
        if not isinstance(self.value, list | tuple):
            self.bad("this is not a list", "Put each entry on a line of its own behind '- '")
        for at, value in enumerate(self.value, 1):
            yield Node(f"{self.place} › {at}", value)

    def named(self, name: str) -> "Node":
        """The same value, with its own name instead of its count in the way to it."""
        return Node(f"{self.place.rpartition(' › ')[0]} › {name}", self.value)

    def name(self) -> str:
        if isinstance(self.value, int | float):
            self.bad("YAML reads this as a truth value or a number", 'Put it in quotes, such as "yes" or "0"')
        if not isinstance(self.value, str) or not _NAME.fullmatch(self.value):
            self.bad("this is not a name", "Use up to 64 letters, digits, '_' or '-'")
        return self.value

    def one_of(self, allowed: Collection[str]) -> str:
        if not isinstance(self.value, str) or self.value not in allowed:
            self.bad("this is not one of the known values", f"Use one of: {', '.join(allowed)}")
        return self.value

    def names(self, allowed: Collection[str], of: str) -> tuple[str, ...]:
        """A list of at least one name, each among `allowed`."""
        found = tuple(each.name() for each in self.each())
        if not found:
            self.bad("this list is empty", f"Name at least one {of}")
        for each in found:
            if each not in allowed:
                self.bad(f"there is no {of} '{each}'", f"Use one of: {', '.join(sorted(allowed))}")
        return found

    def flag(self) -> bool:
        if self.value is None:
            return False
        if not isinstance(self.value, bool):
            self.bad("this is neither true nor false", "Write true or false, without quotes")
        return self.value

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float) or self.value != self.value:
            self.bad("this is not a number", "Write a number, without quotes or unit")
        return self.value

    def whole(self, low: int, high: int) -> int:
        number = self.number()
        if not isinstance(number, int) or not low <= number <= high:
            self.bad("this number does not fit", f"Write a whole number from {low} to {high}")
        return number

    def scalar(self) -> Scalar:
        if not isinstance(self.value, bool | int | float | str):
            self.bad("this is not a single value", "Write true, false, a number or an option's code")
        return self.value

    def words(self) -> Words:
        self.keys(("zh", "en"))
        return Words(self["zh"]._text(), self["en"]._text())

    def _text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            self.bad("the text is missing", 'Write it, in quotes where it is a word such as "yes" or holds a colon')
        if len(self.value) > _LONGEST_WORDS:
            self.bad("the text is too long", f"Keep it within {_LONGEST_WORDS} characters")
        return self.value
