"""The only module that changes the queue because time passed."""

import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Row, Select, delete, select

from clinic.errors import Refused
from clinic.hours import service_day
from clinic.visit import State
from server.commands import calling
from server.commands.cards import open_card
from server.commands.command import Ask, Command, run
from server.storage import tables as t
from server.storage.database import Database
from server.storage.leases import Lease
from server.trouble import whereabouts

TICK = 1.0
LEASE = timedelta(seconds=10)
KEYS_LIVE = timedelta(hours=48)
JUMP = timedelta(minutes=5)
FORGET = timedelta(minutes=1)
STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""A clock that nobody sets. Where there is one that runs on while the machine sleeps, waking up is no jump."""

log = structlog.get_logger()


class Clock:
    """Records what time changes as facts: expired walks, new service days, a wall clock that jumped."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stopped = threading.Event()
        self._lease = Lease(database, "clock", LEASE)
        self._seen: tuple[float, datetime] = (time.clock_gettime(STEADY), database.now())
        self._forgot: datetime | None = None

    def run(self) -> None:
        """Tick until stopped."""
        while not self._stopped.wait(TICK):
            _try(self.tick)

    def stop(self) -> None:
        self._stopped.set()
        _try(self._lease.release)

    def tick(self) -> None:
        """Look once at every site, if this process holds the clock. What fails at one site is tried again next time."""
        jumped = self._jumped()
        if not self._lease.held():
            return
        now = self._database.now()
        with self._database.read() as connection:
            sites = connection.execute(select(t.site)).all()
            late = connection.execute(_out_too_long(now)).all()
        for site in sites:
            if jumped is not None:
                _try(partial(_tell_jump, self._database, site.id, jumped))
            if site.service_day is None or site.service_day < _today(site, now):
                _try(partial(run, self._database, Ask(site.id, "clock"), lambda command: None))
        for visit in late:
            _try(partial(self._expire, visit.site_id, visit.id))
        _try(partial(self._forget, now))

    def _expire(self, site_id: int, visit_id: int) -> None:
        try:
            calling.expire_step_out(self._database, Ask(site_id, "clock"), visit_id)
        except Refused as back_just_now:
            log.info("step_out_not_expired", code=back_just_now.code)

    def _jumped(self) -> int | None:
        """By how many minutes the wall clock left the steady one since the last look, None for less than JUMP."""
        steady, wall = time.clock_gettime(STEADY), self._database.now()
        before_steady, before_wall = self._seen
        self._seen = steady, wall
        drift = (wall - before_wall) - timedelta(seconds=steady - before_steady)
        return round(drift / timedelta(minutes=1)) if abs(drift) > JUMP else None

    def _forget(self, now: datetime) -> None:
        """Drop what has served its time: remembered answers, expired conversations and phone links."""
        if self._forgot is not None and self._forgot <= now < self._forgot + FORGET:
            return
        with self._database.write() as connection:
            connection.execute(delete(t.request).where(t.request.c.at < now - KEYS_LIVE))
            connection.execute(delete(t.conversation).where(t.conversation.c.expires_at < now))
            connection.execute(delete(t.phone_link).where(t.phone_link.c.expires_at < now))
        self._forgot = now


def _try(chore: Callable[[], object]) -> None:
    """Nothing may stop the clock, and one site's trouble is not another's."""
    try:
        chore()
    except Exception as error:  # noqa: BLE001
        log.error("clock_failed", **whereabouts(error))


def _out_too_long(now: datetime) -> Select[Any]:
    """Visits of the sites' present days whose walk has taken longer than agreed."""
    today = (t.visit.c.site_id == t.site.c.id) & (t.visit.c.service_day == t.site.c.service_day)
    return (
        select(t.visit.c.site_id, t.visit.c.id)
        .join_from(t.site, t.visit, today)
        .where(t.visit.c.state == State.STEPPED_OUT, t.visit.c.out_until <= now)
    )


def _today(site: Row[Any], now: datetime) -> date:
    return service_day(now, ZoneInfo(site.time_zone), time_of_day.fromisoformat(site.day_starts))


def _tell_jump(database: Database, site_id: int, minutes: int) -> None:
    def work(command: Command) -> None:
        open_card(command, "clock_jumped", minutes=minutes)
        command.tell("clock_jumped", minutes=minutes)

    run(database, Ask(site_id, "clock"), work)
