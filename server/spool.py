"""The only module that speaks to printers: one worker per printer."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection, Row, insert, select, update

from printers.answers import Status
from printers.document import from_json
from printers.drivers import open_driver
from printers.drivers.base import Driver, Outcome, PrinterError, Result
from printers.escpos import process_id, render
from printers.papers.reprint import reprint
from printers.profiles import PROFILES
from server.commands.cards import close_cards, open_card
from server.commands.command import Ask, Command, run
from server.storage import tables as t
from server.storage.database import Busy, Database
from server.storage.leases import Lease

VIRTUAL = "memory:"
"""The address of the virtual printer; its sheets lie in the data folder."""

LEASE = timedelta(seconds=30)
DEADLINE = 10.0
IDLE = 1.0
BACK_OFF = (1, 2, 5, 10, 30)
"""Seconds before the next try while not one byte of a job has left."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the virtual printer keeps its sheets, and the font that draws what a printer lacks."""

    sheets: Path
    font: Path


class Spool:
    """Starts a worker for each printer, also for those set up later; wakes them when something is committed."""

    def __init__(self, database: Database, paths: Paths) -> None:
        self._database = database
        self._paths = paths
        self._workers: dict[int, Worker] = {}
        self._stopped = threading.Event()
        database.bus.listen(lambda site_id, rev: self.wake())

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._staff()
            except Busy:
                log.warning("spool_waits_for_database")
            self._stopped.wait(5)

    def stop(self) -> None:
        self._stopped.set()
        for worker in self._workers.values():
            worker.stop()

    def wake(self) -> None:
        for worker in list(self._workers.values()):
            worker.wake()

    def _staff(self) -> None:
        with self._database.read() as connection:
            printers = [row.id for row in connection.execute(select(t.printer.c.id))]
        for printer_id in printers:
            if printer_id not in self._workers:
                worker = self._workers[printer_id] = Worker(self._database, self._paths, printer_id)
                threading.Thread(target=worker.run, name=f"printer-{printer_id}", daemon=True).start()


