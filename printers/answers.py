"""What printers answer: status, fences and acknowledgements.

Pure: bytes in, answers told apart. Bits and formats as in Epson's ESC/POS reference (DLE EOT, GS a, GS r, GS ( H).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Blocked = Literal["paper", "cover", "fault", "offline"]

STATUS, OFFLINE_CAUSE, ERROR_CAUSE, PAPER = 1, 2, 3, 4
"""The four questions of DLE EOT."""

_BLOCK_HEADS = (0x37, 0x5F)
_LONGEST_BLOCK = 80


@dataclass(frozen=True, slots=True)
class Status:
    """What a printer says about itself. Where it does not answer, `known` is False and the rest means nothing."""

    known: bool
    online: bool = True
    paper: Literal["ok", "near_end", "out"] = "ok"
    cover_open: bool = False
    fault: Literal["", "cutter", "unrecoverable", "recoverable"] = ""

    @property
    def blocked(self) -> Blocked | None:
        """Why it cannot print now; None while it can, or does not say."""
        if self.paper == "out":
            return "paper"
        if self.cover_open:
            return "cover"
        if self.fault:
            return "fault"
        return None if self.online else "offline"


SILENT = Status(known=False)
"""The status of a printer that does not answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: `status` (one byte, DLE EOT), `fence` (one byte, GS r), `pushed` (four bytes, GS a) or `block`."""

    kind: Literal["status", "fence", "pushed", "block"]
    body: bytes


class Answers:
    """Takes bytes as they arrive and gives the answers in them; half an answer waits for its other half."""

    def __init__(self) -> None:
        self._waiting = b""

    def feed(self, data: bytes) -> Iterator[Answer]:
        self._waiting += data
        while self._waiting:
            taken, answer = _first(self._waiting)
            if not taken:
                return
            self._waiting = self._waiting[taken:]
            if answer:
                yield answer


def ask(question: int) -> bytes:
    """DLE EOT: the question that is answered at once, even by a printer without paper."""
    return bytes((0x10, 0x04, question))


def acknowledges(answer: Answer, job_id: bytes) -> bool:
    """Whether this is the echo of the process ID that stands behind the cut."""
    return answer == Answer("block", b"\x37\x22" + job_id + b"\x00")


def status_of(replies: Mapping[int, int]) -> Status:
    """The status in the replies to DLE EOT, by question; STATUS must be among them."""
    cause, error, paper = (replies.get(question, 0) for question in (OFFLINE_CAUSE, ERROR_CAUSE, PAPER))
    return Status(
        known=True,
        online=not replies[STATUS] & 0x08,
        paper="out" if paper & 0x60 or cause & 0x20 else "near_end" if paper & 0x0C else "ok",
        cover_open=bool(cause & 0x04),
        fault=_fault(error) or ("recoverable" if cause & 0x40 else ""),
    )


def pushed_status(body: bytes) -> Status:
    """The status in the four bytes that a printer pushes by itself when something changes."""
    return Status(
        known=True,
        online=not body[0] & 0x08,
        paper="out" if body[2] & 0x0C else "near_end" if body[2] & 0x03 else "ok",
        cover_open=bool(body[0] & 0x20),
        fault=_fault(body[1]),
    )


def _fault(bits: int) -> Literal["", "cutter", "unrecoverable", "recoverable"]:
    if bits & 0x08:
        return "cutter"
    if bits & 0x20:
        return "unrecoverable"
    return "recoverable" if bits & 0x40 else ""


def _first(data: bytes) -> tuple[int, Answer | None]:
    """How many bytes the first answer takes (0: not all here yet) and the answer, if they are one."""
    head = data[0]
    if head in _BLOCK_HEADS:
        return _block(data)
    if head & 0x93 == 0x12:
        return 1, Answer("status", data[:1])
    if head & 0x93 == 0x10:
        return _pushed(data)
    if head & 0x90 == 0:
        return 1, Answer("fence", data[:1])
    return 1, None


def _block(data: bytes) -> tuple[int, Answer | None]:
    end = data.find(0)
    if end < 0:
        return (0, None) if len(data) < _LONGEST_BLOCK else (1, None)
    return end + 1, Answer("block", data[: end + 1])


def _pushed(data: bytes) -> tuple[int, Answer | None]:
    rest = data[1:4]
    if any(byte & 0x90 for byte in rest):
        return 1, None
    return (4, Answer("pushed", data[:4])) if len(rest) == 3 else (0, None)
