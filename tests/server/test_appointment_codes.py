"""Appointment codes: only ours are believed."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from clinic.identity import AppointmentCode, recognise
from server.appointment_codes import Code, sign, verify
from server.storage.vault import Vault

VAULT = Vault(bytes(range(32)))
EXPIRES = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

moments = st.integers(0, 2**32 - 1).map(lambda second: datetime.fromtimestamp(second, UTC))


def parts(code: str) -> tuple[str, str]:
    _, payload, signature = code.split(".")
    return payload, signature


@given(st.integers(1, 2**31 - 1), moments)
def test_a_code_says_what_was_signed(appointment_id: int, expires: datetime) -> None:
    """The appointment and the end come back as they went in, whichever they are."""
    assert verify(VAULT, *parts(sign(VAULT, appointment_id, expires))) == Code(appointment_id, expires)


@given(st.integers(1, 2**31 - 1), moments)
def test_a_code_is_short_and_plain(appointment_id: int, expires: datetime) -> None:
    """A keyboard scanner types it without a shift of layout, an address carries it, a QR code stays small."""
    assert re.fullmatch(r"NC1\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{22}", sign(VAULT, appointment_id, expires))


def test_the_terminal_recognises_it() -> None:
    """What is printed here is what the scanner's text is taken for."""
    scan = recognise(sign(VAULT, 7, EXPIRES), EXPIRES.date())
    assert isinstance(scan, AppointmentCode)
    assert verify(VAULT, scan.payload, scan.signature) == Code(7, EXPIRES)


@given(st.integers(0, 37), st.sampled_from(ALPHABET))
def test_a_changed_letter_is_no_code(at: int, letter: str) -> None:
    """Whichever letter is changed, also one whose last bits say nothing, the code is refused."""
    together = "".join(parts(sign(VAULT, 7, EXPIRES)))
    changed = together[:at] + letter + together[at + 1 :]
    believed = verify(VAULT, changed[:16], changed[16:])
    assert (believed is not None) == (changed == together)


def test_another_installation_does_not_believe_it() -> None:
    """Every clinic has a key of its own."""
    assert verify(Vault(bytes(32)), *parts(sign(VAULT, 7, EXPIRES))) is None


def test_a_code_tells_nothing_of_the_next_one() -> None:
    """Who has one code cannot make another's: neither id nor end can be exchanged."""
    payload, _ = parts(sign(VAULT, 8, EXPIRES))
    _, signature = parts(sign(VAULT, 7, EXPIRES))
    later, _ = parts(sign(VAULT, 7, EXPIRES + timedelta(days=1)))
    assert verify(VAULT, payload, signature) is None
    assert verify(VAULT, later, signature) is None
