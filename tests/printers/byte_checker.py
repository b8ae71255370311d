"""Reads a print job as a printer would, and says what is wrong with it.

Shares no code with `printers/`, so that both cannot be wrong in the same way. `Tokens` also reads a stream that is not
complete yet, for the fake printer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

# How many bytes follow the two of the command itself.
PLAIN = {
    b"\x1b@": 0,
    b"\x1b!": 1,
    b"\x1b-": 1,
    b"\x1b2": 0,
    b"\x1b3": 1,
    b"\x1bE": 1,
    b"\x1bJ": 1,
    b"\x1ba": 1,
    b"\x1bd": 1,
    b"\x1bt": 1,
    b"\x1b$": 2,
    b"\x1bp": 3,
    b"\x1c&": 0,
    b"\x1c.": 0,
    b"\x1c!": 1,
    b"\x1cS": 2,
    b"\x1cW": 1,
    b"\x1d!": 1,
    b"\x1dI": 1,
    b"\x1da": 1,
    b"\x1dr": 1,
}
CELL = 12


@dataclass(frozen=True)
class Token:
    """A command with its parameters, a character, or something unknown. `kind` is the command's first bytes."""

    kind: bytes
    body: bytes = b""


class Tokens:
    """Cuts bytes into tokens; a token that is not all there yet is left in `rest`."""

    def __init__(self) -> None:
        self.rest = b""
        self.double_byte = False

    def feed(self, data: bytes) -> Iterator[Token]:
        self.rest += data
        while self.rest:
            length, token = self._first(self.rest)
            if token is None or length > len(self.rest):
                return
            self.rest = self.rest[length:]
            if token.kind == b"\x1c&":
                self.double_byte = True
            elif token.kind in (b"\x1c.", b"\x1b@"):
                self.double_byte = False
            yield token

    def _first(self, data: bytes) -> tuple[int, Token | None]:
        """The length of the first token and the token, None while its length cannot be told."""
        if data[0] not in (0x10, 0x1B, 0x1C, 0x1D):
            return self._character(data)
        if len(data) < 2:
            return 0, None
        kind = data[:2]
        if kind in PLAIN:
            end = 2 + PLAIN[kind]
            return end, Token(kind, data[2:end])
        return self._long(kind, data)

    def _long(self, kind: bytes, data: bytes) -> tuple[int, Token | None]:
        if kind == b"\x10\x04":
            return 3, Token(kind, data[2:3])
        if kind == b"\x1dV":
            end = 4 if len(data) > 2 and data[2] in (65, 66) else 3
            return end, Token(kind, data[2:end]) if len(data) > 2 else None
        if kind in (b"\x1d(", b"\x1c("):
            end = 5 + int.from_bytes(data[3:5], "little")
            return end, Token(data[:3], data[5:end]) if len(data) >= 5 else None
        if kind == b"\x1dv":
            end = 8 + int.from_bytes(data[4:6], "little") * int.from_bytes(data[6:8], "little")
            return end, Token(kind, data[2:end]) if len(data) >= 8 else None
        return 1, Token(b"?", data[:1])

    def _character(self, data: bytes) -> tuple[int, Token | None]:
        if data[0] < 0x20:
            return 1, Token(data[:1])
        length = 2 if self.double_byte and 0x81 <= data[0] <= 0xFE else 1
        return length, Token(b"", data[:length])


@dataclass
class Line:
    """A printed line: its text, the dots it reaches to, the sizes in it (width, height), alignment, boldness."""

    text: str
    reach: int
    sizes: set[tuple[int, int]]
    align: int
    bold: bool


@dataclass
class Picture:
    """A raster picture: `rows` of bits, True is ink."""

    rows: list[list[bool]] = field(repr=False)


@dataclass
class Report:
    """What came out on paper, in order, and what was wrong."""

    printed: list[Line | Picture] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    cuts: int = 0
    process_ids: list[bytes] = field(default_factory=list)
    fences: int = 0
    qr: list[str] = field(default_factory=list)
    modules: list[int] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        return [each for each in self.printed if isinstance(each, Line)]

    @property
    def pictures(self) -> list[Picture]:
        return [each for each in self.printed if isinstance(each, Picture)]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


def check(
    data: bytes, *, columns: int, dots: int, charset: str, expected: tuple[str, ...] = (), qr: str = ""
) -> Report:
    """Reads a whole job for a printer of this width and character set; `expected` texts and `qr` must be in it."""
    reader = _Reader(columns, dots, charset)
    tokens = Tokens()
    for token in tokens.feed(data):
        reader.take(token)
    report = reader.report
    if tokens.rest:
        reader.find("truncated-command")
    if reader.line:
        reader.find("text-without-line-feed")
    if not report.cuts and not reader.fed:
        reader.find("no-cut")
    report.findings += [f"expected-text-missing {text}" for text in expected if text not in report.text]
    if qr and qr not in report.qr:
        report.findings.append("expected-qr-missing")
    return report


