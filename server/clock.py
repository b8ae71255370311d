"""The only module that changes the queue because time passed."""

import threading
import time
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select

from clinic.errors import Refused
from clinic.hours import service_day
from clinic.queue import Day
from clinic.visit import State
from server.commands import calling
from server.commands.cards import open_card
from server.commands.command import Ask, Command, run
from server.storage import tables as t
from server.storage.database import Busy, Database
from server.storage.days import load_day, load_setup
from server.storage.leases import Lease

TICK = 1.0
LEASE = timedelta(seconds=10)
KEYS_LIVE = timedelta(hours=48)
JUMP = timedelta(minutes=5)
log = structlog.get_logger()


class Clock:
    """Records what time changes as facts: expired walks, new service days, a wall clock that jumped."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stopped = threading.Event()
        self._lease = Lease(database, "clock", LEASE)
        self._seen: tuple[float, datetime] = (time.monotonic(), database.now())

    def run(self) -> None:
        """Tick until stopped; a database that is away for a moment is tried again."""
        while not self._stopped.wait(TICK):
            try:
                self.tick()
            except Busy:
                log.warning("clock_waits_for_database")

    def stop(self) -> None:
        self._stopped.set()

    def tick(self) -> None:
        """Look once at every site, if this process holds the clock."""
        if not self._lease.held():
            return
        jumped = self._jumped()
        with self._database.read() as connection:
            sites = connection.execute(select(t.site)).all()
            days = {
                site.id: load_day(self._database, connection, site, site.service_day)
                for site in sites
                if site.service_day
            }
            setups = {site.id: load_setup(self._database, connection, site) for site in sites}
        for site in sites:
            ask = Ask(site.id, "clock")
            if jumped is not None:
                run(self._database, ask, lambda command, by=jumped: _tell_jump(command, by))  # type: ignore[misc]
            clinic = setups[site.id].site
            today = service_day(self._database.now(), clinic.zone, clinic.day_starts)
            if site.service_day is None or site.service_day < today:
                run(self._database, ask, lambda command: None)
            elif site.id in days:
                self._expire(ask, days[site.id])
        self._forget()

    def _expire(self, ask: Ask, day: Day) -> None:
        for visit in day.visits.values():
            if visit.state is State.STEPPED_OUT and visit.out_until and visit.out_until <= self._database.now():
                try:
                    calling.expire_step_out(self._database, ask, visit.id)
                except Refused as back_just_now:
                    log.info("step_out_not_expired", code=back_just_now.code)

    def _jumped(self) -> int | None:
        """By how many minutes the wall clock left the steady one since the last look, None for less than JUMP."""
        steady, wall = time.monotonic(), self._database.now()
        before_steady, before_wall = self._seen
        self._seen = steady, wall
        drift = (wall - before_wall) - timedelta(seconds=steady - before_steady)
        return round(drift / timedelta(minutes=1)) if abs(drift) > JUMP else None

    def _forget(self) -> None:
        """Drop what has served its time: remembered answers, expired conversations and phone links."""
        now = self._database.now()
        with self._database.write() as connection:
            connection.execute(delete(t.request).where(t.request.c.at < now - KEYS_LIVE))
            connection.execute(delete(t.conversation).where(t.conversation.c.expires_at < now))
            connection.execute(delete(t.phone_link).where(t.phone_link.c.expires_at < now))


def _tell_jump(command: Command, minutes: int) -> None:
    open_card(command, "clock_jumped", minutes=minutes)
    command.tell("clock_jumped", minutes=minutes)
