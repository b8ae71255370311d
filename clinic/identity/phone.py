"""Phone numbers in one form, so that the same phone is found again."""

import re
from dataclasses import dataclass
from unicodedata import normalize

_EXTENSION = re.compile(r"\s*(?:转|轉|分机|ext\.?|extension|x|#)\s*[0-9]{1,6}\s*$", re.IGNORECASE)
_WRITTEN = re.compile(r"\+?[0-9\s().\-‐‑–—/]+")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(?:010|02[0-9])[0-9]{8}|0[3-9][0-9]{9,10}")


@dataclass(frozen=True, slots=True)
class Phone:
    """A whole phone number: mainland numbers as dialled at home, others as `+` and country code."""

    number: str


def normalise_phone(text: str) -> str | None:
    """The one form of a phone number that is compared and hashed, or None where there are not 7 to 15 digits.

    Mainland: `13800138000`, `02012345678`, whatever stood before it (+86, 0086, 86). Abroad: `+85291234567`.
    Extensions are dropped. A number without country code stays as its digits.
    """
    written = _EXTENSION.sub("", normalize("NFKC", text[:60])).strip()
    if not _WRITTEN.fullmatch(written):
        return None
    digits = re.sub("[^0-9]", "", written.replace("(0)", "") if written.startswith("+") else written)
    abroad = written.startswith("+") or digits.startswith("00")
    number = _international(digits.removeprefix("00")) if abroad else _national(digits)
    return number if 7 <= len(number.lstrip("+")) <= 15 else None


def whole_phone(text: str) -> Phone | None:
    """What is certainly a phone: a mainland mobile or landline, or a number written with `+`."""
    number = normalise_phone(text)
    if number is None:
        return None
    abroad = normalize("NFKC", text[:60]).strip().startswith("+")
    return Phone(number) if abroad or _MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number) else None


def _international(digits: str) -> str:
    if not digits.startswith("86"):
        return f"+{digits}"
    home = digits[2:].lstrip("0")
    return home if _MOBILE.fullmatch(home) else f"0{home}"


def _national(digits: str) -> str:
    home = digits.removeprefix("86")
    return home if _MOBILE.fullmatch(home) else digits
