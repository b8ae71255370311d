"""Cells of a file into values, or why not."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Literal
from unicodedata import category, normalize

from clinic.identity import age_on, normalise_document, normalise_phone
from clinic.identity.dates import OLDEST, calendar_date
from clinic.identity.documents import resident_id
from server.imports.rows import Unfit

Order = Literal["year-first", "day-first", "month-first"]

LONGEST_NAME = 120
LONGEST_NUMBER = 120
LONGEST_TITLE = 80
YEARS = range(1900, 2200)
"""Other years are typing mistakes or a system's way to say nothing."""

_JOINERS = "\u200c\u200d"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MANGLED = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_DATE = r"([0-9]{8}|([0-9]{1,4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,4})\s*[日号號]?)"
_WHOLE_DATE = re.compile(_DATE + r"(?:[T\s]+00?:00(?::00(?:\.0+)?)?Z?)?")
_MOMENT = re.compile(
    _DATE
    + r"(?:T|\s)\s*(上午|下午)?\s*([0-9]{1,2})\s*[:时]\s*([0-9]{2})(?:\s*[:分]\s*(?:([0-9]{2})(?:[.,][0-9]+)?秒?)?)?"
    + r"\s*([AaPp][Mm])?\s*(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_SEXES: Mapping[str, str] = {
    **dict.fromkeys(("male", "m", "男"), "male"),
    **dict.fromkeys(("female", "f", "女"), "female"),
}
STATUSES: Mapping[str, str] = {
    **dict.fromkeys(("booked", "pending", "arrived", "checked-in", "confirmed", "", "已预约", "已确认"), "booked"),
    **dict.fromkeys(("cancelled", "canceled", "已取消"), "cancelled"),
    **dict.fromkeys(("noshow", "no-show", "爽约"), "noshow"),
    **dict.fromkeys(("fulfilled", "completed", "已完成"), "fulfilled"),
    "entered-in-error": "entered-in-error",
}
"""HL7 FHIR R4 codes and everyday words to the status that is kept. Who has arrived, this clinic's own visits say."""
_NOT_BOOKED = frozenset({"proposed", "waitlist"})


def plain(text: str, most: int) -> str:
    """The text with single spaces. Raises Unfit for characters that cannot be seen and for more than `most` of them."""
    kept = " ".join(text[: most * 50].split())
    if any(category(each) in _UNSEEN and each not in _JOINERS for each in kept):
        raise Unfit("control_characters")
    if len(kept) > most:
        raise Unfit("too_long", most=most)
    return kept


def person_name(text: str) -> str:
    """Raises Unfit where nothing is written, or nothing that could be called out."""
    name = plain(text, LONGEST_NAME)
    if not name:
        raise Unfit("name_missing")
    if not any(category(each)[0] == "L" for each in name):
        raise Unfit("name_unreadable")
    return name


def joined(parts: list[str]) -> str:
    """The parts of a name as they are spoken: hanzi without a space, all else with one."""
    filled = [part.strip() for part in parts if part.strip()]
    hanzi = all(re.fullmatch(r"[\u3400-\u9fff\U00020000-\U0003ffff·]+", part) for part in filled)
    return ("" if hanzi else " ").join(filled)


def number(text: str) -> str:
    """An identifier. Raises Unfit for one that a spreadsheet rounded: many people would share it."""
    kept = plain(text, LONGEST_NUMBER)
    if _MANGLED.fullmatch(kept):
        raise Unfit("number_mangled")
    return kept


def phone(text: str) -> str:
    """The phone as written, or '' where it cannot be one."""
    kept = number(text)
    return kept if normalise_phone(kept) else ""


def document(text: str, today: date) -> str:
    """The document number as written. Raises Unfit for a resident ID that was misread or mistyped."""
    kept = number(text)
    compact = normalise_document(kept)
    if compact and (len(compact) < 5 or isinstance(resident_id(compact, today), str)):
        raise Unfit("document_unreadable")
    return kept if compact else ""


def sex(text: str) -> str:
    return _SEXES.get(text.strip().casefold(), "unknown" if text.strip() else "")


def status(text: str) -> str:
    """The status that is kept. Raises Unfit `status_unknown`, and `not_booked` for wishes and waiting lists."""
    code = normalize("NFKC", text[:40]).strip().casefold()
    if code in _NOT_BOOKED:
        raise Unfit("not_booked")
    if code not in STATUSES:
        raise Unfit("status_unknown")
    return STATUSES[code]


def birth_date(text: str, today: date, order: Order = "year-first") -> date | None:
    """None where nothing is written. Raises Unfit for no such date, one to come, or an age above 130."""
    written = normalize("NFKC", text[:60]).strip()
    if not written:
        return None
    found = _WHOLE_DATE.fullmatch(written)
    born = _date(found, order) if found else None
    if born is None or born > today or age_on(born, today) > OLDEST:
        raise Unfit("birth_date")
    return born


def moment(text: str, zone: tzinfo, order: Order = "year-first") -> datetime | None:
    """A date with a time; without a zone of its own it is the clinic's. None where nothing is written."""
    written = normalize("NFKC", text[:80]).strip()
    if not written:
        return None
    found = _MOMENT.fullmatch(written)
    day = _date(found, order) if found else None
    if found is None or day is None or day.year not in YEARS:
        raise Unfit("start_unreadable")
    half, hour, minute, second, twelve, offset = found.groups()[4:]
    try:
        clock = _hour(int(hour), half, twelve), int(minute), int(second or 0)
        return datetime(day.year, day.month, day.day, *clock, tzinfo=_zone(offset, zone))
    except ValueError as error:
        raise Unfit("start_unreadable") from error


def _date(found: re.Match[str], order: Order) -> date | None:
    together, first, second, third = found.groups()[:4]
    if first is None:
        return calendar_date(together[:4], together[4:6], together[6:])
    if len(first) == 4:
        return calendar_date(first, second, third)
    if order == "year-first" or len(third) != 4:
        return None
    return calendar_date(third, second, first) if order == "day-first" else calendar_date(third, first, second)


def _hour(hour: int, half: str | None, twelve: str | None) -> int:
    if not half and not twelve:
        return hour
    if hour > 12:
        raise ValueError("no such hour on a clock of twelve")
    return hour % 12 + (12 if half == "下午" or (twelve or "").lower() == "pm" else 0)


def _zone(offset: str | None, zone: tzinfo) -> tzinfo:
    if offset is None:
        return zone
    if offset == "Z":
        return timezone.utc  # noqa: UP017 - the same, said as the other branch says it
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
