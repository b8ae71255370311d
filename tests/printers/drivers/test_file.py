"""Files and device nodes as printers."""

from pathlib import Path

import pytest

from printers.drivers import open_driver
from printers.drivers.base import Grade, PrinterError, Result
from tests.printers.make import JOB


def test_jobs_follow_each_other(tmp_path: Path) -> None:
    """Each job is added at the end; it counts as printed, grade E, since a file says nothing."""
    driver = open_driver(f"file://{tmp_path}/tickets.bin")
    assert [driver.send(data, JOB, 1.0).grade for data in (b"one", b"two")] == [Grade.E, Grade.E]
    assert (tmp_path / "tickets.bin").read_bytes() == b"onetwo"
    assert not driver.status().known


def test_a_missing_device_does_not_become_a_file() -> None:
    """A printer that is unplugged is unreachable, not a new file under its name."""
    device = Path("/dev/nextchair-no-such-printer")
    driver = open_driver(f"file://{device}")
    outcome = driver.send(b"one", JOB, 1.0)
    made = device.exists()
    device.unlink(missing_ok=True)
    assert not made
    assert (outcome.result, outcome.reason) == (Result.NOT_PRINTED, "unreachable")
    with pytest.raises(PrinterError, match="check the cable") as raised:
        driver.status()
    assert not raised.value.permanent


def test_a_device_node() -> None:
    """A character device takes all bytes."""
    assert open_driver("file:///dev/null").send(b"one" * 1000, JOB, 1.0).sent == 3000
