"""Node.js and the packages of package-lock.json."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path

from tools.steps import NODE_MODULES, ROOT, digest, once, run, say
from tools.venv import BIN, install


def good_enough(node: Path) -> bool:
    """Whether this Node runs Vite: 20.19 or newer, but not the 21 series nor 22 before 22.12."""
    try:
        answer = subprocess.run([str(node), "--version"], capture_output=True, text=True).stdout
        major, minor, *_ = (int(part) for part in answer.strip().lstrip("v").split("."))
    except (OSError, ValueError):
        return False
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major >= 23


@functools.cache
def node() -> Path:
    """The Node of this machine, else the one that comes as a Python wheel."""
    found = shutil.which("node")
    if found and shutil.which("npm") and good_enough(Path(found)):
        return Path(found)
    if not good_enough(BIN / "node"):
        say("no Node.js 20.19 or newer found; installing it into .venv")
        install("node")
    return BIN / "node"


def node_env() -> dict[str, str]:
    """The environment in which `node`, `npm` and the installed programs find each other."""
    return {"PATH": f"{node().parent}{os.pathsep}{os.environ['PATH']}"}


def npm(*arguments: str) -> None:
    """Run npm in the root folder."""
    run(node().parent / "npm", *arguments, env=node_env())


def program(name: str, *arguments: str, env: dict[str, str] | None = None) -> None:
    """Run a program of an installed npm package."""
    run(NODE_MODULES / ".bin" / name, *arguments, env={**node_env(), **(env or {})})


def install_packages() -> None:
    """Bring `node_modules` to the state of the lock."""
    key = digest([ROOT / "package.json", ROOT / "package-lock.json"])
    once("node_modules", key, _ci, makes=NODE_MODULES)


def _ci() -> None:
    say("installing the npm packages of package-lock.json")
    npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
