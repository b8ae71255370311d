"""TypeScript types of the API, made from the server's OpenAPI."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tools.node import program
from tools.steps import ROOT
from tools.venv import BIN

FILE = ROOT / "web" / "api.ts"


def write_api_types(target: Path) -> None:
    """Write the types of the API as it is now."""
    with tempfile.TemporaryDirectory(prefix="nextchair-") as folder:
        document = Path(folder, "openapi.json")
        with document.open("w") as file:
            subprocess.run([BIN / "nextchair", "openapi"], cwd=ROOT, stdout=file, check=True)
        program("openapi-typescript", str(document), "--output", str(target))
