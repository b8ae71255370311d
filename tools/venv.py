"""The Python environment in `.venv`, filled from the lock files."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
from pathlib import Path

from tools.steps import (
    ROOT,
    STATE,
    VENV,
    apt_install,
    can_install_packages,
    digest,
    once,
    python_version,
    run,
    say,
    stop,
)

BIN = VENV / "bin"
LOCKS = ROOT / "requirements"

LAUNCHER = (ROOT / "tools" / "launcher.py").read_text()


def make_environment(*, dev: bool) -> None:
    """Create `.venv` where needed and install the base lock, and the dev lock when asked."""
    once("venv", digest([], python_version(), str(VENV), LAUNCHER), _create, makes=BIN / "nextchair")
    for name in ["base", "dev"] if dev else ["base"]:
        key = digest([LOCKS / f"{name}.txt"])
        once(f"lock-{name}", key, functools.partial(install, name), makes=BIN)


def install(name: str) -> None:
    """Install one lock file: wheels only, each checked against its hash."""
    say(f"installing the Python packages of requirements/{name}.txt")
    pip = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--require-hashes", "--only-binary", ":all:", "-r", LOCKS / f"{name}.txt")


def _create() -> None:
    say("making the Python environment .venv")
    if not _venv() and not (can_install_packages() and apt_install("python3-venv") and _venv()):
        raise stop("Python has no venv module here. Install it (Debian, as root: apt-get install python3-venv).")
    for note in STATE.glob("lock-*"):
        note.unlink()
    _write_launcher()


def _venv() -> bool:
    shutil.rmtree(VENV, ignore_errors=True)
    return subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True).returncode == 0


def _write_launcher() -> None:
    """Put the clone on the path and write `.venv/bin/nextchair`, as pip does with the wheel's script.

    gevent has to patch the standard library before anything else is imported,
    which the entry point that an installer would write does not allow.
    """
    (site,) = (VENV / "lib").glob("python*/site-packages")
    Path(site, "nextchair.pth").write_text(f"{ROOT}\n")
    launcher = BIN / "nextchair"
    launcher.write_text(LAUNCHER.replace("#!python", f"#!{BIN / 'python'}", 1))
    launcher.chmod(0o755)
