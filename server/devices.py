"""Terminals and screens: how they are paired and what a paired one is."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from server.storage import tables as t
from server.storage.attempts import Limit, attempt_once, forgive
from server.storage.database import Database

CODE_LIVES = timedelta(minutes=10)
CLAIM_LIVES = timedelta(hours=24)
SEEN = timedelta(seconds=30)
"""How exactly a device's last sign of life is kept."""

ASK_LIMIT = Limit("pair-ask", 30, timedelta(minutes=10))
CLAIM_LIMIT = Limit("pair-claim", 30, timedelta(minutes=10))


class Kind(StrEnum):
    """What a device is for, and with it what it may call."""

    KIOSK = "kiosk"
    SCREEN = "screen"


class State(StrEnum):
    """How far a device's pairing is."""

    UNKNOWN = "unknown"
    WAITING = "waiting"
    PAIRED = "paired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Device:
    """A paired device. `screen` is a screen's kind of picture with its `options`; `printer_id` None: the site's own."""

    id: int
    site_id: int
    kind: Kind
    name: str
    screen: str | None
    options: Mapping[str, Any]
    language: str
    printer_id: int | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pairing:
    """What a device may know of its own pairing. `code` is '' unless it waits to be approved."""

    state: State
    kind: Kind | None = None
    code: str = ""
    name: str = ""


UNKNOWN = Pairing(State.UNKNOWN)


def ask(database: Database, kind: Kind, *, address: str, token: str | None = None) -> tuple[str, Pairing]:
    """A device asks to be paired: its token, to be kept secret, and the six digits staff approve it by.

    Asking again keeps the code while it is valid; a paired device only gives a sign of life.
    Raises TooMany after thirty new codes for one address within ten minutes.
    """
    with database.read() as connection:
        row = _by_token(database, connection, token)
    if token is None or row is None or row.revoked_at is not None or row.kind != kind:
        return _ask_first(database, kind, address)
    if row.approved_at is not None:
        heartbeat(database, row.id, row.seen_at)
    elif _expired(row, database.now()):
        _renew(database, row.id, address)
    return token, read_pairing(database, token)


def read_pairing(database: Database, token: str | None) -> Pairing:
    """How far the device of a token is. An expired code reads as unknown: ask again."""
    with database.read() as connection:
        row = _by_token(database, connection, token)
    if row is None:
        return UNKNOWN
    kind = Kind(row.kind)
    if row.revoked_at is not None:
        return Pairing(State.REVOKED, kind)
    if row.approved_at is not None:
        return Pairing(State.PAIRED, kind, name=row.name)
    return UNKNOWN if _expired(row, database.now()) else Pairing(State.WAITING, kind, row.code)


def claim(database: Database, secret: str, *, address: str) -> tuple[str, Kind] | None:
    """Take a device that was prepared ahead, once: its token and kind. None for a used, old, revoked or unknown claim.

    Raises TooMany after thirty wrong ones from one address within ten minutes.
    """
    attempt_once(database, (CLAIM_LIMIT, address))
    now = database.now()
    token = secrets.token_urlsafe(32)
    with database.write() as connection:
        kind = connection.execute(
            update(t.device)
            .where(
                t.device.c.claim_key == database.vault.keyed("claim", secret),
                t.device.c.asked_at > now - CLAIM_LIVES,
                t.device.c.revoked_at.is_(None),
            )
            .values(claim_key=None, token_key=database.vault.keyed("device", token), seen_at=now)
            .returning(t.device.c.kind)
        ).scalar()
    if kind is None:
        return None
    forgive(database, (CLAIM_LIMIT, address))
    return token, Kind(kind)


def identify(database: Database, token: str | None) -> Device | None:
    """The paired device of a token; None from the moment it is revoked."""
    with database.read() as connection:
        row = _by_token(database, connection, token)
    if row is None or row.approved_at is None or row.revoked_at is not None:
        return None
    return to_device(row)


def heartbeat(database: Database, device_id: int, seen_at: datetime | None) -> None:
    """A device gave a sign of life; written at most every 30 s. `seen_at` is what its row said."""
    now = database.now()
    if seen_at is not None and now - seen_at < SEEN:
        return
    with database.write() as connection:
        connection.execute(update(t.device).where(t.device.c.id == device_id).values(seen_at=now))


def list_devices(database: Database, site_id: int) -> tuple[Device, ...]:
    """The site's paired and prepared devices, in the order of their names. One that was never seen has no `seen_at`."""
    with database.read() as connection:
        rows = connection.execute(
            select(t.device)
            .where(t.device.c.site_id == site_id, t.device.c.approved_at.is_not(None), t.device.c.revoked_at.is_(None))
            .order_by(t.device.c.kind, t.device.c.name, t.device.c.id)
        )
        return tuple(to_device(row) for row in rows)


def to_device(row: Row[Any]) -> Device:
    return Device(
        id=row.id,
        site_id=row.site_id,
        kind=Kind(row.kind),
        name=row.name,
        screen=row.screen,
        options=row.options,
        language=row.language,
        printer_id=row.printer_id,
        seen_at=row.seen_at,
    )


def new_claim(database: Database) -> tuple[str, str]:
    """A secret for a link, and the key that is stored of it."""
    secret = secrets.token_urlsafe(24)
    return secret, database.vault.keyed("claim", secret)


def link(base: str, kind: Kind, secret: str) -> str:
    """The address that makes the first browser to follow it this device; the secret stands where no log sees it."""
    page = "screen/pair" if kind is Kind.SCREEN else "kiosk"
    return f"{base}/{page}#claim={secret}"


def _by_token(database: Database, connection: Connection, token: str | None) -> Row[Any] | None:
    if not token:
        return None
    key = database.vault.keyed("device", token)
    return connection.execute(select(t.device).where(t.device.c.token_key == key)).one_or_none()


def _expired(row: Row[Any], now: datetime) -> bool:
    return bool(row.asked_at <= now - CODE_LIVES)


def _ask_first(database: Database, kind: Kind, address: str) -> tuple[str, Pairing]:
    attempt_once(database, (ASK_LIMIT, address))
    token = secrets.token_urlsafe(32)
    now = database.now()
    with database.write() as connection:
        _forget(connection, now)
        code = _free_code(connection, now)
        connection.execute(
            insert(t.device).values(
                kind=kind, token_key=database.vault.keyed("device", token), code=code, options={}, asked_at=now
            )
        )
    return token, Pairing(State.WAITING, kind, code)


def _renew(database: Database, device_id: int, address: str) -> None:
    attempt_once(database, (ASK_LIMIT, address))
    now = database.now()
    with database.write() as connection:
        connection.execute(
            update(t.device)
            .where(t.device.c.id == device_id, t.device.c.approved_at.is_(None))
            .values(code=_free_code(connection, now), asked_at=now)
        )


def _free_code(connection: Connection, now: datetime) -> str:
    """Six random digits that no other waiting device shows."""
    waiting = t.device.c.code.is_not(None) & (t.device.c.asked_at > now - CODE_LIVES)
    taken = set(connection.scalars(select(t.device.c.code).where(waiting)))
    while (code := f"{secrets.randbelow(10**6):06d}") in taken:
        pass
    return code


def _forget(connection: Connection, now: datetime) -> None:
    """Drop what asked and was never approved."""
    never = t.device.c.approved_at.is_(None) & (t.device.c.asked_at < now - timedelta(days=1))
    connection.execute(delete(t.device).where(never))
