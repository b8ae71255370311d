"""Hashes passwords and PINs, and tells a right one from a wrong one."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from clinic.errors import Refused
from server.aside import aside

PASSWORD_LENGTH = (8, 128)
PIN_LENGTH = (4, 8)

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id with 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet): fits a small PC ten times at once."""
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def hash_password(password: str) -> str:
    """Raises Refused `password_length`."""
    least, most = PASSWORD_LENGTH
    if not least <= len(password) <= most:
        raise Refused("password_length", unfit=True, least=least, most=most)
    return aside(lambda: _HASHER.hash(password))


def hash_pin(pin: str) -> str:
    """Raises Refused `pin_length` for anything but 4 to 8 of the digits 0-9."""
    least, most = PIN_LENGTH
    if not (least <= len(pin) <= most and pin.isascii() and pin.isdigit()):
        raise Refused("pin_length", unfit=True, least=least, most=most)
    return aside(lambda: _HASHER.hash(pin))


def matches(hashed: str | None, secret: str) -> bool:
    """Whether a password or PIN is the hashed one. None, for somebody unknown, takes as long and is never right."""
    return aside(lambda: _verify(hashed or _nobodys(), secret)) and hashed is not None


def new_password() -> str:
    """Twelve characters that nobody confuses when reading them aloud, in groups of four."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_hex(16))


def _verify(hashed: str, secret: str) -> bool:
    try:
        return _HASHER.verify(hashed, secret)
    except VerifyMismatchError:
        return False