class Worker:
    """Prints one printer's jobs in order, one at a time, while it holds the printer's lease."""

    def __init__(self, database: Database, paths: Paths, printer_id: int) -> None:
        self._database = database
        self._paths = paths
        self._printer_id = printer_id
        self._lease = Lease(database, f"printer:{printer_id}", LEASE)
        self._woken = threading.Event()
        self._stopped = False
        self._owner = False
        self._blocked: str | None = None

    def run(self) -> None:
        while not self._stopped:
            try:
                if self.work():
                    continue
            except Busy:
                log.warning("printer_waits_for_database", printer=self._printer_id)
            self._woken.wait(IDLE)
            self._woken.clear()

    def stop(self) -> None:
        self._stopped = True
        self.wake()

    def wake(self) -> None:
        self._woken.set()

    def work(self) -> bool:
        """Do one job if there is one due; False when there is nothing to do now."""
        if not self._lease.held():
            self._owner = False
            return False
        with self._database.read() as connection:
            printer = connection.execute(select(t.printer).where(t.printer.c.id == self._printer_id)).one()
            left = [] if self._owner else self._jobs(connection, "sending")
            job = next(iter(self._jobs(connection, "waiting")), None)
            zone = connection.execute(select(t.site.c.time_zone).where(t.site.c.id == printer.site_id)).scalar_one()
        for each in left:
            self._settle(printer, each, Outcome(Result.UNKNOWN, reason="no_answer"))
        self._owner = True
        if left:
            return True
        if job is None or job.next_at > self._database.now():
            return False
        if job.expires_at < self._database.now():
            self._end(printer, job, "not_printed", why="expired")
            return True
        self._print(printer, job, ZoneInfo(zone))
        return True

    def _watch(self, printer: Row[Any], status: Status) -> None:
        """A printer without paper may block for minutes: it stays ours meanwhile, and people hear of it once."""
        self._lease.held()
        if status.blocked != self._blocked:
            self._blocked = status.blocked
            if status.blocked:
                self._tell_trouble(printer, status.blocked)

    def _jobs(self, connection: Connection, state: str) -> list[Row[Any]]:
        mine = (t.print_job.c.printer_id == self._printer_id) & (t.print_job.c.state == state)
        return list(connection.execute(select(t.print_job).where(mine).order_by(t.print_job.c.id).limit(20)))

    def _print(self, printer: Row[Any], job: Row[Any], zone: ZoneInfo) -> None:
        """Commit the bytes, then let them go: after a crash it is known that some may have left."""
        number = process_id(job.id * 64 + job.attempts)
        data = self._rendered(printer, job, number, self._database.now().astimezone(zone))
        with self._database.write() as connection:
            sealed = self._database.vault.seal_bytes(data)
            mine = update(t.print_job).where(t.print_job.c.id == job.id, t.print_job.c.state == "waiting")
            if not connection.execute(
                mine.values(state="sending", rendered=sealed, attempts=job.attempts + 1)
            ).rowcount:
                return
        try:
            outcome = self._driver(printer).send(data, number, DEADLINE, partial(self._watch, printer))
        except PrinterError as error:
            log.warning("printer_unusable", printer=printer.id, permanent=error.permanent)
            outcome = Outcome(Result.NOT_PRINTED, reason="unreachable")
        self._settle(printer, job, outcome)

    def _rendered(self, printer: Row[Any], job: Row[Any], number: bytes, now: datetime) -> bytes:
        document = from_json(cast(dict[str, Any], self._database.vault.unseal(job.document)))
        if job.reprint:
            document = reprint(document, 1, now)
        return render(document, PROFILES[printer.profile], job_id=number, font=self._paths.font)

    def _driver(self, printer: Row[Any]) -> Driver:
        virtual = f"memory://{quote(str(self._paths.sheets.absolute()))}"
        return open_driver(virtual if printer.address == VIRTUAL else printer.address)

    def _settle(self, printer: Row[Any], job: Row[Any], outcome: Outcome) -> None:
        if outcome.result is Result.PRINTED:
            self._end(printer, job, "printed", grade=outcome.grade)
        elif outcome.result is Result.UNKNOWN:
            # One marked copy follows by itself; whatever comes of that one, a person decides.
            self._end(printer, job, "unknown", why=outcome.reason, copy=not job.reprint)
        else:
            self._try_later(printer, job, outcome.reason or "unreachable")

    def _try_later(self, printer: Row[Any], job: Row[Any], why: str) -> None:
        """Nothing left the server, so the same job may go again; people hear of it once."""
        later = self._database.now() + timedelta(seconds=BACK_OFF[min(job.attempts, len(BACK_OFF) - 1)])
        with self._database.write() as connection:
            mine = update(t.print_job).where(t.print_job.c.id == job.id)
            connection.execute(mine.values(state="waiting", next_at=later, why=why))
        if job.why != why:
            self._tell_trouble(printer, why)

    def _tell_trouble(self, printer: Row[Any], why: str) -> None:
        run(self._database, Ask(printer.site_id, "spool"), lambda command: _trouble(command, printer.id, why))

    def _end(
        self,
        printer: Row[Any],
        job: Row[Any],
        state: str,
        *,
        why: str | None = None,
        grade: str | None = None,
        copy: bool = False,
    ) -> None:
        def work(command: Command) -> None:
            ended = {"state": state, "why": why, "grade": grade, "ended_at": command.now, "rendered": None}
            command.connection.execute(update(t.print_job).where(t.print_job.c.id == job.id).values(ended))
            fact = {"printed": "printed", "not_printed": "not_printed", "unknown": "print_unknown"}[state]
            command.tell(fact, job.visit_id, job=job.id, printer=printer.id, why=why, grade=grade)
            if state == "printed":
                close_cards(command, "printer", printer_id=printer.id)
            elif not copy:
                open_card(command, "not_printed", visit_id=job.visit_id, printer_id=printer.id)
            if copy:
                _copy(command, job)

        run(self._database, Ask(printer.site_id, "spool"), work)


def _copy(command: Command, job: Row[Any]) -> None:
    """A marked copy of a sheet of which nobody knows whether it came out."""
    same = ("site_id", "visit_id", "printer_id", "paper", "document", "expires_at")
    values = {name: getattr(job, name) for name in same}
    command.connection.execute(
        insert(t.print_job).values({**values, "reprint": True, "next_at": command.now, "created_at": command.now})
    )


def _trouble(command: Command, printer_id: int, why: str) -> None:
    open_card(command, "printer", printer_id=printer_id, why=why)
