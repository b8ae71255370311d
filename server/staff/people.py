"""Who works here: names, roles, passwords, PINs."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from clinic.errors import Refused
from clinic.roles import Role
from clinic.setup import Name
from server.staff.passwords import hash_password, hash_pin
from server.storage import tables as t
from server.storage.database import Database

LOGIN_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the staff. `room_id` is the room they work in, None for those without one."""

    id: int
    site_id: int
    login: str
    name: Name
    roles: frozenset[Role]
    room_id: int | None
    has_pin: bool


def create_staff(
    database: Database,
    *,
    site_id: int,
    login: str,
    password: str,
    name: Name,
    roles: Collection[Role],
    room: str | None = None,
    pin: str | None = None,
) -> int:
    """Add somebody; returns their id. `room` is a room's code. Capitals in logins make no difference.

    Raises Refused `login_taken`, `login_unfit`, `roles_missing`, `room_unknown`, `password_length`, `pin_length`.
    """
    if not roles:
        raise Refused("roles_missing", unfit=True)
    values: dict[str, Any] = {
        "site_id": site_id,
        "login": _fit_login(login),
        "name_zh": name.zh,
        "name_en": name.en,
        "roles": sorted(str(role) for role in roles),
        "password_hash": hash_password(password),
        "pin_hash": hash_pin(pin) if pin is not None else None,
    }
    with database.write() as connection:
        if _find(connection, values["login"]) is not None:
            raise Refused("login_taken")
        room_id = _room_id(connection, site_id, room)
        made = connection.execute(insert(t.staff).values(room_id=room_id, **values).returning(t.staff.c.id))
        return int(made.scalar_one())


def set_password(database: Database, login: str, password: str) -> None:
    """Give somebody a new password and end their sessions. Raises Refused `login_unknown`, `password_length`."""
    hashed = hash_password(password)
    with database.write() as connection:
        staff_id = _staff_id(connection, login)
        connection.execute(update(t.staff).where(t.staff.c.id == staff_id).values(password_hash=hashed))
        end_sessions(connection, staff_id)


def set_pin(database: Database, staff_id: int, pin: str) -> None:
    """Give somebody a new PIN. Raises Refused `pin_length`."""
    hashed = hash_pin(pin)
    with database.write() as connection:
        connection.execute(update(t.staff).where(t.staff.c.id == staff_id).values(pin_hash=hashed))


def deactivate(database: Database, login: str) -> None:
    """Somebody has left: they cannot sign in, and are signed out everywhere. Raises Refused `login_unknown`."""
    with database.write() as connection:
        staff_id = _staff_id(connection, login)
        connection.execute(update(t.staff).where(t.staff.c.id == staff_id).values(active=False))
        end_sessions(connection, staff_id)


def end_sessions(connection: Connection, staff_id: int) -> None:
    """Take somebody off every desk; a desk where they act now is signed out."""
    connection.execute(update(t.desk).where(t.desk.c.staff_id == staff_id).values(staff_id=None))
    connection.execute(delete(t.desk_member).where(t.desk_member.c.staff_id == staff_id))


def to_person(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        site_id=row.site_id,
        login=row.login,
        name=Name(row.name_zh, row.name_en),
        roles=frozenset(Role(role) for role in row.roles),
        room_id=row.room_id,
        has_pin=row.pin_hash is not None,
    )


def plain_login(login: str) -> str:
    """A login as it is stored and looked for."""
    return login.strip().casefold()


def _fit_login(login: str) -> str:
    plain = plain_login(login)
    if not 1 <= len(plain) <= LOGIN_LENGTH or not plain.isprintable() or " " in plain:
        raise Refused("login_unfit", unfit=True, most=LOGIN_LENGTH)
    return plain


def _find(connection: Connection, login: str) -> int | None:
    return connection.execute(select(t.staff.c.id).where(t.staff.c.login == plain_login(login))).scalar()


def _staff_id(connection: Connection, login: str) -> int:
    found = _find(connection, login)
    if found is None:
        raise Refused("login_unknown", unfit=True)
    return found


def _room_id(connection: Connection, site_id: int, code: str | None) -> int | None:
    if code is None:
        return None
    found = connection.execute(
        select(t.room.c.id).where(t.room.c.site_id == site_id, func.lower(t.room.c.code) == code.strip().lower())
    ).scalar()
    if found is None:
        raise Refused("room_unknown", unfit=True)
    return int(found)
