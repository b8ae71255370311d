"""What a file says: people, dentists and bookings, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

Kind = Literal["patient", "practitioner", "appointment"]
Fact = str | int

MOST_ROWS = 100_000
"""Lines or resources of one file."""


@dataclass(frozen=True, slots=True)
class How:
    """How files are to be read. `zone` counts where a time has none; `source` names the system the files come from."""

    zone: ZoneInfo
    today: date
    source: str
    encoding: str = "auto"
    mapping: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file: its line or its resource, counted from 1; 0 is the file as a whole."""

    file: str
    unit: Literal["file", "line", "resource"] = "file"
    number: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, as a code (`imports.refused.<code>`, `imports.remark.<code>`); facts never hold what stood in the row."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


class Unfit(Exception):
    """A row or file that cannot be imported, and why."""

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code)
        self.reason = Reason(code, facts)


@dataclass(frozen=True, slots=True)
class Number:
    """What another system knows somebody by. `source` is that system or the number's namespace."""

    source: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A patient as the file has them; what it does not say is empty.

    `whole`: these are a patient's own particulars; else only a name beside a booking, which changes nobody.
    """

    name: str = ""
    numbers: tuple[Number, ...] = ()
    birth_date: date | None = None
    phone: str = ""
    document: str = ""
    sex: str = ""
    language: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Dentist:
    """A practitioner by name, and by the other system's number where it has one."""

    name: str
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """An appointment. `starts` may only be missing where it is cancelled; `service` lists codes and names to try."""

    number: str
    status: str
    starts: datetime | None = None
    ends: datetime | None = None
    dentist: Dentist | None = None
    service: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line or resource that could be read. `remarks` are codes of what was left out of it."""

    place: Place
    kind: Kind
    person: Person | None = None
    dentist: Dentist | None = None
    booking: Booking | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """One line or resource that could not; `numbers` are the patient's, so that no booking makes up another one."""

    place: Place
    kind: Kind | None
    reason: Reason
    numbers: tuple[Number, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """A file's rows in its own order; `passed_over` counts resources of kinds that nothing is made of."""

    rows: tuple[Row | Refusal, ...]
    passed_over: int = 0
