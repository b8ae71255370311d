"""Who a visit is of, as the desk knows them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from clinic.identity import age_on
from clinic.privacy import visible_flags
from clinic.questionnaire import Flag
from clinic.roles import Role

_GRAVEST_FIRST = ("stop", "caution", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A patient. Missing texts are ''; tails are the last four characters of a number.

    `masked` is the name for public screens, '' where a number alone is shown; `flags` are the visit's.
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

    def flags_for(self, roles: Collection[Role]) -> tuple[Flag, ...]:
        """What the questionnaire tells these roles, the gravest first."""
        readable = visible_flags(self.flags, roles)
        return tuple(sorted(readable, key=lambda flag: _GRAVEST_FIRST.index(flag.severity)))


NOBODY = Person(name="", masked="")
"""Stands in where nothing is known of a patient."""
