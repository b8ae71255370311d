"""The only module that speaks to screens."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from flask_socketio import SocketIO, join_room, leave_room
from sqlalchemy.exc import SQLAlchemyError

from server.pictures import Picture, Pictures, Watch
from server.storage.database import Busy, Database

LOOK = 2.0
"""Seconds between looks at the revs: heals a lost message of the bus, and drops whoever lost the right to look."""

ALIVE = 5.0
"""Seconds between signs of life: pictures without a body."""

PHONES = 1.0
"""Phones hear of changes at most this often, in seconds."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who may watch what: `credential` names the right to look, such as `device:5` or `desk:3`."""

    watch: Watch
    credential: str


Admit = Callable[[Mapping[str, str], Mapping[str, Any]], Admitted | None]
"""From the socket's cookies and its `watch` message to what it may see, None for nothing."""

StillGood = Callable[[frozenset[str]], frozenset[str]]
"""Which of these credentials are still valid."""


class Live:
    """Knows who watches what in this process, and sends each a picture when it has changed."""

    def __init__(
        self, database: Database, pictures: Pictures, socketio: SocketIO, admit: Admit, still_good: StillGood
    ) -> None:
        self._pictures = pictures
        self._socketio = socketio
        self._admit = admit
        self._still_good = still_good
        self._watching: dict[str, Admitted] = {}
        self._sent: dict[Watch, str] = {}
        self._revs: dict[int, int] = {}
        self._dirty: set[int] = set()
        self._phones_dirty: set[int] = set()
        self._phones_after: dict[int, float] = {}
        self._woken = threading.Event()
        self._stopped = False
        database.bus.listen(self._changed)

    def admit(self, sid: str, cookies: Mapping[str, str], message: Mapping[str, Any]) -> Picture | None:
        """Let a socket watch; returns its first picture, None when it may not look."""
        admitted = self._admit(cookies, message)
        if admitted is None:
            return None
        before = self._watching.get(sid)
        if before is not None:
            leave_room(before.watch.room, sid=sid, namespace="/")
        self._watching[sid] = admitted
        join_room(admitted.watch.room, sid=sid, namespace="/")
        picture = self._pictures.now(admitted.watch)
        self._revs.setdefault(admitted.watch.site_id, picture.rev)
        return picture

    def leave(self, sid: str) -> None:
        self._watching.pop(sid, None)
        watched = {admitted.watch for admitted in self._watching.values()}
        self._sent = {watch: sent for watch, sent in self._sent.items() if watch in watched}

    def run(self) -> None:
        """Push until stopped. While the database is away there is no sign of life either: screens say their age."""
        looked = alive = 0.0
        while not self._stopped:
            self._woken.wait(self._pause())
            self._woken.clear()
            now = time.monotonic()
            try:
                if now - looked >= LOOK:
                    looked = now
                    self._look()
                self._push(now)
                if now - alive >= ALIVE:
                    alive = now
                    self._show_life()
            except (Busy, SQLAlchemyError):
                log.exception("live_waits_for_database")

    def stop(self) -> None:
        self._stopped = True
        self._woken.set()

    def _pause(self) -> float:
        return 0.2 if self._phones_dirty else LOOK / 4

    def _changed(self, site_id: int, rev: int) -> None:
        if rev > self._revs.get(site_id, 0):
            self._revs[site_id] = rev
            self._dirty.add(site_id)
            self._woken.set()

    def _sites(self) -> frozenset[int]:
        return frozenset(admitted.watch.site_id for admitted in self._watching.values())

    def _look(self) -> None:
        sites = self._sites()
        if not sites:
            return
        for site_id, rev in self._pictures.revs(sites).items():
            self._changed(site_id, rev)
        self._drop_strangers()
        # Waits depend on the time: an old snapshot is read again, and only what has changed is sent.
        self._dirty |= sites

    def _drop_strangers(self) -> None:
        held = frozenset(admitted.credential for admitted in self._watching.values())
        good = self._still_good(held)
        for sid, admitted in list(self._watching.items()):
            if admitted.credential not in good:
                self.leave(sid)
                self._socketio.server.disconnect(sid)

    def _push(self, now: float) -> None:
        dirty, self._dirty = self._dirty & self._sites(), set()
        for site_id in dirty:
            self._send(site_id, phones=False)
        self._phones_dirty |= dirty
        for site_id in sorted(self._phones_dirty):
            if now >= self._phones_after.get(site_id, 0.0):
                self._phones_dirty.discard(site_id)
                self._phones_after[site_id] = now + PHONES
                self._send(site_id, phones=True)

    def _send(self, site_id: int, *, phones: bool) -> None:
        snapshot = self._pictures.snapshot(site_id, self._revs.get(site_id, 0))
        for watch in self._watched(site_id):
            if (watch.face == "phone") is not phones:
                continue
            picture = self._pictures.draw(snapshot, watch)
            if self._sent.get(watch) != picture.hash:
                self._sent[watch] = picture.hash
                self._socketio.emit("picture", picture.as_json(), to=watch.room)
            # Whoever is calling a patient meanwhile goes first.
            self._socketio.sleep(0)

    def _show_life(self) -> None:
        for site_id in self._sites():
            snapshot = self._pictures.snapshot(site_id, 0)
            for watch in self._watched(site_id):
                alive = self._pictures.draw(snapshot, watch).as_json(body=False)
                self._socketio.emit("picture", alive, to=watch.room)
                self._socketio.sleep(0)

    def _watched(self, site_id: int) -> set[Watch]:
        admitted = list(self._watching.values())
        return {each.watch for each in admitted if each.watch.site_id == site_id}
