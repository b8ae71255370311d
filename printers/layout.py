"""A document set for one width of paper: lines that fit, gaps, QR codes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from printers.charset import columns
from printers.document import Align, Block, Both, Document, Ends, Gap, Mark, Number, Qr, Rule, Text
from printers.profiles import Charset, Profile

LARGEST = 8
"""The largest factor the size command knows."""

BELOW_LARGE = 8
"""Blank dots below a line of size 2 and more."""

_CLOSING = frozenset("，。、；：？！）》〉」』】〕…·’”,.;:?!)]}%℃")
_OPENING = frozenset("（《〈「『【〔‘“([{")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line, not wider than the paper at its size. With a `right`, the two stand at the ends of the line."""

    left: str
    right: str = ""
    align: Align = "left"
    size: int = 1
    bold: bool = False


Set = Line | Rule | Gap | Qr


def typeset(document: Document, profile: Profile, spell: Callable[[str], str]) -> Iterator[Set]:
    """The document from top to bottom for this printer. `spell` makes each text printable before it is measured."""
    setter = _Setter(profile, spell)
    for block in document.blocks:
        yield from setter.set(block)


def wrap(text: str, width: int, charset: Charset) -> list[str]:
    """The text in lines of at most `width` columns; nothing but white space at the breaks is lost.

    Breaks between words and between hanzi. If it can be helped, no line starts with a closing mark or ends with an
    opening one.
    """
    lines = [""]
    for piece in _pieces(text.strip(" "), charset):
        if columns(lines[-1] + piece.rstrip(), charset) <= width:
            lines[-1] += piece
        elif columns(piece.rstrip(), charset) <= width:
            lines.append(piece.lstrip(" "))
        else:
            _pour(piece, lines, width, charset)
    return [line.rstrip(" ") for line in lines if line.strip(" ")]


@dataclass(frozen=True, slots=True)
class _Setter:
    profile: Profile
    spell: Callable[[str], str]

    def set(self, block: Block) -> Iterator[Set]:
        match block:
            case Text():
                yield from self._paragraph(self._shortest(block), block.align, block.size, block.bold)
            case Number(text=text):
                room = (self.profile.columns - 2) // max(self._columns(self.spell(text)), 1)
                yield from self._paragraph(text, "center", max(1, min(LARGEST, room)), bold=True)
            case Both():
                yield from self._across(block) if self.profile.paper == 80 else self._below(block)
            case Ends(left=left, right=right):
                yield from self._ends(left, right)
            case Mark(text=text, note=note):
                yield from self._paragraph(text, "center", size=2, bold=True)
                yield from self._paragraph(note, "center")
                yield Rule()
            case Gap() | Qr() | Rule():
                yield block

    def _paragraph(self, text: str, align: Align, size: int = 1, bold: bool = False) -> Iterator[Set]:
        for line in self._wrapped(text, size):
            yield from _led(Line(line, align=align, size=size, bold=bold))

    def _shortest(self, block: Text) -> str:
        long = len(self._wrapped(block.text, block.size)) > 1
        return block.short if long and len(self._wrapped(block.short, block.size)) == 1 else block.text

    def _across(self, block: Both) -> Iterator[Set]:
        rows = list(zip_longest(block.zh, block.en, fillvalue=""))
        if block.size > 1 and not all(self._fit(zh, en, block.size) for zh, en in rows):
            yield from self._below(block)
            return
        for zh, en in rows:
            yield from self._ends(zh, en, block.size)

    def _below(self, block: Both) -> Iterator[Set]:
        for phrases, comma, size in ((block.zh, "，", block.size), (block.en, ", ", 1)):
            joined = comma.join(phrases)
            one_line = len(self._wrapped(joined, size)) == 1
            for text in (joined,) if one_line else phrases:
                yield from self._paragraph(text, "center", size, bold=size > 1)

    def _ends(self, left: str, right: str, size: int = 1) -> Iterator[Set]:
        if self._fit(left, right, size):
            ends = self.spell(left).strip(" "), self.spell(right).strip(" ")
            yield from _led(Line(*ends, size=size, bold=size > 1))
            return
        yield from self._paragraph(left, "left", size, bold=size > 1)
        yield from self._paragraph(right, "right", size, bold=size > 1)

    def _fit(self, left: str, right: str, size: int) -> bool:
        """Whether two texts stand on one line with a space between; not if one of them is empty."""
        ends = self.spell(left).strip(" "), self.spell(right).strip(" ")
        return all(ends) and sum(map(self._columns, ends)) + 1 <= self.profile.columns // size

    def _wrapped(self, text: str, size: int) -> list[str]:
        return wrap(self.spell(text), self.profile.columns // size, self.profile.charset)

    def _columns(self, text: str) -> int:
        return columns(text, self.profile.charset)


def _led(line: Line) -> Iterator[Set]:
    """The line, and below large characters the blank rows that the printer's line spacing gives small ones only."""
    yield line
    if line.size > 1:
        yield Gap(BELOW_LARGE)


def _pieces(text: str, charset: Charset) -> list[str]:
    """The text in pieces that stay together: words with the spaces after them, single hanzi with their marks."""
    pieces: list[str] = []
    for ch in text:
        if pieces and _belongs(ch, pieces[-1], charset):
            pieces[-1] += ch
        else:
            pieces.append(ch)
    return pieces


def _belongs(ch: str, piece: str, charset: Charset) -> bool:
    last = piece[-1]
    if ch == " " or ch in _CLOSING or last in _OPENING:
        return True
    width = columns(ch, charset)
    return width == 0 or (width == 1 and last != " " and columns(last, charset) == 1)


def _pour(piece: str, lines: list[str], width: int, charset: Charset) -> None:
    """Fills lines with a piece longer than any line, character by character."""
    for ch in piece:
        if columns(lines[-1] + ch, charset) <= width:
            lines[-1] += ch
        elif ch != " ":
            lines.append(ch)
