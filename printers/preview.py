"""Printed bytes as a picture, no printer needed.

Reads what `escpos.render` makes and draws it dot for dot: cells of 12 x 24 and 24 x 24 dots, sizes by whole factors.
"""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

from printers.profiles import Profile
from printers.raster import CELL, LEADING, qr_matrix
from printers.reading import Command, commands_in

_ALIGNS = (0.0, 0.5, 1.0)
_BETWEEN = {b"\n": "\n", b"\x1b$": "  "}
_THRESHOLD = 128
_MARGIN = 24
"""Blank rows above the first and below the last line; a real printer leaves more, between its head and its cutter."""


def preview(data: bytes, profile: Profile, font: Path) -> bytes:
    """The sheet as a black and white PNG, `profile.dots` wide. Raises ValueError for bytes `render` never makes."""
    paper = _Paper(profile.dots, font)
    for command in commands_in(data):
        paper.obey(command)
    png = BytesIO()
    paper.picture().save(png, "PNG", optimize=True)
    return png.getvalue()


def text_of(data: bytes) -> str:
    """The text lines of a sheet, without QR codes and drawn lines. Raises ValueError for bytes `render` never makes."""
    return "".join(
        command.body.decode("gb18030") if not command.name else _BETWEEN.get(command.name, "")
        for command in commands_in(data)
    )


class _Paper:
    """The print head: what is on the line, how the next character will look, and the paper above it."""

    def __init__(self, dots: int, font: Path) -> None:
        self.dots, self.font = dots, font
        self.pieces: list[Image.Image] = []
        self._blank(_MARGIN)
        self.line: list[Image.Image] = []
        self.align, self.wide, self.high, self.bold = 0, 1, 1, False
        self.qr, self.module = b"", 3

    def obey(self, command: Command) -> None:
        body = command.body
        match command.name:
            case b"":
                self._type(body.decode("gb18030"))
            case b"\n":
                self._end_line(LEADING)
            case b"\x1bJ":
                self._end_line(body[0])
            case b"\x1bd":
                self._end_line(LEADING * body[0])
            case b"\x1dV":
                self._blank(_MARGIN)
            case b"\x1d(k":
                self._symbol(body)
            case b"\x1dv0":
                self._place(_dots(body))
            case _:
                self._style(command)

    def picture(self) -> Image.Image:
        """All paper so far, black on white."""
        self._end_line(0)
        paper = Image.new("1", (self.dots, max(1, sum(piece.height for piece in self.pieces))), 0)
        top = 0
        for piece in self.pieces:
            paper.paste(piece, (0, top))
            top += piece.height
        return ImageChops.invert(paper)

    def _style(self, command: Command) -> None:
        body = command.body
        match command.name:
            case b"\x1ba":
                self.align = body[0] % 3
            case b"\x1bE":
                self.bold = bool(body[0] & 1)
            case b"\x1d!":
                self.wide, self.high = (body[0] >> 4 & 7) + 1, (body[0] & 7) + 1
            case b"\x1b$":
                spare = int.from_bytes(body, "little") - sum(cell.width for cell in self.line)
                self.line.append(Image.new("1", (max(0, spare), 1), 0))

    def _type(self, text: str) -> None:
        for ch in text:
            cell = _cell(ch, self.bold, self.font)
            self.line.append(cell.resize((cell.width * self.wide, cell.height * self.high), Image.Resampling.NEAREST))

    def _end_line(self, feed: int) -> None:
        height = max((cell.height for cell in self.line), default=0)
        if self.line:
            row = Image.new("1", (sum(cell.width for cell in self.line), height), 0)
            left = 0
            for cell in self.line:
                row.paste(cell, (left, height - cell.height))
                left += cell.width
            self._place(row)
            self.line.clear()
        self._blank(feed - height)

    def _symbol(self, body: bytes) -> None:
        match body[1:2]:
            case b"\x43":
                self.module = body[2]
            case b"\x50":
                self.qr = body[3:]
            case b"\x51":
                matrix = qr_matrix(self.qr.decode("ascii"))
                small = Image.new("1", (len(matrix), len(matrix)), 0)
                small.putdata([255 if dark else 0 for row in matrix for dark in row])
                self._place(small.resize((small.width * self.module,) * 2, Image.Resampling.NEAREST))

    def _place(self, picture: Image.Image) -> None:
        piece = Image.new("1", (self.dots, picture.height), 0)
        piece.paste(picture, (round((self.dots - picture.width) * _ALIGNS[self.align]), 0))
        self.pieces.append(piece)

    def _blank(self, rows: int) -> None:
        if rows > 0:
            self.pieces.append(Image.new("1", (self.dots, rows), 0))


def _dots(body: bytes) -> Image.Image:
    across, rows = int.from_bytes(body[:2], "little"), int.from_bytes(body[2:4], "little")
    return Image.frombytes("1", (across * 8, rows), body[4:])


@lru_cache(maxsize=4096)
def _cell(ch: str, bold: bool, font: Path) -> Image.Image:
    """A character as the printer's own font would show it: narrow for one byte, square for two."""
    narrow = ch.isascii()
    face = _face(font)
    drawn = Image.new("L", (max(CELL, round(face.getlength(ch))), CELL), 0)
    spare = 0 if narrow else (CELL - round(face.getlength(ch))) // 2
    pen = ImageDraw.Draw(drawn)
    for shift in (0, 1) if bold else (0,):
        pen.text((spare + shift, 20 if narrow else 21), ch, fill=255, font=face, anchor="ls")
    if narrow:
        drawn = _squeezed(drawn, max(1, round(face.getlength(ch)) + bold))
    return drawn.point(lambda level: 255 if level >= _THRESHOLD else 0).convert("1")


def _squeezed(drawn: Image.Image, width: int) -> Image.Image:
    half = CELL // 2
    glyph = drawn.crop((0, 0, width, CELL))
    if width > half:
        return glyph.resize((half, CELL), Image.Resampling.LANCZOS)
    cell = Image.new("L", (half, CELL), 0)
    cell.paste(glyph, ((half - width) // 2, 0))
    return cell


@lru_cache(maxsize=8)
def _face(font: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, CELL, layout_engine=ImageFont.Layout.BASIC)
