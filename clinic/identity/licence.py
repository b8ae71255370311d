"""Driving licences of North America, as a scanner reads their barcode.

The layout is the AAMVA card design standard, versions 1 to 10; three-letter element names are its own.
"""

import re
from dataclasses import dataclass
from datetime import date

from clinic.identity.dates import calendar_date
from clinic.identity.documents import Sex

_HEADER = re.compile(r"(?:ANSI |AAMVA) ?[0-9]{6}")
_SUBFILES = re.compile(r"(?:[A-Z]{2}[0-9]{8})+(?:DL|ID)?(?=D[A-Z]{2})")
_LINES = re.compile(r"[\r\n\x1e|]+")
_NOISE = re.compile(r"[\x00-\x1f\x7f-\x9f\ufeff]")
_SEX: dict[str, Sex] = {"1": "male", "M": "male", "2": "female", "F": "female"}


@dataclass(frozen=True, slots=True)
class Licence:
    """What identifies the holder; `given_name` holds middle names too, `number` may be empty."""

    family_name: str
    given_name: str
    birth_date: date
    sex: Sex | None
    number: str


def licence(raw: str, today: date) -> Licence | None:
    """The holder of a licence, or None where this is no licence or lacks family name or birth date."""
    header = _HEADER.search(raw)
    if header is None:
        return None
    elements = _elements(raw[header.end() :])
    family, given = _names(elements)
    born = _birth_date(elements.get("DBB", ""))
    if not family or born is None or born > today:
        return None
    return Licence(family, given, born, _SEX.get(elements.get("DBC", "")), elements.get("DAQ", ""))


def _elements(body: str) -> dict[str, str]:
    """Each element's text by its name, first one wins; the first element stands on the header's own line."""
    found: dict[str, str] = {}
    for at, line in enumerate(_LINES.split(body)):
        plain = _NOISE.sub("", line)
        begin = _SUBFILES.search(plain) if at == 0 else None
        plain = plain[begin.end() :] if begin else plain
        value = plain[3:].strip()
        if value and value not in ("NONE", "unavl"):
            found.setdefault(plain[:3], value)
    return found


def _names(elements: dict[str, str]) -> tuple[str, str]:
    """Family name and given names; the first standard had them in one element, with commas or in spoken order."""
    if whole := elements.get("DAA"):
        parts = [part.strip() for part in re.split(r"[,$]", whole) if part.strip()]
        if len(parts) > 1:
            return parts[0], " ".join(parts[1:])
        given, _, family = whole.rpartition(" ")
        return family, given
    given = elements.get("DAC") or elements.get("DCT") or ""
    return elements.get("DCS", ""), f"{given} {elements.get('DAD', '')}".strip()


def _birth_date(digits: str) -> date | None:
    """Month first in the United States, year first in Canada and in the oldest cards: 19 and 20 are no months."""
    if not re.fullmatch("[0-9]{8}", digits):
        return None
    return calendar_date(digits[4:], digits[:2], digits[2:4]) or calendar_date(digits[:4], digits[4:6], digits[6:])