class _Reader:
    def __init__(self, columns: int, dots: int, charset: str) -> None:
        self.width, self.dots, self.charset = columns * CELL, dots, charset
        self.report = Report()
        self.line: list[str] = []
        self.raw = bytearray()
        self.at = self.align = 0
        self.size, self.sizes, self.bold = (1, 1), set[tuple[int, int]](), False
        self.begun = self.double_byte = self.fed = False
        self.stored, self.module = b"", 0

    def find(self, finding: str) -> None:
        self.report.findings.append(finding)

    def take(self, token: Token) -> None:
        if not self.begun and token.kind != b"\x1b@":
            self.find("no-init")
        self.begun = True
        if token.kind == b"":
            self.character(token.body)
        elif token.kind in self.HANDLERS:
            self.HANDLERS[token.kind](self, token.body)
        else:
            self.find(f"unknown-command {token.kind.hex()} {token.body[:1].hex()}")

    def character(self, code: bytes) -> None:
        if self.report.cuts:
            self.find("text-after-cut")
        if not self.double_byte:
            self.find("kanji-mode-implicit")
        if len(code) == 1 and code >= b"\x7f":
            self.find("bad-multibyte")
            return
        self.line.append(self.decoded(code))
        self.raw += code
        self.at += CELL * len(code) * self.size[0]
        self.sizes.add(self.size)

    def decoded(self, code: bytes) -> str:
        if len(code) == 1:
            return code.decode("ascii")
        if 0x30 <= code[1] <= 0x39:
            self.find("gb18030-4byte")
            return "\ufffd"
        try:
            ch = code.decode("gb18030")
        except UnicodeDecodeError:
            self.find("bad-multibyte")
            return "\ufffd"
        if 0xE000 <= ord(ch) < 0xF900:
            self.find("private-use")
        if not _in(code, self.charset):
            self.find(f"outside-{self.charset} {ch}")
        return ch

    def end_line(self) -> None:
        if self.at > self.width:
            self.find(f"line-too-wide {self.at}")
        text = "".join(self.line)
        if _looks_like_utf8(bytes(self.raw)):
            self.find("looks-like-utf8")
        if text:
            self.report.printed.append(Line(text, self.at, set(self.sizes), self.align, self.bold))
        self.line.clear()
        self.raw.clear()
        self.at = 0
        self.sizes.clear()

    def line_feed(self, body: bytes) -> None:
        self.end_line()

    def init(self, body: bytes) -> None:
        if self.line:
            self.find("init-drops-text")
        self.align, self.size, self.bold, self.double_byte = 0, (1, 1), False, False

    def set_align(self, body: bytes) -> None:
        if self.line:
            self.find("align-mid-line")
        self.align = body[0]

    def set_size(self, body: bytes) -> None:
        self.size = (body[0] >> 4) + 1, (body[0] & 15) + 1
        if max(self.size) > 8:
            self.find("size-out-of-range")

    def set_bold(self, body: bytes) -> None:
        self.bold = bool(body[0] & 1)

    def old_size(self, body: bytes) -> None:
        self.find("esc-excl-han")

    def hanzi_on(self, body: bytes) -> None:
        self.double_byte = True

    def hanzi_off(self, body: bytes) -> None:
        self.double_byte = False

    def spacing(self, body: bytes) -> None:
        if body != b"\x00\x00":
            self.find("hanzi-spacing")

    def column(self, body: bytes) -> None:
        to = int.from_bytes(body, "little")
        if to < self.at:
            self.find("overprint")
        self.line.append("  ")
        self.at = to

    def feed(self, body: bytes) -> None:
        self.end_line()

    def feed_lines(self, body: bytes) -> None:
        self.end_line()
        self.fed = True

    def cut(self, body: bytes) -> None:
        if self.line:
            self.find("cut-mid-line")
        self.end_line()
        self.report.cuts += 1

    def fence(self, body: bytes) -> None:
        self.report.fences += 1

    def system(self, body: bytes) -> None:
        name = body[2:]
        if not body.startswith(b"00") or len(name) != 4 or not all(0x20 <= byte <= 0x7E for byte in name):
            self.find("bad-process-id")
        if not self.report.cuts:
            self.find("process-id-before-cut")
        self.report.process_ids.append(name)

    def symbol(self, body: bytes) -> None:
        match body[:2]:
            case b"1C":
                self.module = body[2]
            case b"1P":
                self.stored = body[3:]
            case b"1Q":
                if not self.stored:
                    self.find("qr-empty")
                self.report.qr.append(self.stored.decode("utf-8"))
                self.report.modules.append(self.module)

    def raster(self, body: bytes) -> None:
        across, down = int.from_bytes(body[2:4], "little"), int.from_bytes(body[4:6], "little")
        bits = body[6:]
        if across * 8 > -(-self.dots // 8) * 8:
            self.find("image-too-wide")
        if any(bits[at : at + 1] == b"\x10" and bits[at + 1] in (4, 5, 20) for at in range(len(bits) - 1)):
            self.find("realtime-in-image")
        rows = [bits[at * across : (at + 1) * across] for at in range(down)]
        self.report.printed.append(
            Picture([[bool(row[x // 8] >> (7 - x % 8) & 1) for x in range(across * 8)] for row in rows])
        )

    HANDLERS: ClassVar = {
        b"\n": line_feed,
        b"\x1b@": init,
        b"\x1b!": old_size,
        b"\x1b$": column,
        b"\x1bE": set_bold,
        b"\x1bJ": feed,
        b"\x1ba": set_align,
        b"\x1bd": feed_lines,
        b"\x1c&": hanzi_on,
        b"\x1c.": hanzi_off,
        b"\x1cS": spacing,
        b"\x1d!": set_size,
        b"\x1dV": cut,
        b"\x1dr": fence,
        b"\x1dv": raster,
        b"\x1d(H": system,
        b"\x1d(k": symbol,
    }


def _in(code: bytes, charset: str) -> bool:
    """Whether the font of a printer has the character: by rows for GB 2312, by the code page for GBK."""
    if charset == "gb18030":
        return True
    if charset == "gb2312" and not (0xA1 <= code[0] <= 0xF7 and code[1] >= 0xA1):
        return False
    try:
        code.decode(charset)
    except UnicodeDecodeError:
        return False
    return True


def _looks_like_utf8(raw: bytes) -> bool:
    """Whether a line reads as UTF-8 with several characters of three bytes; GBK hardly ever does."""
    try:
        return sum(ch >= "\u0800" for ch in raw.decode("utf-8")) >= 4
    except UnicodeDecodeError:
        return False
