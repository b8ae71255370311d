"""What every printer driver must do; a new one adds its ground here."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from printers.drivers import DRIVERS, open_driver
from printers.drivers.base import Outcome, PrinterError, Result
from printers.drivers.memory import SheetStore
from printers.escpos import render
from printers.papers.samples import SAMPLES
from printers.profiles import PROFILES
from tests.printers.fake_printer import FakePrinter
from tests.printers.make import AT, JOB

TICKET = render(SAMPLES["ticket"](AT), PROFILES["basic-80"], job_id=JOB)
MUCH = b"x" * 20_000_000
"""More than any buffer on the way takes."""

DEADLINE = 1.0
GRACE = 4.0
"""Beyond its deadline a driver may ask and say goodbye, no longer."""


@dataclass
class Ground:
    """One way to a printer, in good and in bad states; None for a fault its medium cannot have."""

    good: Callable[[Path], "Iterator[tuple[str, Callable[[], bytes]]]"]
    unreachable: Callable[[Path], str]
    slow: Callable[[Path], Iterator[str]] | None
    closed: Callable[[Path], Iterator[str]] | None


def tcp_good(folder: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    with FakePrinter() as printer:
        yield printer.address, lambda: bytes(printer.paper_bytes)


def tcp_unreachable(folder: Path) -> str:
    with FakePrinter() as printer:
        return printer.address


def tcp_slow(folder: Path) -> Iterator[str]:
    with FakePrinter() as printer:
        printer.hang = True
        yield printer.address


def tcp_closed(folder: Path) -> Iterator[str]:
    with FakePrinter() as printer:
        printer.reset_after = 1000
        yield printer.address


def file_good(folder: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield f"file://{folder}/paper.bin", (folder / "paper.bin").read_bytes


def file_unreachable(folder: Path) -> str:
    return f"file://{folder}/no-such-folder/paper.bin"


def file_slow(folder: Path) -> Iterator[str]:
    os.mkfifo(folder / "lp")
    reader = os.open(folder / "lp", os.O_RDONLY | os.O_NONBLOCK)
    yield f"file://{folder}/lp"
    os.close(reader)


def file_closed(folder: Path) -> Iterator[str]:
    os.mkfifo(folder / "lp")
    reader = os.open(folder / "lp", os.O_RDONLY | os.O_NONBLOCK)

    def unplug() -> None:
        time.sleep(0.3)
        os.read(reader, 1000)
        os.close(reader)

    thread = threading.Thread(target=unplug)
    thread.start()
    yield f"file://{folder}/lp"
    thread.join()


def memory_good(folder: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    store = SheetStore(folder / "sheets")
    yield f"memory://{folder}/sheets", lambda: b"".join(store.read(sheet.id) for sheet in store.sheets())


def memory_unreachable(folder: Path) -> str:
    (folder / "taken").write_bytes(b"")
    return f"memory://{folder}/taken"


GROUNDS = {
    "tcp": Ground(tcp_good, tcp_unreachable, tcp_slow, tcp_closed),
    "file": Ground(file_good, file_unreachable, file_slow, file_closed),
    "memory": Ground(memory_good, memory_unreachable, None, None),  # A sheet is stored whole or not at all.
}
SLOW = {scheme: ground.slow for scheme, ground in GROUNDS.items() if ground.slow}
CLOSED = {scheme: ground.closed for scheme, ground in GROUNDS.items() if ground.closed}


def test_every_driver_has_its_ground() -> None:
    """A driver in the registry is tested here."""
    assert set(GROUNDS) == set(DRIVERS)


@pytest.mark.parametrize("scheme", DRIVERS)
def test_every_byte_is_delivered(scheme: str, tmp_path: Path) -> None:
    """A ticket with a picture in it arrives as it is, once, and is said to be printed."""
    with contextmanager(GROUNDS[scheme].good)(tmp_path) as (address, delivered):
        outcome = open_driver(address).send(TICKET, JOB, 10.0)
        assert outcome.result is Result.PRINTED
        assert outcome.grade is not None
        assert outcome.sent == len(TICKET)
        assert delivered() == TICKET


@pytest.mark.parametrize("scheme", DRIVERS)
def test_unreachable(scheme: str, tmp_path: Path) -> None:
    """Nobody there: not printed, nothing sent, in a few seconds, and no exception."""
    outcome, seconds = timed(GROUNDS[scheme].unreachable(tmp_path), TICKET)
    assert (outcome.result, outcome.reason, outcome.sent) == (Result.NOT_PRINTED, "unreachable", 0)
    assert seconds < DEADLINE + GRACE


@pytest.mark.parametrize("scheme", SLOW)
def test_slow(scheme: str, tmp_path: Path) -> None:
    """Somebody there who stops taking bytes: the deadline ends the job as unknown."""
    with contextmanager(SLOW[scheme])(tmp_path) as address:
        outcome, seconds = timed(address, MUCH)
    assert (outcome.result, outcome.reason) == (Result.UNKNOWN, "stalled")
    assert 0 < outcome.sent < len(MUCH)
    assert seconds < DEADLINE + GRACE


@pytest.mark.parametrize("scheme", CLOSED)
def test_closed_in_the_middle(scheme: str, tmp_path: Path) -> None:
    """Unplugged in the middle of a job: unknown, for some bytes left, and no exception."""
    with contextmanager(CLOSED[scheme])(tmp_path) as address:
        outcome, _ = timed(address, MUCH)
    assert (outcome.result, outcome.reason) == (Result.UNKNOWN, "closed")
    assert 0 < outcome.sent < len(MUCH)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "tcp",
        "tcp://",
        "tcp://a..b",
        "tcp://h:x",
        "tcp://h:99999",
        "http://[",
        "fax://1",
        "file://h/x",
        "memory://x",
    ],
)
def test_an_address_nobody_understands(address: str) -> None:
    """Such an address fails at once, for good, with an example of a right one, and never echoes what was typed."""
    with pytest.raises(PrinterError, match="://") as raised:
        open_driver(address)
    assert raised.value.permanent


def timed(address: str, data: bytes) -> tuple[Outcome, float]:
    """The outcome of a job and how long it took."""
    begun = time.monotonic()
    outcome = open_driver(address).send(data, JOB, DEADLINE)
    return outcome, time.monotonic() - begun
