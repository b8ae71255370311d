"""The only module that speaks to printers: one worker per printer."""

import threading
import time
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
from server.aside import aside
from server.commands.cards import close_cards, open_card
from server.commands.command import Ask, Command, run
from server.storage import tables as t
from server.storage.database import Database
from server.storage.leases import Lease
from server.trouble import whereabouts

VIRTUAL = "memory:"
"""The address of the virtual printer; its sheets lie in the data folder."""

LEASE = timedelta(seconds=10)
DEADLINE = 10.0
IDLE = 1.0
ROUND = 3.0
"""Seconds between two rounds that keep the leases of busy printers and look for new ones: a third of a lease."""
FAREWELL = 3.0
"""Seconds a stopping server gives to sheets that are being printed."""
BACK_OFF = (1, 2, 5, 10, 30)
"""Seconds before the next try while not one byte of a job has left."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the virtual printer keeps its sheets, and the font that draws what a printer lacks."""

    sheets: Path
    font: Path

    def sheets_of(self, site_id: int) -> Path:
        """The folder of one site: no other site looks into it."""
        return self.sheets / str(site_id)


class Spool:
    """Starts a worker for each printer, also for those set up later; wakes those of a site where something was
    committed.
    """

    def __init__(self, database: Database, paths: Paths) -> None:
        self._database = database
        self._paths = paths
        self._workers: dict[int, Worker] = {}
        self._threads: list[threading.Thread] = []
        self._stopped = threading.Event()
        database.bus.listen(lambda site_id, rev: self._wake(site_id))

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._staff()
                for worker in list(self._workers.values()):
                    worker.keep()
            except Exception as error:  # noqa: BLE001 - nothing may stop the printing
                log.error("spool_failed", **whereabouts(error))
            self._stopped.wait(ROUND)

    def stop(self) -> None:
        """Stop after the sheet that is being printed, if that does not take long; another process may go on at once."""
        self._stopped.set()
        for worker in self._workers.values():
            worker.stop()
        until = time.monotonic() + FAREWELL
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _wake(self, site_id: int) -> None:
        for worker in list(self._workers.values()):
            if worker.site_id == site_id:
                worker.wake()

    def _staff(self) -> None:
        with self._database.read() as connection:
            printers = connection.execute(select(t.printer.c.id, t.printer.c.site_id)).all()
        for printer in printers:
            if printer.id not in self._workers:
                worker = Worker(self._database, self._paths, printer.site_id, printer.id)
                self._workers[printer.id] = worker
                thread = threading.Thread(target=worker.run, name=f"printer-{printer.id}", daemon=True)
                self._threads.append(thread)
                thread.start()


