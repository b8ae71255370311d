"""Who a visit is of, and how much of it a member of staff may read."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from clinic.identity import age_on
from clinic.questionnaire import Flag, Words
from clinic.roles import Role, may_read_infections

PRECAUTION = "clinical_precaution"
"""The id of the note that stands for all infection flags where they may not be read (design: section 3)."""

_GRAVEST_FIRST = ("stop", "caution", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A patient as the desk knows them. Missing texts are ''; tails are the last four characters of a number.

    `masked` is '' where the name may not be shown at all. `flags` are those of the visit's questionnaire.
    """

    name: str
    masked: str
    initials: str = ""
    phone_tail: str = ""
    document_tail: str = ""
    birth_date: date | None = None
    sex: str = ""
    flags: tuple[Flag, ...] = ()

    def age(self, today: date) -> int | None:
        return None if self.birth_date is None else age_on(self.birth_date, today)


NOBODY = Person(name="", masked="")
"""Stands in where nothing is known of a patient."""


@dataclass(frozen=True, slots=True)
class Note:
    """A flag as one member of staff may read it; without `message` it is a clinical precaution, worded by its id."""

    id: str
    severity: str
    message: Words | None


def notes(person: Person, roles: Collection[Role]) -> tuple[Note, ...]:
    """What the questionnaire tells these roles, the gravest first."""
    hidden = () if may_read_infections(roles) else tuple(flag for flag in person.flags if flag.infection)
    told = [Note(flag.id, flag.severity, flag.message) for flag in person.flags if flag not in hidden]
    told.sort(key=lambda note: _GRAVEST_FIRST.index(note.severity))
    return (*told, Note(PRECAUTION, "caution", None)) if hidden else tuple(told)


def suggested_level(person: Person, roles: Collection[Role]) -> int | None:
    """The most urgent triage level that flags these roles may read suggest, None without any."""
    open_to_all = may_read_infections(roles)
    levels = [flag.triage_level for flag in person.flags if flag.triage_level and (open_to_all or not flag.infection)]
    return min(levels, default=None)
