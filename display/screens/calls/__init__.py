"""The calls board: who is called to which door, and who comes next."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from clinic.board import Board, Call, Door
from display.header import MISSED, Header, header
from display.speech import Announcement, announcements

TOGETHER = timedelta(seconds=10)
"""A call stays large at least this long (look: motion); calls that follow sooner share the panel with it."""

LARGE = 4
ROWS = 4
"""Lines per list: eight in all are read at a glance (domain: section 9.3); how many more, the headings say."""


@dataclass(frozen=True, slots=True)
class Options:
    """`repeat` is how often the voice says a call in the screen's language."""

    theme: Literal["day", "night"] = "day"
    sound: bool = True
    repeat: int = 2


@dataclass(frozen=True, slots=True)
class Large:
    """A call in the panel; `at` is the wall clock of the call."""

    ticket: str
    name: str
    door: Door
    times: int
    at: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list; without a door while more than one room may call. `withdrawn`: the call was taken back."""

    ticket: str
    name: str
    door: Door | None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """All that a calls board shows. `newest` and `newest_at` (ISO 8601) are id and time of the latest large call."""

    header: Header
    theme: str
    sound: bool
    repeat: int
    newest: int
    newest_at: str
    large: tuple[Large, ...]
    called: tuple[Row, ...]
    called_more: int
    next: tuple[Row, ...]
    next_more: int
    missed: tuple[str, ...]
    missed_more: int
    announcements: tuple[Announcement, ...]


def view(board: Board, options: Options) -> View:
    """The newest open call large, with those of the same moment; the others listed, whoever must wait first."""
    calls = [call for call in board.calls if call.open]
    large = [call for call in calls if calls[0].at - call.at < TOGETHER][:LARGE]
    listed = [Row(ticket, "", None, withdrawn=True) for ticket in board.withdrawn]
    listed += [Row(call.ticket, call.name, call.door) for call in board.calls if call not in large]
    coming = [Row(each.ticket, each.name, each.door) for each in board.next]
    return View(
        header=header(board),
        theme=options.theme,
        sound=options.sound,
        repeat=options.repeat,
        newest=large[0].id if large else 0,
        newest_at=large[0].at.isoformat() if large else "",
        large=tuple(_large(call) for call in large),
        called=tuple(listed[:ROWS]),
        called_more=max(0, len(listed) - ROWS),
        next=tuple(coming[:ROWS]),
        next_more=max(0, len(coming) - ROWS),
        missed=board.missed[::-1][:MISSED],
        missed_more=max(0, len(board.missed) - MISSED),
        announcements=announcements(board),
    )


def _large(call: Call) -> Large:
    return Large(call.ticket, call.name, call.door, call.times, f"{call.at:%H:%M}")
