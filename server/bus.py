"""Tells whoever serves a site's screens that the site has changed."""

import threading
from collections.abc import Callable

import structlog
from redis import Redis
from redis.exceptions import RedisError

Listener = Callable[[int, int], None]
CHANNEL = "nextchair:changed"
log = structlog.get_logger()


class Bus:
    """Within one process. Listeners are called with (site id, rev) right after a commit and must return at once."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def changed(self, site_id: int, rev: int) -> None:
        for listener in self._listeners:
            listener(site_id, rev)

    def close(self) -> None:
        self._listeners.clear()


class RedisBus(Bus):
    """Across processes: Redis carries only "site s is at rev r". Threads of its own speak and hear, so that no
    command waits for a Redis that hangs. A lost message is healed by the look at the revs every 2 s.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._hearing = Redis.from_url(url, socket_connect_timeout=2)
        self._closed = threading.Event()
        self._away = False
        self._unsaid: dict[int, int] = {}
        self._woken = threading.Event()
        for work, client in ((self._speak, self._redis), (self._hear, self._hearing)):
            threading.Thread(target=_until_done, args=(work, client), name="bus", daemon=True).start()

    def changed(self, site_id: int, rev: int) -> None:
        super().changed(site_id, rev)
        self._unsaid[site_id] = rev
        self._woken.set()

    def close(self) -> None:
        """Both threads end within seconds, each with its own connection: it may be in the middle of a message."""
        self._closed.set()
        self._woken.set()
        super().close()

    def _speak(self) -> None:
        """Of a site's revs that pile up meanwhile only the newest is told."""
        while not self._closed.is_set():
            self._woken.wait()
            self._woken.clear()
            while self._unsaid and not self._closed.is_set():
                site_id, rev = self._unsaid.popitem()
                try:
                    self._redis.publish(CHANNEL, f"{site_id}:{rev}")
                    self._noted(away=False)
                except RedisError:
                    self._noted(away=True)

    def _hear(self) -> None:
        while not self._closed.is_set():
            try:
                with self._hearing.pubsub(ignore_subscribe_messages=True) as messages:  # type: ignore[no-untyped-call]
                    messages.subscribe(CHANNEL)
                    while not self._closed.is_set():
                        message = messages.get_message(timeout=1)
                        if message is not None:
                            site_id, rev = message["data"].decode().split(":")
                            super().changed(int(site_id), int(rev))
            except (RedisError, OSError, ValueError):
                self._noted(away=True)
                self._closed.wait(1)

    def _noted(self, *, away: bool) -> None:
        """Log once when Redis is lost and once when it is back."""
        if away != self._away and not self._closed.is_set():
            self._away = away
            log.warning("redis_lost" if away else "redis_back")


def _until_done(work: Callable[[], None], client: Redis) -> None:
    try:
        work()
    finally:
        client.close()


def open_bus(redis_url: str) -> Bus:
    return RedisBus(redis_url) if redis_url else Bus()
