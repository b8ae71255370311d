"""What each kind of printer can do: paper, dots, character set, answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Charset = Literal["gb2312", "gbk", "gb18030"]
Cutter = Literal["partial", "full", "none"]
Acknowledgement = Literal["process_id", "fence", "none"]

COLUMN = 12
"""Dots in one column: font A is 12 x 24, a hanzi 24 x 24 and two columns."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of printer.

    `paper` is the roll in millimetres, `dots` the printable width (never to be inferred from the roll), `columns` the
    narrow characters in a line. `charset` is what its font holds; the rest is drawn. `acknowledgement` is how it says
    that a sheet is out: `process_id` (GS ( H), `fence` (GS r, answered in its turn) or `none`. `strip` is the tallest
    picture, in rows, that it takes at once.
    """

    name: str
    paper: Literal[58, 80]
    dots: int
    columns: int
    charset: Charset = "gbk"
    native_qr: bool = True
    cutter: Cutter = "partial"
    acknowledgement: Acknowledgement = "process_id"
    strip: int = 128


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("generic-58", paper=58, dots=384, columns=32),
        Profile("generic-80", paper=80, dots=576, columns=48),
        Profile("epson-80-180dpi", paper=80, dots=512, columns=42, charset="gb18030"),
        Profile(
            "basic-58",
            paper=58,
            dots=384,
            columns=32,
            charset="gb2312",
            native_qr=False,
            cutter="none",
            acknowledgement="none",
        ),
        Profile("basic-80", paper=80, dots=576, columns=48, charset="gb2312", native_qr=False, acknowledgement="fence"),
    )
}
"""By name. `generic-*` suits most printers sold in China, `basic-*` the cheapest; the test card shows which fits."""
