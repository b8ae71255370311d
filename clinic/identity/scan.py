"""One text from a scanner or a keyboard, and what kind of thing it is."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal
from unicodedata import category, normalize

from clinic.identity.documents import Document, ResidentId, normalise_document, other_document, resident_id
from clinic.identity.licence import Licence, licence
from clinic.identity.phone import Phone, whole_phone
from clinic.numbers import ticket

LONGEST = 4096
"""Characters. No code that a terminal reads is longer; a longer text is not looked at."""

_PREFIXES = re.compile(r"(?:\s|\][A-Za-z][0-9A-Za-z]|\\[0-9]{6})+")
_VOUCHER = re.compile(r"(?:424|OPC)[0-9A-Z]{25}", re.IGNORECASE)
_HEALTH_CARD = re.compile(r"([0-9A-Fa-f]{64}):([0-9A-Za-z]{1,8})(?::([0-9A-Za-z-]{1,40}))?")
_APPOINTMENT = re.compile(r"NC1\.([A-Za-z0-9_-]{1,1024})\.([A-Za-z0-9_-]{16,512})")
_TICKET_LINK = re.compile(r"\S+/t/([A-Za-z0-9_-]{22,128})/?(?:[?#]\S*)?")
_TICKET = re.compile(r"([A-Z]{1,2})([0-9]{1,5})")
_OFFLINE_TICKET = re.compile(r"[A-Z][0-9]{1,2}-[0-9]{2,4}")
_DIGITS = re.compile(r"[0-9]{4,15}")
_INITIALS = re.compile(r"[A-Za-z]{1,5}")
_NAME_MARKS = " .,'’·•‧・-()"
_LONGEST_NAME = 80

Why = Literal["empty", "too_long", "check_digit", "birth_date", "unreadable"]


@dataclass(frozen=True, slots=True)
class EVoucher:
    """A medical-insurance e-voucher (医保电子凭证). It holds no identity: only the insurance bureau can resolve it."""

    code: str


@dataclass(frozen=True, slots=True)
class HealthCard:
    """An electronic health card: `card_id` is 64 hexadecimal digits; a dynamic code also has a `validity`."""

    card_id: str
    card_type: str
    validity: str | None


@dataclass(frozen=True, slots=True)
class AppointmentCode:
    """Our own appointment QR, taken apart; whether the signature is ours is for the server to say."""

    payload: str
    signature: str


@dataclass(frozen=True, slots=True)
class TicketLink:
    """The phone page's address from a ticket; `token` is the opaque last part."""

    token: str


@dataclass(frozen=True, slots=True)
class TicketNumber:
    """A ticket's number as it is printed: `A023`, also from `a23`; `K1-07` from a terminal's own offline series."""

    ticket: str


@dataclass(frozen=True, slots=True)
class PhoneTail:
    """Four to fifteen digits. From seven on they may be a whole local number: look that up before the last four."""

    digits: str


@dataclass(frozen=True, slots=True)
class Initials:
    """Up to five Latin letters in lower case. A short Latin name looks the same: search both."""

    letters: str


@dataclass(frozen=True, slots=True)
class NameText:
    """A name or a part of one."""

    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not recognised. `check_digit` and `birth_date` speak of a resident ID number that was misread or mistyped."""

    why: Why


Card = ResidentId | Licence | Document | EVoucher | HealthCard
Scan = Card | AppointmentCode | TicketLink | TicketNumber | Phone | Unknown
Search = Scan | PhoneTail | Initials | NameText


def recognise(raw: str, today: date) -> Scan:
    """What a terminal's scan is, whatever noise the scanner put around it."""
    if len(raw) > LONGEST:
        return Unknown("too_long")
    if holder := licence(raw, today):
        return holder
    text = _plain(raw)
    if not text:
        return Unknown("empty")
    return _code(text) or _number(text, today) or Unknown("unreadable")


def recognise_at_desk(raw: str, today: date) -> Search:
    """What reception's one field holds: any scan, else the tail of a phone, initials or a name."""
    scan = recognise(raw, today)
    if scan != Unknown("unreadable"):
        return scan
    text = _plain(raw)
    digits = re.sub(r"[\s-]", "", text)
    if _DIGITS.fullmatch(digits):
        return PhoneTail(digits)
    if _INITIALS.fullmatch(text):
        return Initials(text.lower())
    return NameText(text) if _may_be_name(text) else scan


def _plain(raw: str) -> str:
    """The text without what scanners add: BOM, symbology and ECI prefixes, control characters, full-width forms."""
    kept = (" " if each.isspace() else each for each in normalize("NFKC", raw))
    text = "".join(each for each in kept if category(each) not in ("Cc", "Cf"))
    prefix = _PREFIXES.match(text)
    return text[prefix.end() if prefix else 0 :].strip()


def _code(text: str) -> Scan | None:
    if found := _APPOINTMENT.fullmatch(text):
        return AppointmentCode(found[1], found[2])
    if found := _TICKET_LINK.fullmatch(text):
        return TicketLink(found[1])
    if found := _HEALTH_CARD.fullmatch(text):
        return HealthCard(found[1], found[2], found[3])
    return EVoucher(text) if _VOUCHER.fullmatch(text) else None


def _number(text: str, today: date) -> Scan | None:
    if not re.fullmatch(r"[0-9A-Za-z\s()+./-]+", text):
        return None
    compact = normalise_document(text)
    resident = resident_id(re.sub(r"[\s-]", "", text).upper(), today)
    if isinstance(resident, str):
        return Unknown(resident)
    return resident or whole_phone(text) or _ticket(text.upper()) or other_document(compact)


def _ticket(text: str) -> TicketNumber | None:
    if _OFFLINE_TICKET.fullmatch(text):
        return TicketNumber(text)
    found = _TICKET.fullmatch(re.sub(r"[\s-]", "", text))
    return TicketNumber(ticket(found[1], int(found[2]))) if found else None


def _may_be_name(text: str) -> bool:
    fits = all(each in _NAME_MARKS or category(each)[0] in "LM" or each in "0123456789" for each in text.rstrip("。"))
    return fits and len(text) <= _LONGEST_NAME and any(category(each)[0] == "L" for each in text)
