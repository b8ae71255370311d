"""Paper: what is printed when, how often and by whom."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, insert, select, update

from printers.answers import SILENT, Status
from printers.drivers.base import Outcome, Result, Seen, ignore
from printers.drivers.memory import SheetStore
from server.bus import Bus
from server.commands import checking_in, printing
from server.commands.checking_in import CheckIn
from server.commands.command import Ask
from server.spool import LEASE, Paths, Spool, Worker
from server.storage import tables as t
from server.storage.database import Database
from tests import make
from tests.printers.byte_checker import Tokens
from tests.printers.fake_printer import FakePrinter
from tests.server.conftest import Clock
from tests.server.running import Running

RECEPTION = Ask(1, "staff:1")
MARK = b"REPRINT"


@pytest.fixture
def printer() -> Iterator[FakePrinter]:
    with FakePrinter() as fake:
        yield fake


@pytest.fixture
def worker(database: Database, furnish: Callable[..., Any], printer: FakePrinter, tmp_path: Path) -> Worker:
    """The worker of a clinic's only printer; it does one thing at each `work()`."""
    furnish(patients=10)
    set_up(database, printer.address)
    return a_worker(database, tmp_path)


def set_up(database: Database, address: str) -> None:
    with database.write() as connection:
        connection.execute(
            insert(t.printer).values(id=1, site_id=1, name="front", address=address, profile="generic-80")
        )


def a_worker(database: Database, folder: Path) -> Worker:
    return Worker(database, paths(folder), 1, 1)


def paths(folder: Path) -> Paths:
    return Paths(folder / "sheets", folder / "no-font")


def arrive(database: Database, patient: int) -> int:
    """Somebody checks in; the id of the print job."""
    arrival = CheckIn(patient_id=patient, service_id=1)
    return int(checking_in.check_in(database, Ask(1, "device:1"), arrival, origin="http://clinic")["job"])


def jobs(database: Database) -> list[Row[Any]]:
    with database.read() as connection:
        return list(connection.execute(select(t.print_job).order_by(t.print_job.c.id)))


def states(database: Database) -> list[tuple[str, bool, str | None]]:
    return [(job.state, job.reprint, job.why) for job in jobs(database)]


def open_cards(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(select(t.card.c.kind).where(t.card.c.closed_at.is_(None)).order_by(t.card.c.id)))


def sheets(printed: bytearray) -> list[bytes]:
    """The sheets as they were cut off, whole."""
    cut: list[bytes] = []
    sheet = b""
    for token in Tokens().feed(bytes(printed)):
        sheet += token.kind + token.body
        if token.kind == b"\x1dV":
            cut.append(sheet)
            sheet = b""
    return cut


def on(sheet: bytes) -> str:
    """The ticket a sheet is for, with a star when it is marked as a copy."""
    (ticket,) = {f"A{n:03d}" for n in range(1, 60) if f"A{n:03d}".encode() in sheet}
    return ticket + ("*" if MARK in sheet else "")


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_ticket_is_printed_once(database: Database, worker: Worker, printer: FakePrinter) -> None:
    """It comes out with the proof the printer gives, and its bytes are not kept."""
    arrive(database, 1)
    assert worker.work()
    assert not worker.work()
    (job,) = jobs(database)
    assert (job.state, job.grade, job.rendered) == ("printed", "A", None)
    assert [on(sheet) for sheet in sheets(printer.paper_bytes)] == ["A001"]
    assert open_cards(database) == []


def test_order_is_kept(database: Database, worker: Worker, printer: FakePrinter) -> None:
    """Tickets come out in the order of the check-ins, whatever a try in between cost."""
    for patient in range(1, 4):
        arrive(database, patient)
    printer.paper = "out"
    assert worker.work()
    assert not worker.work()
    printer.paper = "ok"
    make_due(database)
    while worker.work():
        pass
    assert [on(sheet) for sheet in sheets(printer.paper_bytes)] == ["A001", "A002", "A003"]


def make_due(database: Database) -> None:
    with database.write() as connection:
        connection.execute(update(t.print_job).values(next_at=database.now()))


def test_an_unreachable_printer_opens_one_card_and_prints_later(
    database: Database, worker: Worker, printer: FakePrinter, clock: Clock
) -> None:
    """Not one byte left, so the same sheet goes again, ever more patiently; then the card is gone by itself."""
    printer.refuse()
    arrive(database, 1)
    waits = []
    for _ in range(6):
        assert worker.work()
        (job,) = jobs(database)
        waits.append((job.next_at - clock.now).total_seconds())
        assert not worker.work()
        clock.now = job.next_at
    assert waits == [1, 2, 5, 10, 30, 30]
    assert states(database) == [("waiting", False, "unreachable")]
    assert open_cards(database) == ["printer"]
    printer.listen()
    assert worker.work()
    assert [on(sheet) for sheet in sheets(printer.paper_bytes)] == ["A001"]
    assert states(database)[0][0] == "printed"
    assert open_cards(database) == []


