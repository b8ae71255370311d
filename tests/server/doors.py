"""The whole server in one process, its doors, and somebody for each."""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from clinic.roles import Role
from clinic.setup import Name
from server.api.access import Access, Who, access_of
from server.app import Server, create_server
from server.bus import Bus
from server.commands.setting_up import found_clinic
from server.devices import Kind
from server.settings import Settings
from server.spool import Worker
from server.staff.people import create_staff
from server.storage import tables as t
from server.storage.database import Database
from server.storage.migrate import migrate
from server.storage.vault import Vault
from tests.infrastructure import ROOT
from tests.server.conftest import Clock
from tests.server.running import PASSWORD, hire, pair

EAST = "east"
"""Reception of a second site, whose set-up is the first one's."""

KEY = {"Idempotency-Key": "key-of-this-request"}


@dataclass(frozen=True)
class Door:
    """One method of one route. `path` names its arguments without their converters: `/t/<token>`."""

    method: str
    path: str
    endpoint: str
    access: Access | None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def arguments(self) -> list[str]:
        return re.findall(r"<(\w+)>", self.path)

    def at(self, arguments: Mapping[str, object]) -> str:
        """An address that leads here. Raises KeyError for an argument nobody gave."""
        return re.sub(r"<(\w+)>", lambda found: quote(str(arguments[found[1]])), self.path)


def doors(app: APIFlask) -> list[Door]:
    """Every method of every route there is, but those Flask answers by itself."""
    found = [
        Door(method, re.sub(r"<(?:[^<>]+:)?(\w+)>", r"<\1>", rule.rule), rule.endpoint, _access(app, rule.endpoint))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    return sorted(found, key=str)


def _access(app: APIFlask, endpoint: str) -> Access | None:
    return access_of(app.view_functions[endpoint])


def access(door: Door) -> Access:
    """What a door asks of its caller. Raises AssertionError for one that does not say."""
    assert door.access is not None, f"{door} says not whom it is for"
    return door.access


class Browser:
    """One person's browser at the server's own address."""

    def __init__(self, app: APIFlask, cookies: Mapping[str, str] | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        for name, value in (cookies or {}).items():
            self.client.set_cookie(name, value)

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, buffered=True)

    def post(self, path: str, body: object = None, **headers: str) -> TestResponse:
        """With a key of its own, unless a header says otherwise: `Idempotency_Key="…"`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        key = {"Idempotency-Key": secrets.token_hex(8)}
        return self.client.post(path, json={} if body is None else body, headers={**key, **named})

    def knock(self, door: Door, arguments: Mapping[str, object]) -> TestResponse:
        """Whatever the door's method is, with nothing in hand."""
        path = door.at(arguments)
        return self.get(path) if door.method == "GET" else self.post(path)

    def do(self, path: str, body: object = None) -> Any:
        """A change that must be made; its answer."""
        answer = self.post(path, body)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json

    def see(self, path: str) -> Any:
        """A GET that must be answered; its JSON."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json

    def cookie(self, name: str) -> str:
        found = self.client.get_cookie(name)
        assert found is not None
        return found.value


def no(answer: TestResponse) -> tuple[int, str]:
    """What a door refused with."""
    return answer.status_code, (answer.json or {}).get("code", "") if answer.is_json else ""


@dataclass
class Premises:
    """A clinic that is open: two sites, staff of every role, a terminal and a screen at each kind of door."""

    server: Server
    clock: Clock
    browsers: dict[str, Browser] = field(default_factory=dict)
    workers: dict[int, Worker] = field(default_factory=dict)

    @property
    def app(self) -> APIFlask:
        return self.server.app

    @property
    def database(self) -> Database:
        return self.server.house.database

    def browser(self, cookies: Mapping[str, str] | None = None) -> Browser:
        return Browser(self.app, cookies)

    def staff(self, login: str) -> Browser:
        """The browser of somebody who signed in: a role's name, or EAST."""
        if login not in self.browsers:
            self.browsers[login] = self.browser()
            self.browsers[login].do("/api/staff/sign-in", {"login": login, "password": PASSWORD})
        return self.browsers[login]

    def device(self, kind: Kind, screen: str | None = None, site_id: int = 1) -> Browser:
        """The browser of a paired device."""
        name = f"{kind} {screen} {site_id}"
        if name not in self.browsers:
            self.browsers[name] = self.browser(pair(self.database, kind, screen, site_id=site_id))
        return self.browsers[name]

    @property
    def desk(self) -> Browser:
        """Reception."""
        return self.staff(Role.RECEPTION)

    @property
    def kiosk(self) -> Browser:
        return self.device(Kind.KIOSK)

    @property
    def screen(self) -> Browser:
        return self.device(Kind.SCREEN, "calls")

    def let_in(self, door: Door) -> Browser:
        """The browser of somebody whom a door is for."""
        if access(door).who is Who.DEVICE:
            return self.kiosk if access(door).kind is Kind.KIOSK else self.screen
        return self.desk if access(door).who is Who.STAFF else self.browser()

    def everything(self, site_id: int | None = None) -> dict[str, list[str]]:
        """Every row of every table, to compare; of one site those that say they are its own."""
        wanted = [table for table in t.metadata.sorted_tables if site_id is None or "site_id" in table.c]
        with self.database.read() as connection:
            return {
                table.name: sorted(
                    repr(row) for row in connection.execute(select(table)) if site_id is None or row.site_id == site_id
                )
                for table in wanted
            }

    def print_all(self) -> None:
        """Let the spool print what waits."""
        with self.database.read() as connection:
            printers = connection.execute(select(t.printer.c.site_id, t.printer.c.id)).all()
        for site_id, printer_id in printers:
            if printer_id not in self.workers:
                self.workers[printer_id] = Worker(self.database, self.server.house.paths, site_id, printer_id)
            while self.workers[printer_id].work():
                pass


@contextmanager
def open_premises(folder: Path, url: str = "") -> Iterator[Premises]:
    """The clinic of demo/clinic.yaml, twice; SQLite in the folder unless `url` names another empty database."""
    settings = Settings(data=folder, database_url=url, public_url="https://clinic.example")
    _prepare(settings)
    server = create_server(settings)
    clock = Clock()
    server.house.database.now = clock
    plan = yaml.safe_load((ROOT / "demo/clinic.yaml").read_text(encoding="utf-8"))
    for code in ("main", EAST):
        found_clinic(server.house.database, {**plan, "site": {**plan["site"], "code": code}})
    for role in Role:
        hire(server.house.database, role, roles=[role])
    create_staff(
        server.house.database, site_id=2, login=EAST, password=PASSWORD, name=Name("东区"), roles=[Role.RECEPTION]
    )
    yield Premises(server, clock)
    server.stop()


def _prepare(settings: Settings) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url, Vault.open(settings.data), Bus())
    migrate(database)
    database.close()
