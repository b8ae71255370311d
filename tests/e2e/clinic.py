"""A clinic set up as its owner does it: data folder, commands, server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import select

from printers.drivers.memory import SheetStore
from printers.preview import text_of
from server.appointment_codes import sign
from server.commands.setting_up import found_clinic
from server.storage import tables as t
from tests.e2e.waiting import until
from tests.infrastructure import ROOT
from tests.server.running import Running

NEXTCHAIR = Path(sys.executable).with_name("nextchair")
PASSWORD = "correct horse battery staple"
MORNING = 10


@dataclass(frozen=True)
class Staff:
    login: str
    zh: str
    en: str
    role: str
    room: str = ""


RECEPTION = Staff("zhou", "周敏", "Zhou Min", "reception")
DENTIST = Staff("li", "李文", "Li Wen", "dentist", "3")
IMAGING = Staff("wu", "吴倩", "Wu Qian", "imaging", "影像")


class Clinic:
    """The server of one clinic, from its empty data folder on."""

    def __init__(self, folder: Path) -> None:
        self.zone = zone_of_morning(datetime.now(UTC))
        self.server = Running(folder)

    def __enter__(self) -> "Clinic":
        plan = yaml.safe_load((Path(__file__).parent / "clinic.yaml").read_text(encoding="utf-8"))
        plan["site"]["time_zone"] = self.zone.key
        with self.server.database() as database:
            found_clinic(database, plan)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.__exit__(kind, error, trace)

    @property
    def now(self) -> datetime:
        return datetime.now(self.zone)

    @property
    def today(self) -> date:
        return self.now.date()

    def nextchair(self, *arguments: str, code: int = 0) -> str:
        """Run the command; what it says. It has to end with this exit code."""
        return _told(self._command(*arguments), code=code)

    @contextmanager
    def hiring(self, *people: Staff) -> Iterator[None]:
        """Everybody gets an account, by commands that run beside the block; at its end all may sign in."""
        commands = []
        for each in people:
            room = ["--room", each.room] if each.room else []
            who = ["--name", each.zh, "--name-en", each.en, "--role", each.role, *room]
            commands.append(self._command("user", "add", each.login, *who))
        yield
        for command in commands:
            _told(command, typed=f"{PASSWORD}\n")

    def _command(self, *arguments: str) -> subprocess.Popen[str]:
        environment = {f"NEXTCHAIR_{name.upper()}": str(value) for name, value in self.server.settings}
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [NEXTCHAIR, *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def code_of(self, starts: datetime) -> str:
        """What the appointment at this time has in its QR code."""
        with self.server.database() as database, database.read() as connection:
            appointment = connection.execute(select(t.appointment).where(t.appointment.c.starts == starts)).one()
            return sign(database.vault, appointment.id, appointment.ends + timedelta(hours=12))

    def newest_sheet(self, ticket: str) -> tuple[str, bytes]:
        """The id and the bytes of the virtual printer's newest sheet, once it is the one of this ticket."""
        store = SheetStore(self.server.settings.data / "sheets" / "1")

        def newest() -> tuple[str, bytes]:
            sheet = next(iter(store.sheets()), None)
            return (sheet.id, store.read(sheet.id)) if sheet else ("", b"")

        return until(newest, lambda sheet: ticket in text_of(sheet[1]))


def _told(command: subprocess.Popen[str], typed: str = "", code: int = 0) -> str:
    said, _ = command.communicate(typed)
    assert command.returncode == code, said
    return said


def zone_of_morning(now: datetime) -> ZoneInfo:
    """A time zone where it is between ten and eleven: no story runs into the end of a service day."""
    west = (now.hour - MORNING) % 24
    # The names of these zones count westwards; the two halves of the day share the date line.
    return ZoneInfo(f"Etc/GMT{west:+d}" if west <= 12 else f"Etc/GMT{west - 24:+d}")
