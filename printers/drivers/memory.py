"""The virtual printer: keeps its last sheets in a folder.

Its address names the folder: `memory:///var/lib/nextchair/sheets`.
"""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import SplitResult, unquote

from printers.answers import Status
from printers.drivers.base import Grade, Outcome, PrinterError, Result, Seen, ignore

KEPT = 100

_NAME = re.compile(r"(\d{8}T\d{12})-[0-9a-f]{8}\.escpos")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One printed sheet; `id` is for `SheetStore.read`, `at` is in UTC."""

    id: str
    at: datetime


class SheetStore:
    """The last 100 sheets, a file each, for the owner's eyes only; several processes may share the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, data: bytes, job_id: bytes, at: datetime) -> Sheet:
        """Stores a sheet whole or not at all, and lets the oldest go. Raises OSError where that cannot be done."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sheet = Sheet(f"{at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{job_id.hex()}", at.astimezone(UTC))
        self._write(data, self._folder / f"{sheet.id}.escpos")
        for old in self._names()[KEPT:]:
            (self._folder / old).unlink(missing_ok=True)
        return sheet

    def sheets(self) -> list[Sheet]:
        """The sheets, newest first."""
        return [Sheet(Path(name).stem, _time_in(name)) for name in self._names()]

    def read(self, sheet_id: str) -> bytes:
        """The bytes of a sheet. Raises KeyError where there is none of this id (any more)."""
        name = f"{sheet_id}.escpos"
        if not _NAME.fullmatch(name):
            raise KeyError(sheet_id)
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError as gone:
            raise KeyError(sheet_id) from gone

    def _names(self) -> list[str]:
        found = self._folder.iterdir() if self._folder.is_dir() else ()
        return sorted((each.name for each in found if _NAME.fullmatch(each.name)), reverse=True)

    def _write(self, data: bytes, target: Path) -> None:
        half = target.with_suffix(".half")
        try:
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            half.replace(target)
        except OSError:
            half.unlink(missing_ok=True)
            raise


class MemoryDriver:
    """Implements `Driver`."""

    def __init__(self, store: SheetStore) -> None:
        self._store = store

    def send(self, data: bytes, job_id: bytes, deadline: float, seen: Seen = ignore) -> Outcome:
        try:
            self._store.add(data, job_id, datetime.now(UTC))
        except OSError:
            return Outcome(Result.NOT_PRINTED, reason="unreachable")
        return Outcome(Result.PRINTED, Grade.A, sent=len(data), status=self.status())

    def status(self) -> Status:
        return Status(known=True)


def _time_in(name: str) -> datetime:
    return datetime.strptime(f"{name[:21]}+0000", "%Y%m%dT%H%M%S%f%z")


def open_memory(address: SplitResult) -> MemoryDriver:
    """Raises PrinterError for an address that is not a local, absolute folder."""
    folder = Path(unquote(address.path))
    if address.netloc or not folder.is_absolute():
        raise PrinterError("write the address as memory:///var/lib/nextchair/sheets", permanent=True)
    return MemoryDriver(SheetStore(folder))
