"""What patients have said to terminals so far: encrypted, for minutes."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from server.storage import tables as t
from server.storage.database import Database

LIVES = timedelta(minutes=15)
"""Longer than any page of a terminal waits, warnings included."""


def read_talk(database: Database, device_id: int, token: str) -> object | None:
    """The conversation of a token at the terminal it began at; None for an unknown or expired one."""
    with database.read() as connection:
        sealed = connection.execute(
            select(t.conversation.c.sealed).where(
                t.conversation.c.token_key == _key(database, token),
                t.conversation.c.device_id == device_id,
                t.conversation.c.expires_at > database.now(),
            )
        ).scalar()
    return None if sealed is None else database.vault.unseal(sealed)


def keep_talk(database: Database, device_id: int, token: str, said: object) -> str:
    """Keep a conversation; returns its token, a new one for an empty or unknown one."""
    values = {"sealed": database.vault.seal(said), "expires_at": database.now() + LIVES}
    mine = (t.conversation.c.token_key == _key(database, token)) & (t.conversation.c.device_id == device_id)
    with database.write() as connection:
        if token and connection.execute(update(t.conversation).where(mine).values(values)).rowcount:
            return token
        token = secrets.token_urlsafe(24)
        key = _key(database, token)
        connection.execute(insert(t.conversation).values(token_key=key, device_id=device_id, **values))
    return token


def drop_talk(database: Database, device_id: int, token: str) -> None:
    """Forget a conversation."""
    with database.write() as connection:
        connection.execute(
            delete(t.conversation).where(
                t.conversation.c.token_key == _key(database, token), t.conversation.c.device_id == device_id
            )
        )


def _key(database: Database, token: str) -> str:
    return database.vault.keyed("conversation", token)