class Worker:
    """Prints one printer's jobs in order, one at a time, while it holds the printer's lease."""

    def __init__(self, database: Database, paths: Paths, site_id: int, printer_id: int) -> None:
        self.site_id = site_id
        self._database = database
        self._paths = paths
        self._printer_id = printer_id
        self._lease = Lease(database, f"printer:{printer_id}", LEASE)
        self._woken = threading.Event()
        self._stopped = False
        self._owner = False
        self._unsettled: tuple[Row[Any], Outcome] | None = None
        self._blocked: str | None = None

    def run(self) -> None:
        """Print until stopped; whatever fails is tried again."""
        while not self._stopped:
            try:
                if self.work():
                    continue
            except Exception as error:  # noqa: BLE001 - one job's trouble must not end the printing
                log.error("printer_failed", printer=self._printer_id, **whereabouts(error))
            self._woken.wait(IDLE)
            self._woken.clear()
        self._lease.release()

    def stop(self) -> None:
        self._stopped = True
        self.wake()

    def wake(self) -> None:
        self._woken.set()

    def keep(self) -> None:
        """Keep a lease that is held, however long the printer takes for a sheet."""
        if self._owner:
            self._lease.held()

    def work(self) -> bool:
        """Do one thing if there is one to do now; False when there is none."""
        if not self._lease.held():
            self._owner, self._unsettled = False, None
            return False
        with self._database.read() as connection:
            printer = connection.execute(select(t.printer).where(t.printer.c.id == self._printer_id)).one()
            left = [] if self._owner else self._jobs(connection, "sending")
            job = next(iter(self._jobs(connection, "waiting")), None)
            zone = connection.execute(select(t.site.c.time_zone).where(t.site.c.id == printer.site_id)).scalar_one()
        for each in left:
            self._settle(printer, each, Outcome(Result.UNKNOWN, reason="no_answer"))
        self._owner = True
        if self._unsettled is not None:
            self._settle(printer, *self._unsettled)
            self._unsettled = None
            return True
        if job is None or (job.next_at > self._database.now() and job.expires_at > self._database.now()):
            return bool(left)
        if job.expires_at <= self._database.now():
            self._end(printer, job, "not_printed", why="expired")
        else:
            self._print(printer, job, ZoneInfo(zone))
        return True

    def _watch(self, printer: Row[Any], status: Status) -> None:
        """A printer without paper may block for minutes: people hear of it once."""
        if status.blocked == self._blocked:
            return
        self._blocked = status.blocked
        try:
            if status.blocked:
                self._tell_trouble(printer, status.blocked)
        except Exception as error:  # noqa: BLE001 - the sheet goes on, whoever could not be told
            log.error("trouble_not_told", printer=printer.id, **whereabouts(error))

    def _jobs(self, connection: Connection, state: str) -> list[Row[Any]]:
        mine = (t.print_job.c.printer_id == self._printer_id) & (t.print_job.c.state == state)
        return list(connection.execute(select(t.print_job).where(mine).order_by(t.print_job.c.id).limit(20)))

    def _print(self, printer: Row[Any], job: Row[Any], zone: ZoneInfo) -> None:
        """Commit the bytes, then let them go: after a crash it is known that some may have left."""
        number = process_id(job.id * 64 + job.attempts)
        try:
            data = self._rendered(printer, job, number, self._database.now().astimezone(zone))
        except Exception as error:  # noqa: BLE001 - a sheet that cannot be drawn must not hold up all others
            log.error("sheet_failed", printer=printer.id, job=job.id, **whereabouts(error))
            self._end(printer, job, "not_printed", why="undrawable")
            return
        with self._database.write() as connection:
            sealed = self._database.vault.seal_bytes(data)
            mine = update(t.print_job).where(t.print_job.c.id == job.id, t.print_job.c.state == "waiting")
            if not connection.execute(
                mine.values(state="sending", rendered=sealed, attempts=job.attempts + 1)
            ).rowcount:
                return
        # Whatever comes between now and the answer: some of it may have left.
        self._unsettled = job, Outcome(Result.UNKNOWN, reason="no_answer")
        self._unsettled = job, self._sent(printer, data, number)
        self._settle(printer, *self._unsettled)
        self._unsettled = None

    def _sent(self, printer: Row[Any], data: bytes, number: bytes) -> Outcome:
        try:
            send = partial(self._driver(printer).send, data, number, DEADLINE, partial(self._watch, printer))
            # The virtual printer waits for the disk, all others for their connection, which stops nobody.
            return aside(send) if printer.address == VIRTUAL else send()
        except PrinterError as error:
            log.warning("printer_unusable", printer=printer.id, permanent=error.permanent)
            return Outcome(Result.NOT_PRINTED, reason="unreachable")

    def _rendered(self, printer: Row[Any], job: Row[Any], number: bytes, now: datetime) -> bytes:
        document = from_json(cast(dict[str, Any], self._database.vault.unseal(job.document)))
        if job.reprint:
            document = reprint(document, 1, now)
        drawn = partial(render, document, PROFILES[printer.profile], job_id=number, font=self._paths.font)
        return aside(drawn)

    def _driver(self, printer: Row[Any]) -> Driver:
        virtual = f"memory://{quote(str(self._paths.sheets_of(self.site_id).absolute()))}"
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
            mine = update(t.print_job).where(t.print_job.c.id == job.id, t.print_job.c.state == "sending")
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
            still_open = (t.print_job.c.id == job.id) & t.print_job.c.state.in_(("waiting", "sending"))
            if not command.connection.execute(update(t.print_job).where(still_open).values(ended)).rowcount:
                return  # Another process took the printer over meanwhile, and has said what became of this job.
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
