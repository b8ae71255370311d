"""The real server as a process of its own, and people who use it."""

import http.client
import itertools
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from types import TracebackType
from typing import Any

import socketio
from sqlalchemy import insert

from clinic.roles import Role
from server.bus import Bus
from server.devices import Kind
from server.settings import Settings
from server.staff.passwords import hash_password
from server.storage import tables as t
from server.storage.database import Database
from server.storage.migrate import migrate
from server.storage.vault import Vault
from tests.infrastructure import ROOT, free_port

START_SECONDS = 30
PASSWORD = "password of everybody"
PROGRAM = [str(Path(sys.executable).with_name("nextchair")), "serve"]


class Running:
    """A server on a port of its own over a data folder. It can be killed and started again on the same data."""

    def __init__(
        self,
        folder: Path,
        *,
        database_url: str = "",
        redis_url: str = "",
        program: Sequence[str] = PROGRAM,
        **settings: object,
    ) -> None:
        """Without `database_url` it is SQLite in the folder. `settings` are NEXTCHAIR_* in small letters."""
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.settings = Settings(
            data=folder,
            port=self.port,
            database_url=database_url,
            redis_url=redis_url,
            **settings,  # type: ignore[arg-type]
        )
        self._program = list(program)
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Running":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self.kill()

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The server's database, migrated, to furnish it or to look at it from this process."""
        self.settings.data.mkdir(parents=True, exist_ok=True)
        opened = Database(self.settings.url, Vault.open(self.settings.data), Bus())
        migrate(opened)
        yield opened
        opened.close()

    def start(self) -> None:
        """Start, and wait until it answers. What it logs is in the file `log` of the data folder."""
        self.settings.data.mkdir(parents=True, exist_ok=True)
        environment = {f"NEXTCHAIR_{name.upper()}": str(value) for name, value in self.settings}
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                self._program,
                cwd=ROOT,
                env={**os.environ, **environment},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"the server did not start:\n{self.log()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL: as when the power fails."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM: as an operator stops it. Returns its exit code."""
        return self._end(signal.SIGTERM)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def tell(self, number: signal.Signals) -> str:
        """Send a signal; returns the line that the program prints in answer."""
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.send_signal(number)
        return self._process.stdout.readline()

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def _log(self) -> Path:
        return self.settings.data / "log"

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        process, self._process = self._process, None
        process.send_signal(number)
        code = process.wait(START_SECONDS)
        assert process.stdout is not None
        process.stdout.close()
        return code

    def _answers(self) -> bool:
        try:
            return Browser(self.port).get("/api/health").status == 200
        except OSError:
            return False


@dataclass(frozen=True)
class Answered:
    """One answer: its body as JSON, and after how many seconds it was there."""

    status: int
    body: Any
    seconds: float


@dataclass
class Browser:
    """One person's browser: its cookies, and one connection that is kept open."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Answered:
        return self._ask("GET", path, None)

    def post(self, path: str, body: object = None, key: str = "") -> Answered:
        """Ask for a change, with an idempotency key of its own unless one is given."""
        return self._ask("POST", path, body, {"Idempotency-Key": key or secrets.token_hex(8)})

    def sign_in(self, login: str, password: str = PASSWORD) -> "Browser":
        answer = self.post("/api/staff/sign-in", {"login": login, "password": password})
        assert answer.status == 200, answer
        return self

    @property
    def header(self) -> dict[str, str]:
        """The cookies, for a socket of this browser."""
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def __del__(self) -> None:
        self.close()

    def _ask(self, method: str, path: str, body: object, headers: dict[str, str] | None = None) -> Answered:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        content = {} if body is None else {"Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body)
        began = time.perf_counter()
        try:
            self._connection.request(method, path, sent, {**self.header, **content, **(headers or {})})
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        took = time.perf_counter() - began
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        is_json = response.headers.get_content_type() == "application/json"
        return Answered(response.status, json.loads(text) if is_json else text.decode(), took)


class Socket:
    """A page's live connection: the pictures heard, and the moments of `time.monotonic()` at which they came."""

    def __init__(self, browser: Browser, message: dict[str, str]) -> None:
        self.pictures: list[dict[str, Any]] = []
        self.moments: list[float] = []
        self.client = socketio.Client(reconnection=False)
        self.client.on("picture", self._hear)
        self.client.connect(
            f"http://127.0.0.1:{browser.port}",
            headers=browser.header,
            transports=["websocket"],
            socketio_path="/live",
        )
        self.client.emit("watch", message)

    def wait_for(self, part: str, seconds: float) -> float:
        """Wait for a picture with this text in it; the moment at which it came."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for picture, moment in zip(self.pictures, self.moments, strict=False):
                if part in picture.get("body", ""):
                    return moment
            time.sleep(0.005)
        raise AssertionError(f"no picture with {part} within {seconds} s")

    def close(self) -> None:
        self.client.disconnect()

    def _hear(self, picture: dict[str, Any]) -> None:
        self.moments.append(time.monotonic())
        self.pictures.append(picture)


def hire(database: Database, *logins: str, roles: Sequence[Role] = (Role.RECEPTION,)) -> None:
    """People of site 1 who can sign in with PASSWORD."""
    rows = [
        {"site_id": 1, "login": login, "name_zh": login, "roles": list(roles), "password_hash": _hashed()}
        for login in logins
    ]
    with database.write() as connection:
        connection.execute(insert(t.staff), rows)


def pair(database: Database, kind: Kind, screen: str | None = None, *, site_id: int = 1) -> dict[str, str]:
    """A paired device: the cookies of its browser."""
    token = secrets.token_hex(8)
    with database.write() as connection:
        connection.execute(
            insert(t.device).values(
                site_id=site_id,
                kind=kind,
                name=f"{kind} {next(_numbers)}",
                screen=screen,
                options={},
                token_key=database.vault.keyed("device", token),
                asked_at=database.now(),
                approved_at=database.now(),
            )
        )
    return {f"nextchair_{kind}": token}


_numbers = itertools.count(1)


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)
