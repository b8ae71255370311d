"""What the server must do before a conversation goes on; its answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from clinic.questionnaire import Answer as Given
from kiosk.said import NOBODY, Booking, Holder, Person


@dataclass(frozen=True, slots=True)
class FindScan:
    """Whose is this scanned text? Nothing of it may be kept."""

    text: str


@dataclass(frozen=True, slots=True)
class FindPerson:
    """Who has this phone (normalised) and birth date? An unknown and a wrong answer must look alike."""

    phone: str
    birth_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody to register. `phone` and `document` are normalised, empty where there is none."""

    name: str
    phone: str
    birth_date: date | None
    sex: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeNumber:
    """Check in: a known patient or a newcomer, for a booking or a service. `answers` are those to the red flags."""

    patient_id: int | None
    newcomer: Newcomer | None
    appointment_id: int | None
    service_id: int | None
    language: str
    questionnaire: str
    answers: Mapping[str, Given]


@dataclass(frozen=True, slots=True)
class SaveForm:
    """Keep a complete questionnaire."""

    visit_id: int
    questionnaire: str
    answers: Mapping[str, Given]


@dataclass(frozen=True, slots=True)
class Reprint:
    """Print a visit's ticket once more."""

    visit_id: int


Need = FindScan | FindPerson | TakeNumber | SaveForm | Reprint


@dataclass(frozen=True, slots=True)
class Found:
    """A patient with the bookings of today that can be checked in, earliest first."""

    person: Person
    bookings: tuple[Booking, ...]


@dataclass(frozen=True, slots=True)
class NotFound:
    """Nobody. A card may still have told who its holder is."""

    holder: Holder = NOBODY


@dataclass(frozen=True, slots=True)
class HasNumber:
    """The patient is checked in already, or scanned the own ticket. `person` is for the questionnaire."""

    visit_id: int
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class NumberTaken:
    """Checked in; `person` is who that is now."""

    visit_id: int
    person: Person


@dataclass(frozen=True, slots=True)
class NotRead:
    """The scan could not be read; `code` is worded by `kiosk.problem.<code>`."""

    code: str


@dataclass(frozen=True, slots=True)
class AskReception:
    """It goes on at reception, or in another way; `code` names a page of step `reception`."""

    code: str


@dataclass(frozen=True, slots=True)
class Done:
    """A form was kept, a reprint was asked for."""


Result = Found | NotFound | HasNumber | NumberTaken | NotRead | AskReception | Done
