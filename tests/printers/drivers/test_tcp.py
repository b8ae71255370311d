"""Network printers in every kind of trouble."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby

import pytest

from printers import commands
from printers.answers import Status
from printers.drivers import job, open_driver
from printers.drivers.base import Grade, Outcome, PrinterError, Result
from printers.escpos import render
from printers.papers.ticket import ticket
from printers.profiles import PROFILES
from tests.infrastructure import ROOT
from tests.printers import make
from tests.printers.fake_printer import FakePrinter
from tests.printers.make import JOB

TICKET = render(ticket(make.slip()), PROFILES["generic-58"], job_id=JOB)


@pytest.fixture
def printer() -> Iterator[FakePrinter]:
    with FakePrinter() as running:
        yield running


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same talk with shorter pauses."""
    monkeypatch.setattr(job, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(job, "ECHO_SECONDS", 0.3)
    monkeypatch.setattr(job, "FAREWELL_SECONDS", 0.3)
    monkeypatch.setattr(job, "ASK_SECONDS", 0.3)


def send(printer: FakePrinter, data: bytes = TICKET, deadline: float = 2.0) -> Outcome:
    return open_driver(printer.address).send(data, JOB, deadline)


def printed_wholly(printer: FakePrinter, data: bytes = TICKET) -> bool:
    """Whether the paper holds this one job; the printer may still be busy for a moment."""
    until = time.monotonic() + 2
    while bytes(printer.paper_bytes) != data and time.monotonic() < until:
        time.sleep(0.01)
    return bytes(printer.paper_bytes) == data


def test_printed(printer: FakePrinter) -> None:
    """The printer names the job after its cut: printed, grade A, every byte on paper once."""
    outcome = send(printer)
    assert outcome == Outcome(Result.PRINTED, Grade.A, None, len(TICKET), Status(known=True))
    assert printed_wholly(printer)
    assert printer.sheets == 1


def test_one_connection_for_each_job(printer: FakePrinter) -> None:
    """Five jobs one after the other: five connections, five sheets, in order."""
    jobs = [render(ticket(make.slip(number=f"A{n:03}")), PROFILES["generic-58"], job_id=JOB) for n in range(5)]
    assert [send(printer, data).grade for data in jobs] == [Grade.A] * 5
    assert printer.connections == jobs
    assert printed_wholly(printer, b"".join(jobs))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [({"paper": "out"}, "paper"), ({"cover_open": True}, "cover"), ({"cutter_jammed": True}, "fault")],
)
def test_blocked_before_the_job(printer: FakePrinter, fault: dict[str, object], reason: str) -> None:
    """A printer that says it cannot print is sent nothing: it may be tried again as it is."""
    vars(printer).update(fault)
    outcome = send(printer)
    assert (outcome.result, outcome.reason, outcome.sent) == (Result.NOT_PRINTED, reason, 0)
    assert printer.connections == [b""]


def test_paper_runs_low(printer: FakePrinter) -> None:
    """Little paper left is no reason not to print, and is reported."""
    printer.paper = "near"
    outcome = send(printer)
    assert outcome.grade == Grade.A
    assert outcome.status.paper == "near_end"


def test_paper_ends_in_the_middle(printer: FakePrinter) -> None:
    """The job waits past its deadline for new paper and is not sent again; whoever watches hears of it all the time."""
    printer.paper_out_after = 120
    seen: list[Status] = []
    threading.Timer(1.5, lambda: setattr(printer, "paper", "ok")).start()
    outcome = open_driver(printer.address).send(TICKET, JOB, 0.5, seen.append)
    assert outcome.grade == Grade.A
    assert [paper for paper, _ in groupby(status.paper for status in seen)] == ["ok", "out", "ok"]
    assert len(seen) > 8
    assert printed_wholly(printer)
    assert len(printer.connections) == 1


def test_cover_opened_in_the_middle(printer: FakePrinter) -> None:
    """The same for a cover that is opened while a slow printer works."""
    printer.rate = 500
    threading.Timer(0.5, lambda: setattr(printer, "cover_open", True)).start()
    threading.Timer(1.5, lambda: setattr(printer, "cover_open", False)).start()
    assert send(printer, deadline=10).grade == Grade.A
    assert printed_wholly(printer)


