"""The files of this repository that the rules look at."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests import infrastructure

ROOT = infrastructure.ROOT
PRODUCT = ["clinic", "locales", "kiosk", "display", "reception", "printers", "server"]
OURS = [*PRODUCT, "tests", "tools", "bench"]
BUILT = {"static", "node_modules"}


def files(folder: str, *suffixes: str) -> list[Path]:
    """Every file of a folder that ends so, without what was built into it."""
    found = sorted(path for suffix in suffixes for path in (ROOT / folder).rglob(f"*{suffix}"))
    return [path for path in found if not BUILT & set(path.relative_to(ROOT).parts)]


def modules(folders: list[str]) -> list[Path]:
    """Every Python module of these folders."""
    return [path for folder in folders for path in files(folder, ".py")]


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python module."""
    return ast.parse(path.read_text(), filename=str(path))


def named(path: Path) -> str:
    """A path as a reader of a failed test wants it."""
    return str(path.relative_to(ROOT))


def tracked() -> Iterator[tuple[str, str]]:
    """Name and content of every text file that git knows."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in names.split("\0"):
        path = ROOT / name
        if name and path.is_file() and b"\0" not in (content := path.read_bytes()):
            yield name, content.decode(errors="replace")
