"""What a patient has told the terminal, and what was found by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from clinic.identity import age_on
from clinic.questionnaire import Answer as Given
from clinic.questionnaire import choose

Sex = Literal["male", "female", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A patient the clinic knows. `name` is masked, empty where only a number may be shown.

    `revisit`: a full questionnaire was answered within its time, so that only changes are asked.
    """

    patient_id: int
    name: str
    phone_tail: str = ""
    birth_date: date | None = None
    sex: Sex = "unknown"
    revisit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """An appointment of today; `starts` is aware, in the clinic's zone."""

    appointment_id: int
    starts: datetime
    service_id: int
    practitioner_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """What a card says of somebody the clinic does not know yet: it need not be asked again."""

    name: str = ""
    birth_date: date | None = None
    sex: Sex = "unknown"
    document: str = ""


NOBODY = Holder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """All of one conversation; every part is plain data, so that it goes through JSON and back.

    `passed` are the pages answered, in order, each with the button pressed on it. `values` hold the fields by name and
    stay when somebody goes back; `answers` hold the questionnaire's by link id. `trouble` is the code of a page of
    step `reception`. `visit_id` is there from the number on. `editing` is a question opened from the review.
    `over`: nothing is left to say, so it need not be kept.
    """

    language: str = "zh-CN"
    passed: tuple[tuple[str, str], ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    scan: str = ""
    sought: bool = False
    trouble: str = ""
    person: Person | None = None
    bookings: tuple[Booking, ...] = ()
    holder: Holder = NOBODY
    visit_id: int | None = None
    again: bool = False
    urgent: bool = False
    reprint: bool = False
    answers: Mapping[str, Given] = field(default_factory=dict)
    flags_asked: bool = False
    filled: bool = False
    editing: str = ""
    over: bool = False

    def turn(self, page: str) -> str:
        """The button pressed on a page, empty while it is not passed."""
        return dict(self.passed).get(page, "")

    def go(self, page: str, action: str = "next", **values: str) -> "Said":
        """This page is answered."""
        earlier = tuple(each for each in self.passed if each[0] != page)
        return replace(self, passed=(*earlier, (page, action)), values={**self.values, **values}, editing="")

    def back(self) -> "Said":
        """One page back. Answers given stay; what was found by them is looked for again."""
        if self.editing:
            return replace(self, editing="")
        left = self.passed[-1][0] if self.passed else "welcome"
        if left == "welcome":
            return Said(language=self.language)
        earlier = replace(self, passed=self.passed[:-1])
        if left.startswith("identify."):
            return replace(earlier, sought=False, trouble="", person=None, bookings=())
        return earlier

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def booking(self) -> Booking | None:
        """The chosen booking: the only one, or the one chosen by its time."""
        if len(self.bookings) == 1:
            return self.bookings[0]
        return next((each for each in self.bookings if str(each.appointment_id) == self.value("booking")), None)

    @property
    def birth_date(self) -> date | None:
        """As known to the clinic, else from the card, else as typed."""
        if self.person is not None:
            return self.person.birth_date
        typed = self.value("birth_date")
        return self.holder.birth_date or (date.fromisoformat(typed) if typed else None)

    @property
    def sex(self) -> str:
        if self.person is not None:
            return self.person.sex
        return self.value("sex") or self.holder.sex

    def questionnaire(self, today: date) -> str:
        """The id of the questionnaire this patient gets."""
        born = self.birth_date
        return choose(age_on(born, today) if born else None, bool(self.person and self.person.revisit))

    def known_answers(self, today: date) -> dict[str, Given]:
        """The hidden items of the questionnaire, from the record or the registration."""
        known: dict[str, Given] = {"pt_sex": self.sex, "is_revisit": bool(self.person and self.person.revisit)}
        return known | ({"pt_age": age_on(self.birth_date, today)} if self.birth_date else {})
