"""The linters and type checkers, run over the whole tree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.infrastructure import ROOT
from tools.node import node_env

BIN = Path(sys.executable).parent
NODE_BIN = ROOT / "node_modules" / ".bin"


@pytest.mark.parametrize(
    "command",
    [
        pytest.param([BIN / "ruff", "check", "--quiet", "--output-format", "concise"], id="ruff-check"),
        pytest.param([BIN / "ruff", "format", "--check", "--output-format", "concise"], id="ruff-format"),
        pytest.param([BIN / "mypy"], id="mypy"),
        pytest.param([BIN / "lint-imports", "--no-cache"], id="import-linter"),
        pytest.param([BIN / "deptry", "."], id="deptry"),
        pytest.param([NODE_BIN / "vue-tsc", "--noEmit", "-p", "tsconfig.json"], id="vue-tsc"),
    ],
)
def test_tool_has_nothing_to_say(command: list[str | Path]) -> None:
    """A clean tree: each tool ends with 0; otherwise its words are the failure."""
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True)
    if done.returncode != 0:
        pytest.fail(f"{done.stdout}\n{done.stderr}", pytrace=False)


def environment() -> dict[str, str]:
    """Where the tools find Node, with plain text output."""
    return {**node_env(), "NO_COLOR": "1", "COLUMNS": "200"}
