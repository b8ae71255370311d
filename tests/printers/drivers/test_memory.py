"""The virtual printer: its sheets are files that outlive the process."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from printers.drivers import open_driver
from printers.drivers.base import Grade, Result
from printers.drivers.memory import KEPT, SheetStore
from tests.printers.make import JOB

AT = datetime(2026, 11, 23, 2, 12, tzinfo=UTC)


def test_sheets_newest_first(tmp_path: Path) -> None:
    """What was printed last is listed first, with its time, and read back byte by byte."""
    store = SheetStore(tmp_path / "sheets")
    for minute in range(3):
        store.add(bytes([minute]) * 10, JOB, AT + timedelta(minutes=minute))
    listed = store.sheets()
    assert [sheet.at for sheet in listed] == [AT + timedelta(minutes=minute) for minute in (2, 1, 0)]
    assert [store.read(sheet.id) for sheet in listed] == [b"\x02" * 10, b"\x01" * 10, b"\x00" * 10]


def test_another_process_sees_them(tmp_path: Path) -> None:
    """A store opened later on the same folder has the sheets of the one before."""
    open_driver(f"memory://{tmp_path}/sheets").send(b"one", JOB, 1.0)
    later = SheetStore(tmp_path / "sheets")
    assert [later.read(sheet.id) for sheet in later.sheets()] == [b"one"]


def test_only_the_last_hundred_stay(tmp_path: Path) -> None:
    """The oldest sheets go, so the folder never grows."""
    store = SheetStore(tmp_path)
    for second in range(KEPT + 7):
        store.add(b"x", JOB, AT + timedelta(seconds=second))
    assert len(store.sheets()) == KEPT == 100
    assert store.sheets()[-1].at == AT + timedelta(seconds=7)
    assert len(list(tmp_path.iterdir())) == KEPT


def test_empty(tmp_path: Path) -> None:
    """Before the first sheet the list is empty."""
    assert SheetStore(tmp_path / "none").sheets() == []


@pytest.mark.parametrize("sheet_id", ["", "..", "../secret", "20261123T021200000000-6a306221", "a/b", "x\0y"])
def test_no_such_sheet(tmp_path: Path, sheet_id: str) -> None:
    """An id that is not in the list reads nothing, whatever path it spells."""
    (tmp_path / "secret.escpos").write_bytes(b"secret")
    store = SheetStore(tmp_path / "sheets")
    with pytest.raises(KeyError):
        store.read(sheet_id)


def test_strangers_cannot_read(tmp_path: Path) -> None:
    """Sheets hold masked names: folder and files are for the owner alone."""
    open_driver(f"memory://{tmp_path}/sheets").send(b"one", JOB, 1.0)
    modes = [path.stat().st_mode & 0o777 for path in (tmp_path / "sheets", *(tmp_path / "sheets").iterdir())]
    assert modes == [0o700, 0o600]


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: not printed, and no half sheet is listed or left behind."""

    def full(node: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", full)
    outcome = open_driver(f"memory://{tmp_path}/sheets").send(b"one", JOB, 1.0)
    assert (outcome.result, outcome.sent) == (Result.NOT_PRINTED, 0)
    assert list((tmp_path / "sheets").iterdir()) == []


def test_it_is_always_ready(tmp_path: Path) -> None:
    """It answers, has paper, and proves what it stores."""
    driver = open_driver(f"memory://{tmp_path}/my%20sheets")
    assert driver.status().known
    assert driver.status().blocked is None
    assert driver.send(b"one", JOB, 1.0).grade == Grade.A
    assert (tmp_path / "my sheets").is_dir()
