"""The only module that speaks to screens."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from flask_socketio import SocketIO, join_room

from server.pictures import Picture, Pictures, Watch
from server.queries.snapshot import Snapshot
from server.storage.database import Database
from server.trouble import whereabouts

LOOK = 2.0
"""Seconds between looks at the revs: heals a lost message of the bus, and drops whoever lost the right to look."""

ALIVE = 4.0
"""Seconds between signs of life: pictures without a body. A screen that hears none for 12 s says how old it is."""

PHONES = 1.0
"""Phones hear of changes at most this often, in seconds."""

BREATH = 0.001
GIVES_WAY = 0.02
"""Seconds one phone's picture waits at most while its site is being changed."""

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
        self._now = database.now
        self._database = database
        self._pictures = pictures
        self._socketio = socketio
        self._admit = admit
        self._still_good = still_good
        self._watching: dict[str, Admitted] = {}
        self._watchers: Counter[Watch] = Counter()
        self._sent: dict[Watch, str] = {}
        self._failing: set[Watch] = set()
        self._revs: dict[int, int] = {}
        self._dirty: set[int] = set()
        self._phones_dirty: set[int] = set()
        self._phones_after: dict[int, float] = {}
        self._woken = threading.Event()
        self._stopped = False
        self._lost = False
        database.bus.listen(self._changed)

    def admit(self, sid: str, cookies: Mapping[str, str], message: Mapping[str, Any]) -> Picture | None:
        """Let a socket watch this and nothing else; returns its first picture, None when it may not look."""
        admitted = self._admit(cookies, message)
        self.leave(sid)
        if admitted is None:
            return None
        watch = admitted.watch
        self._watching[sid] = admitted
        self._watchers[watch] += 1
        join_room(watch.room, sid=sid, namespace="/")
        picture = self._pictures.now(watch)
        self._revs.setdefault(watch.site_id, picture.rev)
        if self._sent.setdefault(watch, picture.hash) != picture.hash:
            # Whoever watched before has not heard of this one yet: whatever comes next goes to all.
            self._sent[watch] = ""
        return picture

    def leave(self, sid: str) -> None:
        left = self._watching.pop(sid, None)
        if left is None:
            return
        self._socketio.server.leave_room(sid, left.watch.room, namespace="/")
        self._watchers[left.watch] -= 1
        if not self._watchers[left.watch]:
            del self._watchers[left.watch]
            self._sent.pop(left.watch, None)
            self._failing.discard(left.watch)

    def run(self) -> None:
        """Push until stopped. Signs of life follow a look at the database alone: without it, screens say their age."""
        looked = alive = 0.0
        while not self._stopped:
            self._woken.wait(self._pause())
            self._woken.clear()
            now = time.monotonic()
            looks = now - looked >= LOOK
            try:
                if looks:
                    self._look()
                self._push(now)
                if looks and now - alive >= ALIVE:
                    alive = now
                    self._show_life()
            except Exception as error:  # noqa: BLE001 - nothing may end the push; the next look makes up for it
                self._note(error)
            else:
                looked = now if looks else looked
                self._note(None)

    def stop(self) -> None:
        self._stopped = True
        self._woken.set()

    def _pause(self) -> float:
        return 0.2 if self._phones_dirty else LOOK / 4

    def _note(self, error: Exception | None) -> None:
        """Log once that the truth is out of reach, and once that it is back."""
        if error is not None and not self._lost:
            log.error("live_lost", **whereabouts(error))
        if error is None and self._lost:
            log.warning("live_back")
        self._lost = error is not None

    def _changed(self, site_id: int, rev: int) -> None:
        if rev > self._revs.get(site_id, 0):
            self._revs[site_id] = rev
            self._dirty.add(site_id)
            self._woken.set()

    def _sites(self) -> frozenset[int]:
        return frozenset(watch.site_id for watch in list(self._watchers))

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
        held = frozenset(admitted.credential for admitted in list(self._watching.values()))
        good = self._still_good(held)
        for sid, admitted in list(self._watching.items()):
            if admitted.credential not in good:
                self.leave(sid)
                self._socketio.server.disconnect(sid)

    def _push(self, now: float) -> None:
        self._push_screens()
        for site_id in sorted(self._phones_dirty):
            if now >= self._phones_after.get(site_id, 0.0):
                self._phones_dirty.discard(site_id)
                self._phones_after[site_id] = now + PHONES
                self._send(site_id, phones=True)

    def _push_screens(self) -> None:
        """Televisions, terminals and consoles of the sites that have changed; their phones come later."""
        dirty, self._dirty = self._dirty & self._sites(), set()
        for site_id in dirty:
            self._send(site_id, phones=False)
        self._phones_dirty |= dirty

    def _send(self, site_id: int, *, phones: bool) -> None:
        watched = [watch for watch in self._watched(site_id) if (watch.face == "phone") is phones]
        if not watched:
            return
        snapshot = self._pictures.snapshot(site_id, self._revs.get(site_id, 0))
        for watch in watched:
            picture = self._draw(snapshot, watch)
            if picture is not None and self._sent.get(watch) != picture.hash:
                self._sent[watch] = picture.hash
                self._socketio.emit("picture", picture.as_json(), to=watch.room)
            if phones:
                self._give_way(site_id)
            else:
                self._socketio.sleep(0)

    def _give_way(self, site_id: int) -> None:
        """Before the next phone let new requests in, let whoever is calling a patient finish, and tell screens of it.

        A pause of no length would let those run who are ready, but no request in.
        """
        until = time.monotonic() + GIVES_WAY
        self._socketio.sleep(BREATH)
        while self._database.in_use(site_id) and time.monotonic() < until:
            self._socketio.sleep(BREATH)
        if self._dirty:
            self._push_screens()

    def _show_life(self) -> None:
        for site_id in self._sites():
            snapshot = self._pictures.snapshot(site_id, 0)
            for watch in self._watched(site_id):
                picture = self._draw(snapshot, watch)
                if picture is not None:
                    self._socketio.emit("picture", picture.sign_of_life(self._now()), to=watch.room)
                self._socketio.sleep(0)

    def _draw(self, snapshot: Snapshot, watch: Watch) -> Picture | None:
        """A watch's picture; None when drawing it fails, which leaves all others and is logged once."""
        try:
            picture = self._pictures.draw(snapshot, watch)
        except Exception as error:  # noqa: BLE001 - a bug in one kind of picture must not darken the others
            if watch not in self._failing:
                self._failing.add(watch)
                log.error("picture_failed", face=watch.face, kind=watch.kind, **whereabouts(error))
            return None
        self._failing.discard(watch)
        return picture

    def _watched(self, site_id: int) -> list[Watch]:
        return [watch for watch in list(self._watchers) if watch.site_id == site_id]
