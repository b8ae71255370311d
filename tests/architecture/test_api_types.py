"""The types the pages are compiled with are the server's own."""

from __future__ import annotations

from pathlib import Path

from tools.api_types import FILE, write_api_types


def test_api_types_are_fresh(tmp_path: Path) -> None:
    """web/api.ts says what the server answers today; if not, `make types` writes it anew."""
    write_api_types(tmp_path / "api.ts")
    assert FILE.read_text() == (tmp_path / "api.ts").read_text(), "stale: run `make types`"
