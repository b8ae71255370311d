"""Puts the pieces together, top to bottom."""

import gc
import hashlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import structlog
from apiflask import APIFlask
from flask import Response
from flask_socketio import SocketIO

import display
import kiosk
import reception
from server.api import devices, errors, pages, phone, phone_form, screens, sockets, staff
from server.api import kiosk as kiosk_door
from server.api import reception as reception_door
from server.api.access import guard
from server.api.house import House
from server.bus import open_bus
from server.clock import Clock
from server.live import Live
from server.pictures import Pictures
from server.questionnaires import load_questionnaires
from server.settings import Settings
from server.spool import Paths, Spool
from server.storage.database import Database
from server.storage.migrate import migrate, require_current
from server.storage.vault import Vault

log = structlog.get_logger()

CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self'; "
    "connect-src 'self' ws: wss:; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Server:
    """A whole installation in one process, not started yet."""

    house: House
    app: APIFlask
    socketio: SocketIO
    live: Live
    spool: Spool
    clock: Clock

    def start(self) -> None:
        """Start what works in the background: pushes, printers, the clock."""
        for part in (self.live, self.spool, self.clock):
            threading.Thread(target=part.run, name=type(part).__name__.lower(), daemon=True).start()

    def stop(self) -> None:
        """Stop in reverse."""
        for part in (self.clock, self.spool, self.live):
            part.stop()
        self.house.database.close()


def create_server(settings: Settings, *, async_mode: str = "threading") -> Server:
    """Everything of one installation. Migrates a SQLite database; raises OldSchema where PostgreSQL is behind."""
    database = open_database(settings)
    if database.engine.dialect.name == "sqlite":
        migrate(database)
    require_current(database)
    build = _build()
    pictures = Pictures(database, build)
    house = House(settings, database, pictures, load_questionnaires(), paths(settings), build)
    app = create_app(house)
    socketio = SocketIO(
        app,
        async_mode=async_mode,
        path="/live",
        transports=["websocket"],
        serve_client=False,
        cors_allowed_origins=None,
    )
    live = Live(database, pictures, socketio, sockets.admit(house), sockets.still_good(house))
    sockets.listen(socketio, live)
    return Server(house, app, socketio, live, Spool(database, house.paths), Clock(database))


def create_app(house: House) -> APIFlask:
    """The HTTP side: doors, guards and headers."""
    # Files have a door of their own, and `nextchair openapi` prints the interface: neither of the framework's routes.
    no_files: Any = None
    app = APIFlask("server", title="Nextchair", version="0.1.0", docs_path=None, spec_path=None, static_folder=no_files)
    app.config["SPEC_FORMAT"] = "json"
    errors.handle(app)
    guard(app, house)
    app.register_blueprint(pages.blueprint(house))
    app.register_blueprint(screens.blueprint(house))
    app.register_blueprint(phone.blueprint(house))
    app.register_blueprint(phone_form.blueprint(house))
    app.register_blueprint(devices.blueprint(house))
    app.register_blueprint(staff.blueprint(house))
    app.register_blueprint(kiosk_door.blueprint(house))
    app.register_blueprint(reception_door.blueprint(house))
    app.after_request(_protect)
    return app


def specification() -> dict[str, Any]:
    """The HTTP interface as OpenAPI 3.1. It needs no data folder, and makes none."""
    with TemporaryDirectory(prefix="nextchair-") as folder:
        server = create_server(Settings(data=Path(folder), database_url="", redis_url=""))
        spec = cast(dict[str, Any], server.app.spec)
        server.house.database.close()
        return spec


def paths(settings: Settings) -> Paths:
    return Paths(settings.data / "sheets", _folder(display) / "static/fonts/NotoSansSC_400Regular.ttf")


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database for one command: SQLite is migrated; raises OldSchema where PostgreSQL is behind."""
    database = open_database(settings)
    try:
        if database.engine.dialect.name == "sqlite":
            migrate(database)
        yield database
    finally:
        database.close()


def open_database(settings: Settings) -> Database:
    settings.data.mkdir(parents=True, exist_ok=True)
    return Database(settings.url, Vault.open(settings.data, settings.key), open_bus(settings.redis_url))


def serve(settings: Settings, ready: Callable[[House], None] | None = None) -> None:
    """Serve until told to stop. The process must have been patched by gevent before anything else was imported."""
    from gevent import get_hub
    from gevent.pywsgi import WSGIHandler, WSGIServer

    class Handler(WSGIHandler):
        def handle_one_response(self) -> None:
            super().handle_one_response()
            if (self.headers.get("Upgrade") or "").lower() == "websocket":
                # What follows on this connection are frames, not a further request.
                self.close_connection = True

    class Listener(WSGIServer):
        def handle(self, client: socket.socket, address: Any) -> None:
            # Head and body of an answer leave apart; Nagle's algorithm would hold the body back for 40 ms.
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            super().handle(client, address)

    server = create_server(settings, async_mode="gevent")
    listener = Listener((settings.host, settings.port), server.app, handler_class=Handler, log=None, backlog=4096)
    listener.start()
    server.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        get_hub().loop.signal(number).start(lambda: listener.stop(timeout=1))
    if ready is not None:
        ready(server.house)
    # What was loaded stays: searching it for garbage would make every screen wait for a tenth of a second.
    gc.collect()
    gc.freeze()
    listener.serve_forever()
    server.stop()


def _protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Permissions-Policy"] = "geolocation=(), microphone=(), payment=()"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _build() -> str:
    """A mark of the pages as they are now: screens that were loaded with another one reload when idle."""
    mark = hashlib.sha256()
    for package in (display, kiosk, reception):
        for file in sorted(_folder(package).rglob("*")):
            if file.suffix in {".js", ".css", ".html"}:
                mark.update(file.read_bytes())
    return mark.hexdigest()[:12]


def _folder(package: Any) -> Path:
    return Path(package.__file__).parent
