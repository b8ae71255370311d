"""Hashing passwords and PINs."""

import subprocess
import sys

import pytest

from clinic.errors import Refused
from server.staff import passwords


def test_right_and_wrong() -> None:
    """A hash knows its own secret, salted anew each time; nobody's hash knows none."""
    hashed = passwords.hash_password("correct horse")
    assert hashed != passwords.hash_password("correct horse")
    assert passwords.matches(hashed, "correct horse")
    assert not passwords.matches(hashed, "correct horse ")
    assert not passwords.matches(None, "correct horse")


@pytest.mark.parametrize("pin", ["1234", "12345678"])
def test_pins_are_four_to_eight_digits(pin: str) -> None:
    """Both ends of the range are fit."""
    assert passwords.matches(passwords.hash_pin(pin), pin)


@pytest.mark.parametrize("length", [8, 128])
def test_passwords_are_eight_to_128_characters(length: int) -> None:
    """Both ends of the range are fit, in any script."""
    assert passwords.matches(passwords.hash_password("密" * length), "密" * length)


def test_new_passwords_are_long_and_never_twice() -> None:
    """What the command line makes up is worth typing once, and fits the limits."""
    made = {passwords.new_password() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(password) == 14 and password.isascii() for password in made)
    assert passwords.hash_password(made.pop())


@pytest.mark.parametrize("password", ["1234567", "x" * 129])
def test_other_lengths_are_refused(password: str) -> None:
    """With the limits to be named."""
    with pytest.raises(Refused) as refused:
        passwords.hash_password(password)
    assert refused.value.facts == {"least": 8, "most": 128}


def test_hashing_stops_no_screen() -> None:
    """In the server's process other greenlets go on while a password is hashed: here one of them must end it."""
    done = subprocess.run([sys.executable, "-c", HASH_BESIDE_A_GREENLET], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "hashed"), done.stderr


HASH_BESIDE_A_GREENLET = """
from gevent import monkey, spawn, sleep
monkey.patch_all()
import os
from server.staff import passwords

there, here = os.pipe()

class Slow:
    def hash(self, secret):
        return os.read(there, 10).decode()

passwords._HASHER = Slow()
spawn(lambda: (sleep(0.01), os.write(here, b"hashed")))
print(passwords.hash_password("long enough"))
"""
