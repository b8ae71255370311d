"""The progress board: every room and chair, and how long it takes there."""

from dataclasses import dataclass
from typing import Literal

from clinic.board import Board, Door, RoomLine
from clinic.setup import Name
from clinic.waits import Wait
from display.header import MISSED, Header, header
from display.speech import Announcement, announcements

ROOMS = 8
"""Rows of a screen (domain: section 9.3); how many more rooms there are, the heading says."""

SPOTS = 6


@dataclass(frozen=True, slots=True)
class Options:
    """The voice is off here by default: the calls board of the same area speaks."""

    theme: Literal["day", "night"] = "day"
    sound: bool = False
    repeat: int = 2


@dataclass(frozen=True, slots=True)
class Spot:
    """Somebody called to a room (`chair` is ''), or a chair. State: called, at_room, seated, waiting_in_chair, free."""

    chair: str
    state: str
    ticket: str


@dataclass(frozen=True, slots=True)
class Room:
    """A row of the board. `call` is the id of the call that is open now, else 0; `call_at` its time in ISO 8601."""

    door: Door
    dentist: Name | None
    spots: tuple[Spot, ...]
    spots_more: int
    next: str
    waiting: int
    wait: Wait | None
    call: int
    call_at: str


@dataclass(frozen=True, slots=True)
class View:
    """All that a progress board shows."""

    header: Header
    theme: str
    sound: bool
    repeat: int
    rooms: tuple[Room, ...]
    rooms_more: int
    missed: tuple[str, ...]
    missed_more: int
    announcements: tuple[Announcement, ...]


def view(board: Board, options: Options) -> View:
    """The rooms in the clinic's own order."""
    return View(
        header=header(board),
        theme=options.theme,
        sound=options.sound,
        repeat=options.repeat,
        rooms=tuple(_room(board, line) for line in board.rooms[:ROOMS]),
        rooms_more=max(0, len(board.rooms) - ROOMS),
        missed=board.missed[::-1][:MISSED],
        missed_more=max(0, len(board.missed) - MISSED),
        announcements=announcements(board),
    )


def _room(board: Board, line: RoomLine) -> Room:
    call = next((call for call in board.calls if call.open and call.ticket == line.called), None)
    spots = _spots(line, calling=call is not None)
    return Room(
        door=line.door,
        dentist=line.dentist,
        spots=tuple(spots[:SPOTS]),
        spots_more=max(0, len(spots) - SPOTS),
        next=next((each.ticket for each in board.next if each.door == line.door), ""),
        waiting=line.waiting,
        wait=line.wait,
        call=call.id if call else 0,
        call_at=call.at.isoformat() if call else "",
    )


def _spots(line: RoomLine, *, calling: bool) -> list[Spot]:
    """Whoever is called comes first; the only chair of a room is not called free while somebody is on the way to it."""
    chairs = [Spot(chair.code if len(line.chairs) > 1 else "", chair.state, chair.ticket) for chair in line.chairs]
    if not line.called:
        return chairs
    if len(chairs) == 1 and chairs[0].state == "free":
        chairs = []
    return [Spot("", "called" if calling else "at_room", line.called), *chairs]