def test_after_a_broken_connection_one_marked_copy_follows(
    database: Database, worker: Worker, printer: FakePrinter
) -> None:
    """Some bytes left and nobody said what became of them: never the same sheet unmarked again."""
    printer.reset_after = 200
    arrive(database, 1)
    assert worker.work()
    printer.reset_after = None
    while worker.work():
        pass
    assert states(database) == [("unknown", False, "closed"), ("printed", True, None)]
    assert on(sheets(printer.paper_bytes)[-1]) == "A001*"
    assert sum(MARK not in sheet for sheet in sheets(printer.paper_bytes)) <= 1


def test_a_copy_of_unknown_fate_is_for_people(database: Database, worker: Worker, printer: FakePrinter) -> None:
    """No copies of copies: a card says so."""
    printer.reset_after = 200
    arrive(database, 1)
    while worker.work():
        pass
    assert states(database) == [("unknown", False, "closed"), ("unknown", True, "closed")]
    assert open_cards(database) == ["not_printed"]


def test_an_expired_ticket_is_not_printed_but_listed(
    database: Database, worker: Worker, printer: FakePrinter, clock: Clock
) -> None:
    """After half an hour nobody waits for it: a card, no paper; also when its next try was still ahead."""
    printer.refuse()
    arrive(database, 1)
    worker.work()
    with database.write() as connection:
        connection.execute(update(t.print_job).values(next_at=clock.now + timedelta(hours=1)))
    clock.now += timedelta(minutes=30)
    printer.listen()
    assert worker.work()
    assert not worker.work()
    assert states(database) == [("not_printed", False, "expired")]
    assert open_cards(database) == ["printer", "not_printed"]
    assert printer.paper_bytes == b""


def test_a_sheet_that_cannot_be_drawn_holds_up_no_other(
    database: Database, worker: Worker, printer: FakePrinter
) -> None:
    """A bug or a broken row ends that one job, with a card."""
    arrive(database, 1)
    arrive(database, 2)
    with database.write() as connection:
        connection.execute(update(t.print_job).where(t.print_job.c.id == 1).values(document=b"not sealed by anybody"))
    while worker.work():
        pass
    assert states(database) == [("not_printed", False, "undrawable"), ("printed", False, None)]
    assert open_cards(database) == ["not_printed"]


