"""What stands above and below every board."""

from dataclasses import dataclass
from datetime import date, timedelta

from clinic.board import Board
from clinic.setup import Name

MISSED = 3
"""So many missed calls stand in the footer, the latest first; how many more, it says."""


@dataclass(frozen=True, slots=True)
class Header:
    """`offset` are the clinic's minutes east of UTC: the page counts its clock up by itself, from the server's time."""

    clinic: Name
    area: Name | None
    date: date
    offset: int


def header(board: Board) -> Header:
    offset = board.at.utcoffset() or timedelta()
    return Header(board.clinic, board.area, board.at.date(), offset // timedelta(minutes=1))
