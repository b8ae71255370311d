"""Folders of this clone, running a program, and doing a step once.

A step is skipped while the digest of its inputs is the one that was noted in
`.state/` after it last went well.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".state"
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"


def say(text: str) -> None:
    """Tell the person at the terminal what is happening."""
    print(f"nextchair: {text}", flush=True)


def stop(text: str) -> SystemExit:
    """The end of the program, with one sentence that says the cure."""
    return SystemExit(f"nextchair: {text}")


def run(*command: str | Path, env: Mapping[str, str] | None = None) -> None:
    """Run a program in the root folder, with its output on the terminal; stop when it fails."""
    code = subprocess.run([*map(str, command)], cwd=ROOT, env={**os.environ, **(env or {})}).returncode
    if code:
        raise SystemExit(code if code > 0 else 1)


def works(*command: str | Path, seconds: float = 60, env: Mapping[str, str] | None = None) -> bool:
    """Whether a program starts and ends well; its output is thrown away."""
    try:
        done = subprocess.run(
            [*map(str, command)],
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def digest(paths: Iterable[Path], *extra: str) -> str:
    """One hash over the content of files and folders; what does not exist counts as empty."""
    total = hashlib.sha256(repr(extra).encode())
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                total.update(str(file.relative_to(ROOT)).encode() + b"\0")
                total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def once(name: str, key: str, action: Callable[[], None], *, makes: Path) -> None:
    """Do `action` unless it was already done with this key and what it makes is still there."""
    note = STATE / name
    if makes.exists() and note.is_file() and note.read_text() == key:
        return
    note.unlink(missing_ok=True)
    action()
    note.write_text(key)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one set-up at a time work on this clone."""
    STATE.mkdir(exist_ok=True)
    with (STATE / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("another set-up of this folder is running; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def can_install_packages() -> bool:
    """Whether this is root on a Debian-like system."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(*packages: str) -> bool:
    """Install Debian packages, after one `apt-get update` when the first try fails."""
    say(f"installing {' and '.join(packages)} with apt-get (outside this folder)")
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    return _apt(install) or (_apt(["apt-get", "update"]) and _apt(install))


def _apt(command: list[str]) -> bool:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode == 0


def python_version() -> str:
    """The running interpreter, exactly: a change of it rebuilds the environment."""
    return f"{sys.implementation.cache_tag} {sys.version} {sys.base_prefix}"
