"""What must never be committed, and what the locks must not hold."""

from __future__ import annotations

import json
import re

import pytest

from tests.architecture.tree import tracked
from tests.infrastructure import ROOT


def test_locks_name_no_place() -> None:
    """Whoever installs uses the own package index: the locks hold versions and hashes, no address."""
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        text = lock.read_text()
        assert "://" not in text
        assert not re.search(r"^--(?!hash)", text, flags=re.MULTILINE)
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_every_locked_package_has_a_hash() -> None:
    """Nothing is installed that was not looked at when it was locked."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        entries = re.split(r"\n(?=\S)", lock.read_text().strip())
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("impostor", ["escpos", "gevent-websocket"])
def test_lock_is_free_of(impostor: str) -> None:
    """`escpos` is an abandoned namesake of python-escpos; gevent-websocket breaks what Flask-SocketIO needs."""
    text = (ROOT / "requirements" / "base.txt").read_text() + (ROOT / "requirements" / "dev.txt").read_text()
    assert not re.search(rf"^{impostor}==", text, flags=re.MULTILINE)


def test_tracked_files_name_no_machine() -> None:
    """No file holds the place of this clone, a home folder or the address of a package index."""
    private = re.compile(rf"{re.escape(str(ROOT))}/|(?<![\w.])/(?:home|Users)/\w|index-url\s*=|registry\s*=\s*http")
    assert [name for name, text in tracked() if name != THIS and private.search(text)] == []


def test_nothing_built_is_tracked() -> None:
    """Built pages, copied fonts and caches are made on each machine."""
    built = re.compile(r"^(?:display|kiosk|reception)/static/|(?:^|/)(?:node_modules|__pycache__|\.state|\.venv)/")
    assert [name for name, _ in tracked() if built.search(name)] == []


THIS = "tests/architecture/test_repository.py"
