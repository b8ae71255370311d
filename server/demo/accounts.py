"""The demo's staff accounts: secrets made once, printed at every start."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import randbelow
from typing import Any

from sqlalchemy import select

from clinic.roles import Role
from clinic.setup import Name
from server.staff.passwords import new_password
from server.staff.people import create_staff
from server.storage import tables as t
from server.storage.database import Database

Secrets = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Account:
    login: str
    name: Name
    roles: tuple[str, ...]
    password: str
    pin: str


def keep_secrets(file: Path, staff: list[dict[str, Any]]) -> Secrets:
    """Password and PIN by login, made once and kept in `file`, for its owner's eyes only."""
    kept: dict[str, dict[str, str]] = json.loads(file.read_text()) if file.exists() else {}
    made = {person["login"]: {"password": new_password(), "pin": f"{randbelow(10_000):04}"} for person in staff}
    if made.keys() - kept.keys():
        kept = {**made, **kept}
        whole = file.with_suffix(".new")
        with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(kept, out)
        whole.replace(file)
    return kept


def keep_accounts(
    database: Database, site_id: int, staff: list[dict[str, Any]], secrets: Secrets
) -> tuple[Account, ...]:
    """Everybody of the demo; whoever has no account yet gets one."""
    with database.read() as connection:
        there = set(connection.execute(select(t.staff.c.login)).scalars())
    for person in staff:
        if person["login"] not in there:
            create_staff(
                database,
                site_id=site_id,
                login=person["login"],
                name=Name(**person["name"]),
                roles=[Role(role) for role in person["roles"]],
                room=person.get("room"),
                **secrets[person["login"]],
            )
    return tuple(
        Account(person["login"], Name(**person["name"]), tuple(person["roles"]), **secrets[person["login"]])
        for person in staff
    )
