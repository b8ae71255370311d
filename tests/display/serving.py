"""A small server for screens, with a real Socket.IO behind /live."""

from __future__ import annotations

import json
import mimetypes
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import socketio
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from display import page
from display.screens import SCREENS
from tests.display import make_board as make

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self' ws: wss:"
)
"""The content security policy screens live under."""


@dataclass(frozen=True)
class Picture:
    """A picture as the server makes it."""

    rev: int
    at: datetime
    hash: str
    build: str
    body: str

    def message(self, **changes: Any) -> dict[str, Any]:
        """The picture as it goes over the wire; `body=None` makes a sign of life."""
        whole = {"rev": self.rev, "at": self.at.isoformat(), "hash": self.hash, "build": self.build, "body": self.body}
        return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def picture(
    kind: str, value: object, rev: int = 1, *, language: str = "zh-CN", later: float = 0, **options: Any
) -> Picture:
    """The picture of a board or slip, `later` seconds after ten to eleven."""
    screen = SCREENS[kind]
    body = page.render(kind, screen.view(value, screen.Options(**options)), language)
    return Picture(rev, make.NOW + timedelta(seconds=later), f"hash-{rev}", "build-1", body)


def document(kind: str, shown: Picture, language: str = "zh-CN") -> str:
    token = "tok-1" if kind == "phone" else ""
    return page.page(kind, shown, language=language, token=token, name="大厅电视")


@dataclass
class Screens:
    """What the server shows and what was asked of it. `away` makes it hang up on everybody, `deaf` on sockets only."""

    url: str = ""
    html: str = ""
    door: dict[str, Any] = field(default_factory=dict)
    away: bool = False
    deaf: bool = False
    asked: int = 0
    loaded: int = 0
    watches: list[Any] = field(default_factory=list)
    posts: list[tuple[str, str, Any]] = field(default_factory=list)
    answer: tuple[int, dict[str, Any]] = (200, {"rev": 2})
    pairing: list[dict[str, Any]] = field(default_factory=list)
    push: Callable[[dict[str, Any]], None] = lambda message: None
    hang_up: Callable[[], None] = lambda: None

    def show(self, kind: str, shown: Picture, language: str = "zh-CN") -> None:
        """Serve this picture: as a page, and at its GET door."""
        self.html = document(kind, shown, language)
        self.door = shown.message()

    def respond(self, request: Request) -> Response:
        if self.away or (self.deaf and request.path.startswith("/live")):
            return Response(status=503)
        if request.path.startswith("/static/"):
            return _static(request.path)
        if request.path.startswith("/api/pair"):
            return self._pair(request)
        if request.method == "POST":
            self.posts.append((request.path, request.headers.get("Idempotency-Key", ""), request.get_json()))
            return _json(self.answer[1], self.answer[0])
        if request.path.startswith("/api/"):
            self.asked += 1
            return _json(self.door)
        self.loaded += 1
        return Response(self.html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY})

    def _pair(self, request: Request) -> Response:
        if request.method == "POST":
            self.posts.append((request.path, request.headers.get("Idempotency-Key", ""), request.get_json()))
        return _json(self.pairing.pop(0) if len(self.pairing) > 1 else self.pairing[0])


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status=status, content_type="application/json")


def _static(path: str) -> Response:
    name = path.removeprefix(page.SCREEN_SOURCES)
    file = page.SOURCES.get(name) or page.STATIC["/static/display/"] / path.removeprefix("/static/display/")
    kind = mimetypes.guess_type(file.name)[0] or "font/woff2"
    return Response(file.read_bytes(), content_type=kind, headers={"Cache-Control": "max-age=600"})


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something that happens on the server."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@contextmanager
def serving() -> Iterator[Screens]:
    """Run it on a free port for the length of a block."""
    sockets = socketio.Server(async_mode="threading", transports=["websocket"], cors_allowed_origins="*")
    screens = Screens()
    sids: list[str] = []

    def watch(sid: str, message: Any) -> None:
        sids.append(sid)
        screens.watches.append(message)

    sockets.on("watch", watch)
    screens.push = lambda message: sockets.emit("picture", message)

    def hang_up() -> None:
        while sids:
            sockets.disconnect(sids.pop())

    screens.hang_up = hang_up

    def pages(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return screens.respond(Request(environ))(environ, start)

    live = socketio.WSGIApp(sockets, pages, socketio_path="live")

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if (screens.away or screens.deaf) and environ["PATH_INFO"].startswith("/live"):
            return pages(environ, start)
        answer: Iterable[bytes] = live(environ, start)
        return answer

    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    screens.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield screens
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
