"""Long lists of answers on several pages of one question."""

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.page import MOST_OPTIONS, Option


@dataclass(frozen=True, slots=True)
class Share:
    """The options on one page of a question, and whether it is the last of its pages."""

    options: tuple[Option, ...]
    last: bool

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(option.code for option in self.options)


def shares(options: Sequence[Option], most: int = MOST_OPTIONS) -> tuple[Share, ...]:
    """The options cut into pages of about equal length, at most `most` each.

    Those set apart (none, not sure) stand on the last page: nobody answers "none of these" before having seen all.
    """
    apart = tuple(option for option in options if option.apart)
    plain = tuple(option for option in options if not option.apart)
    count = max(1, -(-len(plain) // most))
    size = max(1, -(-len(plain) // count))
    cut = [plain[at : at + size] for at in range(0, len(plain), size)] or [()]
    return tuple(Share(part + (apart if part is cut[-1] else ()), part is cut[-1]) for part in cut)


def chosen(options: Sequence[Option], share: Share, before: Sequence[str], now: Sequence[str]) -> tuple[str, ...]:
    """The codes chosen on all pages of a question after one of them was answered.

    What was chosen elsewhere stays, but for "none" and "not sure" where something else is chosen now, and the other
    way round.
    """
    apart = {option.code for option in options if option.apart}
    if apart.intersection(now):
        return tuple(now)
    elsewhere = [code for code in before if code not in share.codes and not (now and code in apart)]
    return (*elsewhere, *now)


def part(name: str, index: int) -> str:
    """The page name of the n-th page of a question: `cardio`, `cardio~2`."""
    return name if index == 0 else f"{name}~{index + 1}"


def split(part: str) -> tuple[str, int]:
    """The question and the index of its page."""
    name, _, number = part.partition("~")
    return name, int(number or 1) - 1
