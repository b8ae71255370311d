"""Desks: signed-in consoles, and who acts at each of them now."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from clinic.errors import Refused
from server.staff.passwords import matches
from server.staff.people import Person, plain_login, set_pin, to_person
from server.storage import tables as t
from server.storage.attempts import Limit, attempt_once, forget_old, forgive
from server.storage.database import Database

LASTS = timedelta(hours=12)
"""A desk is signed out this long after it was opened: nobody's sign-in outlives the day."""
WRONG_PINS = 5
TOUCHED = timedelta(seconds=15)
"""How exactly a desk remembers when somebody was last there."""

LOGIN_LIMIT = Limit("sign-in", 10, timedelta(minutes=10))
ADDRESS_LIMIT = Limit("sign-in-from", 30, timedelta(minutes=10))
PIN_LIMIT = Limit("pin", 10, timedelta(minutes=15))
"""Per person: a colleague's right PIN in between clears a desk's count, never this one."""


class SignedOut(Exception):
    """There is no such desk, or not any more: sign in again (HTTP 401)."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A signed-in console. `person` acts now; `members` may take over by PIN. A locked desk shows no patient."""

    id: int
    site_id: int
    person: Person
    members: tuple[Person, ...]
    locked: bool
    seen_at: datetime
    ends_at: datetime

    @property
    def label(self) -> str:
        """What the journal calls this desk."""
        return f"desk:{self.id}"


def sign_in(database: Database, login: str, password: str, *, address: str, token: str | None = None) -> str:
    """Sign somebody in by password; returns the desk's token.

    With the token of a desk of the same site the person joins that desk, acts there now, and unlocks it.
    An unknown login, a wrong password and somebody who left are answered alike: Refused `sign_in_wrong`.
    Raises TooMany after ten tries for one login or thirty from one address within ten minutes.
    """
    tries = (LOGIN_LIMIT, plain_login(login)), (ADDRESS_LIMIT, address)
    attempt_once(database, *tries)
    row = _find(database, login)
    if not matches(row.password_hash if row else None, password) or row is None:
        raise Refused("sign_in_wrong", unfit=True)
    forgive(database, *tries)
    with database.write() as connection:
        desk = _row(database, connection, token)
        if token is None or desk is None or desk.site_id != row.site_id:
            _forget(connection, database.now())
            token, desk_id = _open(database, connection, row.site_id)
        else:
            desk_id = desk.id
        _act(connection, desk_id, row.id, database.now())
        _join(connection, desk_id, row.id)
    return token


def read_desk(database: Database, token: str | None, lock_after: timedelta) -> Desk:
    """The desk of a token. Locked by hand, or because nobody was there for `lock_after`. Raises SignedOut."""
    with database.read() as connection:
        desk = _row(database, connection, token)
        people = _members(connection, desk.id) if desk else {}
    if desk is None or desk.staff_id not in people:
        raise SignedOut
    return Desk(
        id=desk.id,
        site_id=desk.site_id,
        person=to_person(people[desk.staff_id]),
        members=tuple(to_person(row) for row in people.values()),
        locked=desk.locked_at is not None or database.now() - desk.seen_at > lock_after,
        seen_at=desk.seen_at,
        ends_at=desk.opened_at + LASTS,
    )


def switch(database: Database, desk: Desk, staff_id: int, pin: str) -> None:
    """Let another member act at the desk, by PIN; unlocks it too.

    Raises Refused `pin_wrong` with `n` tries left, `pin_missing` for somebody without a PIN or not of this desk;
    SignedOut on the fifth wrong PIN, which signs the desk out; TooMany.
    """
    with database.read() as connection:
        member = _members(connection, desk.id).get(staff_id)
    if member is None or member.pin_hash is None:
        raise Refused("pin_missing", unfit=True)
    own = (PIN_LIMIT, str(staff_id))
    attempt_once(database, own)
    left = _count_pin(database, desk.id)
    if not matches(member.pin_hash, pin):
        if left == 0:
            sign_out(database, desk.id)
            raise SignedOut
        raise Refused("pin_wrong", unfit=True, n=left)
    forgive(database, own)
    with database.write() as connection:
        if staff_id not in _members(connection, desk.id):
            raise SignedOut
        _act(connection, desk.id, staff_id, database.now())


def change_pin(database: Database, desk: Desk, password: str, pin: str) -> None:
    """Give whoever acts at the desk a new PIN. Raises Refused `password_wrong`, `pin_length`; TooMany."""
    tried = (LOGIN_LIMIT, desk.person.login)
    attempt_once(database, tried)
    row = _find(database, desk.person.login)
    if not matches(row.password_hash if row else None, password):
        raise Refused("password_wrong", unfit=True)
    forgive(database, tried)
    set_pin(database, desk.person.id, pin)


