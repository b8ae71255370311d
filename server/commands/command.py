"""What every command does: take the site, decide, write."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from clinic.change import Change, changed
from clinic.errors import Refused, Scalar
from clinic.facts import Fact
from clinic.hours import service_day
from clinic.queue import Day
from clinic.visit import State
from server.storage import tables as t
from server.storage.database import Database, Taken
from server.storage.days import load_day, load_setup, to_json, to_row
from server.storage.journal import Journal

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks for a change of which site. `key` and `body_hash` make a repeated request harmless; the system has no
    key.

    `actor` is what the journal says: staff:3, device:5, phone:17, clock, spool, cli. `desk` names the console asked
    from.
    """

    site_id: int
    actor: str
    key: str = ""
    body_hash: str = ""
    desk: str = ""


class Command:
    """One transaction of one command: what it may look at and how it writes."""

    def __init__(self, database: Database, taken: Taken, ask: Ask) -> None:
        self.database = database
        self.taken = taken
        self.ask = ask
        self.journal = Journal(taken.connection, ask.site_id, taken.site.rev, taken.at, ask.actor, ask.desk)
        self.day = self._open_day()

    @property
    def connection(self) -> Connection:
        return self.taken.connection

    @property
    def now(self) -> datetime:
        return self.taken.at

    @property
    def rev(self) -> int:
        return int(self.taken.site.rev)

    @property
    def by(self) -> str:
        return self.ask.actor

    def write(self, change: Change) -> None:
        """Store a change and its facts; `day` is the day after it from now on."""
        self.day = self.journal.write(self.day, change)

    def tell(self, name: str, visit_id: int | None = None, **about: Any) -> None:
        """Append a fact that changes no queue column."""
        self.journal.tell(Fact(name, visit_id, about), self.day.date)

    def _open_day(self) -> Day:
        """Today's visits. The first command of a new service day closes the old one and opens the new with a
        snapshot.
        """
        site = self.taken.site
        setup = load_setup(self.database, self.connection, site)
        today = service_day(self.now, setup.site.zone, setup.site.day_starts)
        if site.service_day is not None and site.service_day >= today:
            return load_day(self.database, self.connection, site, site.service_day)
        if site.service_day is not None:
            self._close(load_day(self.database, self.connection, site, site.service_day))
        self.connection.execute(update(t.site).where(t.site.c.id == site.id).values(service_day=today))
        day = load_day(self.database, self.connection, site, today)
        snapshot = [to_json(to_row(visit)) for visit in day.visits.values()]
        self.journal.tell(Fact("day_opened"), today, visits=snapshot)
        return day

    def _close(self, old: Day) -> None:
        for visit in old.visits.values():
            if visit.open:
                closed = replace(visit, state=State.CANCELLED, since=self.now, room_id=None, chair_id=None)
                old = self.journal.write(old, changed(closed, "closed_by_system", was=visit.state))


def run(database: Database, ask: Ask, work: Callable[[Command], Answer | None]) -> Answer:
    """Do `work` in one transaction with the site taken; returns its answer with the rev.

    Of the same key twice the first effect and answer stand, refusals included. Raises Refused
    (also `key_reused`) and Busy.
    """
    # Keyed: from a bare digest of a registration everybody could find the phone number by trying.
    ask = replace(ask, body_hash=database.vault.keyed("request", ask.body_hash))
    with database.hold(ask.site_id):
        try:
            return _once(database, ask, work)
        except Refused as refused:
            return _remember_refusal(database, ask, refused)
        except IntegrityError:
            earlier = _recall_fresh(database, ask)
            if earlier is None:
                raise
            return earlier


def hash_body(body: object) -> str:
    """A digest of what was asked, to tell a repeated request from another one with the same key."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


def plain(facts: Mapping[str, Scalar]) -> dict[str, Any]:
    """A refusal's facts as JSON values."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}


def _once(database: Database, ask: Ask, work: Callable[[Command], Answer | None]) -> Answer:
    with database.take(ask.site_id) as taken:
        if (earlier := _recall(taken.connection, ask)) is not None:
            raise _Repeated(earlier)
        command = Command(database, taken, ask)
        answer = {"rev": command.rev, **(work(command) or {})}
        _remember(taken.connection, ask, 200, answer, command.rev, command.now)
        return answer


class _Known(Refused):
    """A refusal that needs no remembering: the key has an answer already."""


class _Repeated(Refused):
    """Rolls the raised rev back when the answer is known already."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("repeated")
        self.answer = answer


def _remember_refusal(database: Database, ask: Ask, refused: Refused) -> Answer:
    """The site is still held: nobody of this process comes between; of two processes the unique key decides."""
    if isinstance(refused, _Repeated):
        return refused.answer
    if ask.key and not isinstance(refused, _Known):
        status = 422 if refused.unfit else 409
        try:
            with database.write() as connection:
                body = {"code": refused.code, **plain(refused.facts)}
                _remember(connection, ask, status, body, None, database.now())
        except IntegrityError:
            earlier = _recall_fresh(database, ask)
            if earlier is not None:
                return earlier
    raise refused


def _remember(connection: Connection, ask: Ask, status: int, answer: Answer, rev: int | None, at: datetime) -> None:
    if ask.key:
        connection.execute(
            insert(t.request).values(
                actor=ask.actor, key=ask.key, body_hash=ask.body_hash, status=status, answer=answer, rev=rev, at=at
            )
        )


def _recall_fresh(database: Database, ask: Ask) -> Answer | None:
    with database.read() as connection:
        return _recall(connection, ask)


def _recall(connection: Connection, ask: Ask) -> Answer | None:
    """The answer given before to this key, None when it is new. Raises the refusal given before, or `key_reused`."""
    if not ask.key:
        return None
    row = connection.execute(
        select(t.request).where(t.request.c.actor == ask.actor, t.request.c.key == ask.key)
    ).one_or_none()
    if row is None:
        return None
    if row.body_hash != ask.body_hash:
        raise _Known("key_reused", unfit=True)
    if row.status == 200:
        answer: Answer = row.answer
        return answer
    facts = {name: value for name, value in row.answer.items() if name != "code"}
    raise _Known(row.answer["code"], unfit=row.status == 422, **facts)
