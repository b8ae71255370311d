"""What every driver does, and what can come of a job."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

from printers.answers import SILENT, Blocked, Status

Reason = Blocked | Literal["unreachable", "closed", "stalled", "no_answer"]


class Result(StrEnum):
    """What came of a job. UNKNOWN is an ordinary outcome: bytes left, and nobody said what became of them."""

    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    UNKNOWN = "unknown"


class Grade(StrEnum):
    """How well a print is proved, best first."""

    A = "A"
    """The printer named the job after the cut, or the sheet is stored."""
    B = "B"
    """It answered a question that stood behind the cut."""
    C = "C"
    """It was ready before and after."""
    E = "E"
    """It took the bytes and said nothing: somebody has to look."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one job.

    NOT_PRINTED means that not one byte of it left: it may be sent again as it is. After UNKNOWN only a marked copy may
    follow. `reason` tells why it is not PRINTED, `sent` how many bytes left, `status` what the printer said last.
    """

    result: Result
    grade: Grade | None = None
    reason: Reason | None = None
    sent: int = 0
    status: Status = SILENT


class PrinterError(Exception):
    """A printer that cannot be used. `permanent`: trying again will not help, its address or set-up must change."""

    def __init__(self, message: str, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


Seen = Callable[[Status], None]


def ignore(status: Status) -> None:
    """For callers that do not follow a job's status."""


class Driver(Protocol):
    """One way to one printer. It keeps no connection between jobs; its caller runs one job at a time."""

    def send(self, data: bytes, job_id: bytes, deadline: float, seen: Seen = ignore) -> Outcome:
        """Print one sheet made by `escpos.render` with this `job_id`.

        Raises nothing for a printer in trouble. Blocks up to about `deadline` seconds, and longer only while the
        printer says that it waits for paper or a closed cover, since it then goes on by itself. `seen` hears every
        status it gives, changed or not: about once a second while it is waited for, so a caller can renew a lease.
        """
        ...

    def status(self) -> Status:
        """What the printer says now. Raises PrinterError where it cannot be reached."""
        ...
