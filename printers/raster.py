"""Lines and QR codes drawn as dots, where a printer has no own way."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw, ImageFont
from qrcode.constants import ERROR_CORRECT_M

from printers.layout import Line

CELL = 24
"""The height and width of a hanzi in dots."""

LEADING = 30
"""Rows of a text line at size 1; a drawn line has as many, which leaves room for accents above and tails below."""

MISSING = "〓"
"""The printer's geta: stands for a letter that no font has. Never a box and never a question mark."""

QUIET = 4
"""Blank modules a QR code needs on each side (ISO/IEC 18004)."""

_BASELINE = 24
_THRESHOLD = 145
_SMALLEST = 8
# Bytes that some printers take for a real-time command even inside picture data.
_REAL_TIME = re.compile(rb"\x10(?=[\x04\x05\x14])")


def draw_line(line: Line, dots: int, font: Path) -> Image.Image:
    """The line as a one-bit picture (ink is 1), `dots` wide; smaller where its letters would not fit."""
    left, right = _with_glyphs(line.left, font), _with_glyphs(line.right, font)
    face = _fitting(left, right, line.size * CELL, dots, font)
    canvas = Image.new("L", (dots, LEADING * line.size), 0)
    spare = dots - round(face.getlength(left))
    _write(canvas, {"left": 0, "center": spare // 2, "right": spare}[line.align], left, face, line)
    if right:
        _write(canvas, dots - round(face.getlength(right)), right, face, line)
    return canvas.point(lambda level: 255 if level >= _THRESHOLD else 0).convert("1")


def draw_qr(payload: str, module: int, dots: int) -> Image.Image:
    """The QR code as a one-bit picture (ink is 1) in the middle of `dots`, `module` dots for each module."""
    matrix = qr_matrix(payload)
    small = Image.new("1", (len(matrix), len(matrix)), 0)
    small.putdata([255 if dark else 0 for row in matrix for dark in row])
    side = len(matrix) * module
    canvas = Image.new("1", (dots, side), 0)
    canvas.paste(small.resize((side, side), Image.Resampling.NEAREST), ((dots - side) // 2, 0))
    return canvas


def qr_matrix(payload: str) -> list[list[bool]]:
    """The modules of the code at error correction M, True is dark."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(payload, optimize=0)
    code.make(fit=True)
    return [[bool(dark) for dark in row] for row in code.get_matrix()]


def qr_module(payload: str, dots: int) -> int:
    """Dots per module: a code of about 26 to 29 mm, at least 4 dots a module unless the paper is too narrow."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(payload, optimize=0)
    modules = 17 + 4 * code.best_fit()
    wanted = max(4, min(8, min(232, dots * 11 // 20) // modules))
    return max(1, min(wanted, dots // (modules + 2 * QUIET)))


def has_glyph(ch: str, font: Path) -> bool:
    """Whether the font can draw a character."""
    return ch.isspace() or _glyph(ch, font) != _glyph("\U0010ffff", font)


def strips(picture: Image.Image, tallest: int) -> Iterator[tuple[int, int, bytes]]:
    """The picture cut into strips: bytes in a row, rows, and the bytes. Blank columns on the right are left out."""
    box = picture.getbbox()
    if box is None:
        return
    across = -(-box[2] // 8)
    for top in range(0, picture.height, tallest):
        rows = min(tallest, picture.height - top)
        data = picture.crop((0, top, across * 8, top + rows)).tobytes()
        yield across, rows, _REAL_TIME.sub(b"\x18", data)


def _with_glyphs(text: str, font: Path) -> str:
    return "".join(ch if has_glyph(ch, font) else substitute(ch) for ch in text)


def substitute(ch: str) -> str:
    """What stands for a character that nobody can print: the geta for a letter, nothing for a mark or an emoji."""
    unnamed_hanzi = unicodedata.category(ch) == "Cn" and 0x20000 <= ord(ch) < 0x40000
    return MISSING if unicodedata.category(ch)[0] in "LN" or unnamed_hanzi else ""


def _fitting(left: str, right: str, size: int, dots: int, font: Path) -> ImageFont.FreeTypeFont:
    face = _face(font, size)
    while size > _SMALLEST and face.getlength(left) + face.getlength(right) + (size // 2 if right else 0) > dots:
        size -= 1
        face = _face(font, size)
    return face


def _write(canvas: Image.Image, x: int, text: str, face: ImageFont.FreeTypeFont, line: Line) -> None:
    pen = ImageDraw.Draw(canvas)
    for shift in range(line.size + 1 if line.bold else 1):
        pen.text((x + shift, _BASELINE * line.size), text, fill=255, font=face, anchor="ls")


@lru_cache(maxsize=64)
def _face(font: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=8192)
def _glyph(ch: str, font: Path) -> tuple[tuple[int, int], bytes]:
    mask = _face(font, CELL).getmask(ch, "1")
    return mask.size, bytes(mask)
