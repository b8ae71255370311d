"""The one way a picture is made: snapshot, view, render."""

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import TypeAdapter
from sqlalchemy import select

from clinic.board import board, slip
from clinic.roles import Role
from display import page
from display.screens import SCREENS
from reception.view import Console, console
from server.queries.snapshot import Snapshot, read_snapshot
from server.storage import tables as t
from server.storage.database import Database

REFRESH = timedelta(seconds=30)
"""Waits depend on the time: a snapshot older than this is read again even when nothing happened."""

Face = Literal["screen", "phone", "console", "kiosk"]
CONSOLE: TypeAdapter[Console] = TypeAdapter(Console)


@dataclass(frozen=True, slots=True)
class Watch:
    """What somebody looks at. Equal watches share one picture.

    `kind` and `options` are a screen's, `areas` whose calls it shows (all when empty); `roles` are a console's,
    `visit_id` is a phone's.
    """

    site_id: int
    face: Face
    language: str = "zh-CN"
    kind: str = ""
    options: tuple[tuple[str, str | int | bool], ...] = ()
    areas: frozenset[int] = frozenset()
    roles: frozenset[Role] = frozenset()
    visit_id: int = 0

    @property
    def room(self) -> str:
        """The socket room of everybody who watches the same."""
        return hashlib.sha256(repr((self, sorted(self.areas), sorted(self.roles))).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Picture:
    rev: int
    at: datetime
    hash: str
    build: str
    body: Any

    def as_json(self) -> dict[str, Any]:
        """The picture as screens get it."""
        return {**self.sign_of_life(self.at), "body": self.body}

    def sign_of_life(self, now: datetime) -> dict[str, Any]:
        """The picture without its body, at the present moment: screens set their clocks by it."""
        return {"rev": self.rev, "at": now.isoformat(), "hash": self.hash, "build": self.build}


class Pictures:
    """Makes pictures; of one snapshot each distinct watch is drawn once."""

    def __init__(self, database: Database, build: str) -> None:
        self._database = database
        self._build = build
        self._guard = threading.Lock()
        self._snapshots: dict[int, Snapshot] = {}
        self._drawn: dict[Watch, Picture] = {}
        self._reading: dict[int, threading.Lock] = {}

    def revs(self, site_ids: frozenset[int]) -> Mapping[int, int]:
        """The present revs of some sites."""
        with self._database.read() as connection:
            rows = connection.execute(select(t.site.c.id, t.site.c.rev).where(t.site.c.id.in_(site_ids)))
            return {row.id: row.rev for row in rows}

    def snapshot(self, site_id: int, rev: int) -> Snapshot:
        """A snapshot at `rev` or newer, and not older than REFRESH. Whoever asks meanwhile waits for one reading."""
        with self._guard:
            reading = self._reading.setdefault(site_id, threading.Lock())
        with reading:
            known = self._snapshots.get(site_id)
            if known is None or known.rev < rev or self._database.now() - known.at > REFRESH:
                known = self._snapshots[site_id] = read_snapshot(self._database, site_id)
                self._drawn = {watch: drawn for watch, drawn in self._drawn.items() if watch.site_id != site_id}
            return known

    def now(self, watch: Watch) -> Picture:
        """The newest picture of a watch, for a door or a first look."""
        return self.draw(self.snapshot(watch.site_id, self.revs(frozenset({watch.site_id}))[watch.site_id]), watch)

    def draw(self, snapshot: Snapshot, watch: Watch) -> Picture:
        drawn = self._drawn.get(watch)
        if drawn is None or (drawn.rev, drawn.at) != (snapshot.rev, snapshot.at):
            body = _body(snapshot, watch)
            digest = hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
            drawn = self._drawn[watch] = Picture(snapshot.rev, snapshot.at, digest, self._build, body)
        return drawn


def _body(snapshot: Snapshot, watch: Watch) -> Any:
    if watch.face == "console":
        return _console(snapshot, watch)
    if watch.face == "kiosk":
        return _kiosk(snapshot)
    if watch.face == "phone":
        return _phone(snapshot, watch)
    names = {visit_id: person.masked for visit_id, person in snapshot.people.items()}
    screen = SCREENS[watch.kind]
    public = board(snapshot.day, names, snapshot.at, watch.areas)
    return page.render(watch.kind, screen.view(public, screen.Options(**dict(watch.options))), watch.language)


def _phone(snapshot: Snapshot, watch: Watch) -> str:
    """One patient's own place; of a visit of another day only that it has ended."""
    visit = snapshot.day.visits.get(watch.visit_id)
    if visit is None:
        return page.render("phone", None, watch.language)
    site, screen = snapshot.day.setup.site, SCREENS["phone"]
    own = slip(snapshot.day, visit, snapshot.people[visit.id].masked, snapshot.at)
    options = screen.Options(clinic=site.name, step_out_minutes=site.step_out_minutes)
    return page.render("phone", screen.view(own, options), watch.language)


def _console(snapshot: Snapshot, watch: Watch) -> Any:
    staff = {actor: names[watch.language] for actor, names in snapshot.staff.items()}
    seen = console(
        snapshot.day,
        snapshot.people,
        roles=watch.roles,
        now=snapshot.at,
        staff=staff,
        alerts=snapshot.alerts,
        decided=snapshot.decided,
    )
    return CONSOLE.dump_python(seen, mode="json")


def _kiosk(snapshot: Snapshot) -> dict[str, Any]:
    """All a terminal hears while nobody uses it: how many wait, and which calls for help are still open."""
    waiting = sum(len(places) for places in snapshot.day.places.values())
    return {
        "waiting": waiting,
        "help": [alert.facts.get("device") for alert in snapshot.alerts if alert.kind == "help_asked"],
    }
