"""Reads the ESC/POS bytes we send back into commands, for the preview."""

from collections.abc import Iterator
from dataclasses import dataclass

_FIXED = {
    b"\x1b@": 0,
    b"\x1c&": 0,
    b"\x1cS": 2,
    b"\x1ba": 1,
    b"\x1b$": 2,
    b"\x1bE": 1,
    b"\x1bJ": 1,
    b"\x1bd": 1,
    b"\x1d!": 1,
    b"\x1dr": 1,
    b"\x1dV": 2,
}
"""Commands of two bytes and how many more belong to each."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its first bytes (`1b 40`, `1d 28 6b` …) and what belongs to it. A run of text has no name."""

    name: bytes
    body: bytes


def commands_in(data: bytes) -> Iterator[Command]:
    """The commands in order. Raises ValueError for bytes that `render` never makes."""
    at = 0
    while at < len(data):
        command, at = _next(data, at)
        yield command


def _next(data: bytes, at: int) -> tuple[Command, int]:
    lead = data[at]
    if lead == 0x0A:
        return Command(b"\n", b""), at + 1
    if lead >= 0x20:
        return _text(data, at)
    name = data[at : at + 2]
    if name in _FIXED:
        return _cut(data, at, 2, _FIXED[name])
    if name == b"\x1d(":
        return _cut(data, at, 5, int.from_bytes(data[at + 3 : at + 5], "little"))
    if data[at : at + 4] == b"\x1dv0\x00":
        across, rows = (int.from_bytes(data[at + skip : at + skip + 2], "little") for skip in (4, 6))
        return _cut(data, at, 4, 4 + across * rows)
    raise ValueError(f"byte {at} starts no command of ours")


def _text(data: bytes, at: int) -> tuple[Command, int]:
    end = at
    while end < len(data) and data[end] >= 0x20:
        end += 2 if data[end] > 0x80 else 1
    if end > len(data):
        raise ValueError("the text ends in half a character")
    return Command(b"", data[at:end]), end


def _cut(data: bytes, at: int, head: int, length: int) -> tuple[Command, int]:
    end = at + head + length
    if end > len(data):
        raise ValueError(f"the command at byte {at} is cut short")
    return Command(data[at : at + min(head, 3)], data[at + head : end]), end