def test_nobody_closes_the_cover(printer: FakePrinter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait for paper ends some day: what became of the sheet is unknown, and why is known."""
    monkeypatch.setattr(job, "HOLD_SECONDS", 0.5)
    printer.paper_out_after = 120
    outcome = send(printer, deadline=0.5)
    assert (outcome.result, outcome.reason) == (Result.UNKNOWN, "paper")


def test_a_jam_in_the_middle(printer: FakePrinter) -> None:
    """A jammed cutter does not mend itself: unknown after the deadline, with the reason."""
    printer.rate = 500
    threading.Timer(0.5, lambda: setattr(printer, "cutter_jammed", True)).start()
    outcome = send(printer, deadline=1.5)
    assert (outcome.result, outcome.reason, outcome.status.fault) == (Result.UNKNOWN, "fault", "cutter")


def test_refused(printer: FakePrinter) -> None:
    """Nobody listens: not one byte left."""
    printer.refuse()
    assert send(printer) == Outcome(Result.NOT_PRINTED, reason="unreachable")


def test_a_black_hole_takes_two_seconds() -> None:
    """An address that swallows packets is given up after two seconds."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):  # Once the queue of waiting connections is full, further ones are not answered.
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        time.sleep(0.1)
        begun = time.monotonic()
        outcome = open_driver(f"tcp://127.0.0.1:{listener.getsockname()[1]}").send(TICKET, JOB, 2.0)
        assert (outcome.result, outcome.reason) == (Result.NOT_PRINTED, "unreachable")
        assert 1.5 < time.monotonic() - begun < 3


def test_accepts_and_never_reads(printer: FakePrinter) -> None:
    """A hanging printer is not taken for a silent one: unknown, and not a byte is on paper."""
    printer.hang = True
    outcome = send(printer, deadline=0.5)
    assert (outcome.result, outcome.reason) == (Result.UNKNOWN, "no_answer")
    assert printer.sheets == 0


def test_takes_bytes_and_stops(printer: FakePrinter) -> None:
    """When the connection takes no more, the deadline ends the job: some bytes left, so unknown."""
    printer.hang = True
    outcome = send(printer, b"x" * 20_000_000, deadline=0.5)
    assert (outcome.result, outcome.reason) == (Result.UNKNOWN, "stalled")
    assert 0 < outcome.sent < 20_000_000


@pytest.mark.parametrize("how", ["close_after", "reset_after"])
def test_lost_before_the_job(printer: FakePrinter, how: str) -> None:
    """The connection ends before a byte of the job is out: not printed, may be sent again as it is."""
    setattr(printer, how, 0)
    outcome = send(printer)
    assert (outcome.result, outcome.sent) == (Result.NOT_PRINTED, 0)


@pytest.mark.parametrize("how", ["close_after", "reset_after"])
@pytest.mark.parametrize("after", [1, 50, 100, 250, 500, len(TICKET)])
def test_lost_in_the_job(printer: FakePrinter, how: str, after: int) -> None:
    """The connection ends after some bytes: unknown, never printed and never safe to repeat unmarked."""
    setattr(printer, how, after)
    outcome = send(printer)
    assert (outcome.result, outcome.grade) == (Result.UNKNOWN, None)
    assert outcome.sent > 0


def test_power_loss(printer: FakePrinter) -> None:
    """Power goes off in the middle: unknown at once, not only at the deadline."""
    printer.rate = 300
    threading.Timer(0.5, printer.power_off).start()
    begun = time.monotonic()
    outcome = send(printer, deadline=20.0)
    assert (outcome.result, outcome.reason) == (Result.UNKNOWN, "closed")
    assert time.monotonic() - begun < 5


def test_no_process_id(printer: FakePrinter) -> None:
    """A printer without the process ID answers the fence behind the cut: printed, grade B."""
    printer.no_gsh = True
    assert send(printer).grade == Grade.B
    assert printed_wholly(printer)


def test_the_echo_may_come_after_the_fence(printer: FakePrinter) -> None:
    """Some printers answer the fence while still printing; the better proof is waited for."""
    printer.ack_delay = 0.1
    behind_the_cut = len(commands.process_id(JOB) + commands.FENCE)
    answered_early = TICKET[:-behind_the_cut] + commands.FENCE + TICKET[-behind_the_cut:]
    assert send(printer, answered_early).grade == Grade.A


def test_a_fence_is_enough_where_no_more_is_asked(printer: FakePrinter) -> None:
    """The profile of a printer known to lack the process ID asks for the fence alone."""
    data = render(ticket(make.slip()), make.profile(acknowledgement="fence"), job_id=JOB)
    assert send(printer, data).grade == Grade.B


def test_no_acknowledgement_although_it_talks(printer: FakePrinter) -> None:
    """A printer that answers questions but never acknowledges leaves the sheet unknown."""
    printer.no_gsh = printer.no_gsr = True
    outcome = send(printer, deadline=0.5)
    assert (outcome.result, outcome.reason) == (Result.UNKNOWN, "no_answer")


def test_acknowledgement_lost(printer: FakePrinter) -> None:
    """Printed, but the answer got lost: unknown, for nobody here can know."""
    printer.ack_drop = True
    assert send(printer, deadline=0.5).result is Result.UNKNOWN
    assert printed_wholly(printer)


def test_a_slow_acknowledgement_is_waited_for(printer: FakePrinter) -> None:
    """The connection stays open until the answer is there."""
    printer.ack_delay = 0.4
    assert send(printer).grade == Grade.A


def test_a_silent_printer(printer: FakePrinter) -> None:
    """One that never says a word but reads all and hangs up: printed, grade E, somebody has to look."""
    printer.no_reply = True
    outcome = send(printer, deadline=0.5)
    assert (outcome.result, outcome.grade, outcome.status.known) == (Result.PRINTED, Grade.E, False)
    assert printed_wholly(printer)


@pytest.mark.parametrize(("silent", "grade"), [(False, Grade.C), (True, Grade.E)])
def test_no_acknowledgement_asked_for(printer: FakePrinter, silent: bool, grade: Grade) -> None:
    """The profile without acknowledgement: ready before and after is grade C, silence is grade E, neither waits."""
    printer.no_reply = silent
    data = render(ticket(make.slip()), make.profile(acknowledgement="none"), job_id=JOB)
    assert send(printer, data, deadline=30.0).grade == grade
    assert printed_wholly(printer, data)


def test_small_buffer_slow_engine() -> None:
    """A printer that takes a few bytes at a time gets all of them."""
    data = render(ticket(make.slip()), make.profile(native_qr=False), job_id=JOB)
    with FakePrinter(buffer=64, rate=20_000) as printer:
        assert send(printer, data, deadline=10.0).grade == Grade.A
        assert printed_wholly(printer, data)


def test_status(printer: FakePrinter) -> None:
    """What the device page shows: paper, cover, cutter, each when it is so."""
    driver = open_driver(printer.address)
    assert driver.status() == Status(known=True)
    printer.paper, printer.cover_open = "near", True
    assert driver.status() == Status(known=True, online=False, paper="near_end", cover_open=True)
    printer.cover_open, printer.cutter_jammed = False, True
    assert driver.status().fault == "cutter"
    printer.no_reply = True
    assert driver.status() == Status(known=False)


def test_status_of_nobody(printer: FakePrinter) -> None:
    """An unreachable printer is an error that may pass, with its cure."""
    printer.refuse()
    with pytest.raises(PrinterError, match="check its power") as raised:
        open_driver(printer.address).status()
    assert not raised.value.permanent


CHILD = """
import gevent.monkey
gevent.monkey.patch_all()
import gevent, json, sys, time
from printers.drivers import open_driver
addresses, data = sys.argv[1].split(), bytes.fromhex(sys.argv[2])
begun = time.monotonic()
jobs = [gevent.spawn(open_driver(address).send, data, b"j0b!", 10.0) for address in addresses]
gevent.joinall(jobs, raise_error=True)
print(json.dumps([[each.value.grade for each in jobs], time.monotonic() - begun]))
"""


def test_jobs_on_several_printers_run_side_by_side_under_gevent() -> None:
    """In the server's event loop four printers that take half a second each take half a second together."""
    with ExitStack() as stack:
        running = [stack.enter_context(FakePrinter()) for _ in range(4)]
        for each in running:
            each.ack_delay = 0.5
        addresses = " ".join(each.address for each in running)
        done = subprocess.run(
            [sys.executable, "-c", CHILD, addresses, TICKET.hex()], cwd=ROOT, capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 0, done.stderr
    grades, seconds = json.loads(done.stdout)
    assert grades == ["A"] * 4
    assert seconds < 1.9
