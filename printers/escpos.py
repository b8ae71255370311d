"""A document as ESC/POS bytes for one printer profile.

Promises: init first, cut last, then the process ID; sizes only by GS !; no line wider than the paper; never a `?` for a
character the printer lacks (its line is drawn), never a control byte or a real-time command out of somebody's name.
"""

from functools import partial
from pathlib import Path

from PIL import Image

from printers import commands
from printers.charset import code, spell
from printers.document import Align, Document, Gap, Qr, Rule
from printers.layout import Line, typeset
from printers.profiles import COLUMN, Profile
from printers.raster import QUIET, draw_line, draw_qr, qr_module, strips, substitute

_PRINTABLE = range(0x20, 0x7F)


def render(document: Document, profile: Profile, *, job_id: bytes, font: Path | None = None) -> bytes:
    """The bytes of one sheet.

    `job_id` is four printable ASCII bytes, new for each attempt (see `process_id`); the printer echoes them.
    `font` draws the lines that hold a character the printer lacks; without a font such a letter is printed as 〓.
    Raises ValueError for a bad `job_id`.
    """
    if len(job_id) != 4 or any(byte not in _PRINTABLE for byte in job_id):
        raise ValueError("a job id is four printable ASCII bytes")
    sheet = _Sheet(profile, font)
    for item in typeset(document, profile, partial(_spelled, profile=profile, font=font)):
        match item:
            case Line():
                sheet.line(item)
            case Qr(payload=payload):
                sheet.qr(payload)
            case Rule():
                sheet.rule()
            case Gap(dots=dots):
                sheet.out += commands.feed(dots)
    sheet.end(job_id)
    return bytes(sheet.out)


def process_id(number: int) -> bytes:
    """A job id out of a number that differs from one attempt to the next; repeats after 78 million."""
    digits = bytearray()
    for _ in range(4):
        number, digit = divmod(number, len(_PRINTABLE) - 1)
        digits.append(_PRINTABLE.start + 1 + digit)
    return bytes(reversed(digits))


class _Sheet:
    """The bytes so far, and the state they leave the printer in; a command is sent only where it changes something."""

    def __init__(self, profile: Profile, font: Path | None) -> None:
        self.profile, self.font = profile, font
        self.out = bytearray(commands.INIT + commands.HANZI_ON + commands.HANZI_SPACING_OFF)
        self._align: Align = "left"
        self._size, self._bold = 1, False

    def line(self, line: Line) -> None:
        text = line.left + line.right
        if self.font and any(code(ch, self.profile.charset) is None for ch in text):
            self._drawn(line, self.font)
            return
        self._style(line.align, line.size, line.bold)
        self.out += self._encoded(line.left)
        if line.right:
            right = self._encoded(line.right)
            # Fewer bytes than filling up with spaces, and exact where the columns do not fill the dots.
            self.out += commands.column((self.profile.columns - len(right) * line.size) * COLUMN) + right
        self.out += commands.LINE_FEED

    def rule(self) -> None:
        # Dashes of double width: half the bytes of a line that every ticket has four times.
        self._style("left")
        dashes = commands.size(2, 1) + b"-" * (self.profile.columns // 2) + commands.LINE_FEED
        self.out += dashes + commands.size(1, 1)

    def qr(self, payload: str) -> None:
        module = qr_module(payload, self.profile.dots)
        self._style("center" if self.profile.native_qr else "left")
        self.out += commands.feed(module * QUIET)
        if self.profile.native_qr:
            self.out += commands.qr(payload.encode("ascii"), module)
        else:
            self._picture(draw_qr(payload, module, self.profile.dots))
        # Some printers put the code into the line and need the line feed to print it. It is quiet zone as well.
        self.out += commands.LINE_FEED

    def end(self, job_id: bytes) -> None:
        self._style("left")
        self.out += commands.CUT[self.profile.cutter]
        if self.profile.acknowledgement == "process_id":
            self.out += commands.process_id(job_id)
        if self.profile.acknowledgement != "none":
            self.out += commands.FENCE

    def _style(self, align: Align, size: int = 1, bold: bool = False) -> None:
        if size != self._size:
            self.out += commands.size(size, size)
        if bold != self._bold:
            self.out += commands.BOLD[bold]
        if align != self._align:
            self.out += commands.ALIGN[align]
        self._align, self._size, self._bold = align, size, bold

    def _encoded(self, text: str) -> bytes:
        return b"".join(code(ch, self.profile.charset) or b"" for ch in text)

    def _drawn(self, line: Line, font: Path) -> None:
        self._style("left")
        self._picture(draw_line(line, self.profile.dots, font))

    def _picture(self, picture: Image.Image) -> None:
        for across, rows, data in strips(picture, self.profile.strip):
            self.out += commands.picture(across, rows, data)


def _spelled(text: str, profile: Profile, font: Path | None) -> str:
    spelled = spell(text, profile.charset)
    if font is not None:
        return spelled
    return "".join(ch if code(ch, profile.charset) is not None else substitute(ch) for ch in spelled)