def test_an_outcome_that_could_not_be_stored_is_stored_later(
    database: Database, worker: Worker, printer: FakePrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sheet is out; a database that is away for a moment must neither repeat nor forget it."""
    arrive(database, 1)
    end = Worker._end

    def away(*_: object, **__: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(Worker, "_end", away)
    with pytest.raises(TimeoutError):
        worker.work()
    with pytest.raises(TimeoutError):
        worker.work()
    monkeypatch.setattr(Worker, "_end", end)
    while worker.work():
        pass
    assert states(database) == [("printed", False, None)]
    assert [on(sheet) for sheet in sheets(printer.paper_bytes)] == ["A001"]


def test_a_sheet_whose_sending_broke_off_comes_as_a_marked_copy(
    database: Database, worker: Worker, printer: FakePrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A driver with a bug: some of it may have left; the job does not stay under way for ever."""
    arrive(database, 1)

    def broken(_: object) -> Frozen:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(worker, "_driver", broken)
        with pytest.raises(ZeroDivisionError):
            worker.work()
    while worker.work():
        pass
    assert states(database) == [("unknown", False, "no_answer"), ("printed", True, None)]
    assert [on(sheet) for sheet in sheets(printer.paper_bytes)] == ["A001*"]


def test_a_reprint_is_marked(database: Database, worker: Worker, printer: FakePrinter) -> None:
    """Nobody takes it for a second ticket."""
    arrive(database, 1)
    printing.reprint(database, RECEPTION, 1, reason="lost", origin=None)
    while worker.work():
        pass
    assert [on(sheet) for sheet in sheets(printer.paper_bytes)] == ["A001", "A001*"]


class Frozen:
    """The driver of a process that stands still in the middle of a sheet until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def send(self, data: bytes, job_id: bytes, deadline: float, seen: Seen = ignore) -> Outcome:
        assert self.let_go.wait(20)
        return Outcome(Result.PRINTED)

    def status(self) -> Status:
        return SILENT


def test_another_process_takes_over_a_printer_whose_lease_ran_out(
    database: Database,
    worker: Worker,
    printer: FakePrinter,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not before; the job that was on its way comes as a marked copy, the next one as it is, and the first process
    changes nothing any more.
    """
    arrive(database, 1)
    arrive(database, 2)
    frozen, other = Frozen(), a_worker(database, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(worker, "_driver", lambda _: frozen)
        sending = threading.Thread(target=worker.work)
        sending.start()
        wait_until(lambda: states(database)[0][0] == "sending")
        assert not other.work()
        clock.now += LEASE + timedelta(seconds=1)
        while other.work():
            pass
        frozen.let_go.set()
        sending.join(20)
    assert not worker.work()
    assert [state[:2] for state in states(database)] == [("unknown", False), ("printed", False), ("printed", True)]
    assert [on(sheet) for sheet in sheets(printer.paper_bytes)] == ["A002", "A001*"]


def test_the_virtual_printer_keeps_sheets_to_look_at(
    database: Database, furnish: Callable[..., Any], tmp_path: Path
) -> None:
    """Jobs that were committed before this process began come out, newest on top."""
    furnish(patients=2)
    set_up(database, "memory:")
    arrive(database, 1)
    arrive(database, 2)
    worker = a_worker(database, tmp_path)
    while worker.work():
        pass
    store = SheetStore(paths(tmp_path).sheets_of(1))
    assert [on(store.read(sheet.id)) for sheet in store.sheets()] == ["A002", "A001"]


def test_two_spools_on_one_printer_never_interleave(
    database: Database, database_url: str, furnish: Callable[..., Any], clock: Clock, tmp_path: Path
) -> None:
    """Two processes, one slow printer: each ticket once, in order, though one of the two stops half way."""
    furnish(patients=12)
    others = Database(database_url, database.vault, Bus(), clock)
    with FakePrinter(rate=20_000) as printer:
        set_up(database, printer.address)
        spools = [Spool(database, paths(tmp_path)), Spool(others, paths(tmp_path))]
        threads = [threading.Thread(target=spool.run) for spool in spools]
        for thread in threads:
            thread.start()
        for patient in range(1, 7):
            arrive(database if patient % 2 else others, patient)
        wait_until(lambda: printer.sheets >= 3)
        spools[0].stop()
        for patient in range(7, 13):
            arrive(others, patient)
        wait_until(lambda: printer.sheets == 12)
        spools[1].stop()
        for thread in threads:
            thread.join(10)
        wait_until(lambda: {state[0] for state in states(database)} == {"printed"})
        assert [on(sheet) for sheet in sheets(printer.paper_bytes)] == [f"A{n:03d}" for n in range(1, 13)]
    others.close()


@contextmanager
def clinic(folder: Path, address: str) -> Iterator[tuple[Running, Database]]:
    """A real server, not started yet, whose only printer has this address; and its database, seen from here."""
    server = Running(folder)
    with server.database() as database:
        with database.write() as connection:
            make.clinic_rows(connection, make.setup(), database.now())
            make.patients(connection, 5, now=database.now())
        set_up(database, address)
        yield server, database


def pass_lease(database: Database) -> None:
    """As if the dead server's lease had run out, which takes 10 s."""
    with database.write() as connection:
        connection.execute(update(t.lease).values(until=database.now() - timedelta(seconds=1)))


def test_killed_while_sending_it_leaves_one_marked_copy(tmp_path: Path, printer: FakePrinter) -> None:
    """Kill -9 in mid-sheet: the same sheet never comes twice unmarked, and what stood behind it comes as it is."""
    printer.rate = 400
    with clinic(tmp_path, printer.address) as (server, database), server:
        arrive(database, 1)
        arrive(database, 2)
        wait_until(lambda: len(printer.paper_bytes) > 50)
        server.kill()
        assert states(database) == [("sending", False, None), ("waiting", False, None)]
        pass_lease(database)
        printer.power_off()
        printer.rate = None
        printer.paper_bytes.clear()
        printer.listen()
        server.start()
        wait_until(lambda: [state[0] for state in states(database)] == ["unknown", "printed", "printed"])
    assert [on(sheet) for sheet in sheets(printer.paper_bytes)] == ["A002", "A001*"]


def test_a_server_that_is_told_to_stop_finishes_its_sheet(tmp_path: Path, printer: FakePrinter) -> None:
    """SIGTERM in mid-sheet: the sheet is finished, the next process prints the rest at once, nothing twice."""
    printer.rate = 2000
    with clinic(tmp_path, printer.address) as (server, database), server:
        arrive(database, 1)
        arrive(database, 2)
        wait_until(lambda: len(printer.paper_bytes) > 50)
        assert server.stop() == 0
        assert [state[0] for state in states(database)] == ["printed", "waiting"]
        server.start()
        wait_until(lambda: [state[0] for state in states(database)] == ["printed"] * 2, 5)
    assert [on(sheet) for sheet in sheets(printer.paper_bytes)] == ["A001", "A002"]
