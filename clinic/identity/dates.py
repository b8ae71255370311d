"""Birth dates as people type them, and the age they give."""

import re
from datetime import date
from unicodedata import normalize

OLDEST = 130
"""Years. A greater age is a typing mistake."""

_TOGETHER = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_APART = re.compile(r"([0-9]{4})(?:\s*[-/.年]\s*|\s+)([0-9]{1,2})(?:\s*[-/.月]\s*|\s+)([0-9]{1,2})\s*[日号號]?")


def parse_birth_date(text: str, today: date) -> date | None:
    """The date of `19500203`, `1950-2-3`, `1950/02/03`, `1950 2 3` or `1950年2月3日`, full-width digits too.

    None when it is no such date, lies after `today` or would make an age above 130. Year first only:
    `03/02/1950` is two different days in two countries.
    """
    plain = normalize("NFKC", text[:40]).strip()
    found = _TOGETHER.fullmatch(plain) or _APART.fullmatch(plain)
    born = calendar_date(*found.groups()) if found else None
    return born if born and born <= today and age_on(born, today) <= OLDEST else None


def age_on(born: date, today: date) -> int:
    """Full years lived; someone born on 29 February turns a year older on 1 March of a common year."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def calendar_date(year: str, month: str, day: str) -> date | None:
    """The date of three runs of ASCII digits, or None where the calendar has no such day."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
