"""The kinds of screens there are.

To add one: a folder with `__init__.py` (a frozen `Options` and `view`), `screen.html` and `screen.css`, and one line
in SCREENS.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from display.screens import calls, phone, progress


class Screen(Protocol):
    """A kind of screen: `view(value, options)` picks the few things it may show out of a Board or a Slip."""

    @property
    def Options(self) -> Callable[..., object]: ...  # noqa: N802

    @property
    def view(self) -> Callable[..., object]: ...


SCREENS: Mapping[str, Screen] = {
    "calls": calls,
    "progress": progress,
    "phone": phone,
}
