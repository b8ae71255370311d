"""Refuses to build a wheel without its pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = ["display/static/fonts/fonts.css", "kiosk/static/index.html", "reception/static/index.html"]


class BuiltPages(BuildHookInterface[Any]):
    """Hatchling calls this before it packs; an editable install needs no pages."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Stop when something that `make wheel` builds is missing."""
        missing = [name for name in BUILT if not Path(self.root, name).is_file()]
        if missing and version != "editable":
            raise SystemExit(f"Not built yet: {', '.join(missing)}. `make wheel` builds them first.")