def lock(database: Database, desk_id: int) -> None:
    """Hide the desk's patients until one of its people gives a PIN or password."""
    with database.write() as connection:
        connection.execute(update(t.desk).where(t.desk.c.id == desk_id).values(locked_at=database.now()))


def touch(database: Database, desk: Desk) -> None:
    """Somebody is at the desk. Written at most every 15 s; a locked desk stays locked."""
    now = database.now()
    if desk.locked or now - desk.seen_at < TOUCHED:
        return
    with database.write() as connection:
        connection.execute(update(t.desk).where(t.desk.c.id == desk.id).values(seen_at=now))


def sign_out(database: Database, desk_id: int) -> None:
    """End the desk for all its people."""
    with database.write() as connection:
        connection.execute(update(t.desk).where(t.desk.c.id == desk_id).values(staff_id=None))
        connection.execute(delete(t.desk_member).where(t.desk_member.c.desk_id == desk_id))


def acting(database: Database, ids: Collection[int], lock_after: timedelta) -> Mapping[int, int]:
    """Who acts at those of these desks that may see patients now, by desk: one statement for all consoles."""
    now = database.now()
    member = (t.desk_member.c.desk_id == t.desk.c.id) & (t.desk_member.c.staff_id == t.desk.c.staff_id)
    with database.read() as connection:
        rows = connection.execute(
            select(t.desk.c.id, t.desk.c.staff_id)
            .join(t.staff, t.desk.c.staff_id == t.staff.c.id)
            .join(t.desk_member, member)
            .where(
                t.desk.c.id.in_(ids),
                t.staff.c.active,
                t.desk.c.locked_at.is_(None),
                t.desk.c.opened_at > now - LASTS,
                t.desk.c.seen_at >= now - lock_after,
            )
        )
        return {row.id: row.staff_id for row in rows}


def _find(database: Database, login: str) -> Row[Any] | None:
    with database.read() as connection:
        return connection.execute(
            select(t.staff).where(t.staff.c.login == plain_login(login), t.staff.c.active)
        ).one_or_none()


def _row(database: Database, connection: Connection, token: str | None) -> Row[Any] | None:
    """The open desk of a token."""
    if not token:
        return None
    return connection.execute(
        select(t.desk).where(
            t.desk.c.token_key == database.vault.keyed("desk", token),
            t.desk.c.staff_id.is_not(None),
            t.desk.c.opened_at > database.now() - LASTS,
        )
    ).one_or_none()


def _members(connection: Connection, desk_id: int) -> dict[int, Row[Any]]:
    rows = connection.execute(
        select(t.staff)
        .join_from(t.desk_member, t.staff)
        .where(t.desk_member.c.desk_id == desk_id, t.staff.c.active)
        .order_by(t.staff.c.id)
    )
    return {row.id: row for row in rows}


def _open(database: Database, connection: Connection, site_id: int) -> tuple[str, int]:
    token = secrets.token_urlsafe(32)
    now = database.now()
    made = connection.execute(
        insert(t.desk)
        .values(site_id=site_id, token_key=database.vault.keyed("desk", token), opened_at=now, seen_at=now)
        .returning(t.desk.c.id)
    )
    return token, int(made.scalar_one())


def _join(connection: Connection, desk_id: int, staff_id: int) -> None:
    member = (t.desk_member.c.desk_id == desk_id) & (t.desk_member.c.staff_id == staff_id)
    if connection.execute(select(t.desk_member).where(member)).one_or_none() is None:
        connection.execute(insert(t.desk_member).values(desk_id=desk_id, staff_id=staff_id))


def _act(connection: Connection, desk_id: int, staff_id: int, now: datetime) -> None:
    connection.execute(
        update(t.desk)
        .where(t.desk.c.id == desk_id)
        .values(staff_id=staff_id, seen_at=now, locked_at=None, wrong_pins=0)
    )


def _count_pin(database: Database, desk_id: int) -> int:
    """Count a PIN before it is compared, so that guesses at once count too; returns how many are left after it."""
    with database.write() as connection:
        used = connection.execute(
            update(t.desk)
            .where(t.desk.c.id == desk_id, t.desk.c.wrong_pins < WRONG_PINS, t.desk.c.staff_id.is_not(None))
            .values(wrong_pins=t.desk.c.wrong_pins + 1)
            .returning(t.desk.c.wrong_pins)
        ).scalar()
    if used is None:
        raise SignedOut
    return WRONG_PINS - int(used)


def _forget(connection: Connection, now: datetime) -> None:
    """Drop desks of days gone by; not at once, so that no new desk takes the number of one that just acted."""
    old = select(t.desk.c.id).where(t.desk.c.opened_at < now - 4 * LASTS)
    connection.execute(delete(t.desk_member).where(t.desk_member.c.desk_id.in_(old)))
    connection.execute(delete(t.desk).where(t.desk.c.opened_at < now - 4 * LASTS))
    forget_old(connection, now)
