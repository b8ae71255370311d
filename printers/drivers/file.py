"""A file or a device node that takes bytes: `file:///dev/usb/lp0`.

One-way: what the system has taken counts as printed, grade E.
"""

import os
import select
from pathlib import Path
from time import monotonic
from urllib.parse import SplitResult, unquote

from printers.answers import SILENT, Status
from printers.drivers.base import Grade, Outcome, PrinterError, Reason, Result, Seen, ignore

PIECE = 512


class FileDriver:
    """Implements `Driver`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, data: bytes, job_id: bytes, deadline: float, seen: Seen = ignore) -> Outcome:
        try:
            node = self._open()
        except OSError:
            return Outcome(Result.NOT_PRINTED, reason="unreachable")
        try:
            sent, trouble = _write(node, data, monotonic() + deadline)
        finally:
            os.close(node)
        if trouble:
            return Outcome(Result.UNKNOWN if sent else Result.NOT_PRINTED, reason=trouble, sent=sent)
        return Outcome(Result.PRINTED, Grade.E, sent=sent)

    def status(self) -> Status:
        try:
            os.close(self._open())
        except OSError as lost:
            raise PrinterError(
                "the printer's file cannot be opened: check the cable, the path and the rights",
                permanent=False,
            ) from lost
        return SILENT

    def _open(self) -> int:
        # A missing device must not become an ordinary file that swallows tickets.
        create = 0 if self._path.is_relative_to("/dev") else os.O_CREAT
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY | create, 0o600)


def open_file(address: SplitResult) -> FileDriver:
    """Raises PrinterError for an address that is not a local, absolute path."""
    path = Path(unquote(address.path))
    if address.netloc or not path.is_absolute():
        raise PrinterError("write the address as file:///dev/usb/lp0", permanent=True)
    return FileDriver(path)


def _write(node: int, data: bytes, end: float) -> tuple[int, Reason | None]:
    """How many bytes were taken, and what stopped it before all were."""
    sent = 0
    while sent < len(data):
        try:
            sent += os.write(node, data[sent : sent + PIECE])
        except BlockingIOError:
            if not select.select([], [node], [], max(0.0, end - monotonic()))[1]:
                return sent, "stalled"
        except OSError:
            return sent, "closed"
    return sent, None
