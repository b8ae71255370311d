"""Whom a row of a file means: a known patient, a new one, or unclear."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, insert, select, update

from clinic.identity import normalise_document, normalise_phone
from server.commands.command import Command
from server.commands.patients import Particulars, columns, keep_patient
from server.imports.report import Outcome
from server.imports.rows import Number, Person, Unfit
from server.storage import tables as t


def _patients(*columns: ColumnElement[Any]) -> Select[Any]:
    """Patients of a site by these columns. Made once: making a statement takes longer than running it."""
    return select(t.patient).where(*(column == bindparam(column.key) for column in (t.patient.c.site_id, *columns)))


_BY_DOCUMENT = _patients(t.patient.c.document_key)
_BY_PARTICULARS = _patients(t.patient.c.phone_key, t.patient.c.birth_date, t.patient.c.name)
_BY_ID = _patients(t.patient.c.id)
_BY_NUMBER = select(t.patient_identifier.c.patient_id).where(
    *(
        column == bindparam(column.key)
        for column in (
            t.patient_identifier.c.site_id,
            t.patient_identifier.c.source,
            t.patient_identifier.c.value_key,
        )
    )
)
"""Not joined with the patient: PostgreSQL plans such a join once, for the tables as small as they were then."""


class Recogniser:
    """The patients of one run. `seen` are those whose row came already: two rows must not contradict each other."""

    def __init__(self, command: Command, source: str) -> None:
        self.command = command
        self.source = source
        self.seen: set[int] = set()

    def keep(self, person: Person) -> tuple[int, Outcome]:
        """The patient of this person, written down or brought up to date.

        Known by a number, by a document, or by name, birth date and phone together; never merged on a guess. Raises
        Unfit `patient_unclear`, `number_of_another`, `patient_twice`, `patient_unknown`, `too_little_known`.
        """
        keys = self._keys(person)
        numbered = self._numbered(keys)
        known = self._known(numbered.values(), person)
        if len(known) > 1:
            raise Unfit("patient_unclear")
        if not known:
            patient_id, outcome = self._new(person), "created"
        else:
            patient_id, outcome = known[0].id, self._bring_up_to_date(known[0], person)
        self._remember(patient_id, [key for key in keys if key not in numbered])
        return patient_id, outcome  # type: ignore[return-value]

    def _known(self, numbered: Iterable[Row[Any]], person: Person) -> list[Row[Any]]:
        said = self._columns(person) if person.whole else {}
        found = [*numbered, *self._documented(said)] or self._alike(said)
        return list({row.id: row for row in found}.values())

    def _keys(self, person: Person) -> tuple[tuple[str, str], ...]:
        """The numbers as they are stored: source, and a hash of source and value."""
        vault = self.command.database.vault
        return tuple(
            (each.source[:80], vault.keyed("identifier", f"{each.source}\n{each.value}"))
            for each in person.numbers or self._own_number(person)
        )

    def _own_number(self, person: Person) -> tuple[Number, ...]:
        """What stands for a number where a file has none, so that reading it again finds the same patient."""
        phone, document = normalise_phone(person.phone), normalise_document(person.document)
        if not (person.name and (person.birth_date or phone or document)):
            raise Unfit("too_little_known")
        return (Number(self.source, f"row\n{person.name}\n{person.birth_date or ''}\n{phone or ''}\n{document}"),)

    def _numbered(self, keys: tuple[tuple[str, str], ...]) -> dict[tuple[str, str], Row[Any]]:
        """The patient of each number that is known."""
        found = {key: self._rows(_BY_NUMBER, source=key[0], value_key=key[1]) for key in keys}
        return {key: self._rows(_BY_ID, id=rows[0].patient_id)[0] for key, rows in found.items() if rows}

    def _alike(self, said: Mapping[str, Any]) -> list[Row[Any]]:
        """Those with the same name, birth date and phone."""
        if not (said.get("phone_key") and said.get("birth_date")):
            return []
        return self._rows(_BY_PARTICULARS, **{name: said[name] for name in ("phone_key", "birth_date", "name")})

    def _documented(self, said: Mapping[str, Any]) -> list[Row[Any]]:
        if not said.get("document_key"):
            return []
        return self._rows(_BY_DOCUMENT, document_key=said["document_key"])

    def _rows(self, statement: Select[Any], **values: Any) -> list[Row[Any]]:
        return list(self.command.connection.execute(statement, {"site_id": self.command.ask.site_id, **values}))

    def _new(self, person: Person) -> int:
        if not person.name:
            raise Unfit("patient_unknown")
        return keep_patient(self.command, _particulars(person))

    def _bring_up_to_date(self, known: Row[Any], person: Person) -> Outcome:
        """What the row says replaces what is known; what it leaves empty does not."""
        if not person.name:
            return "unchanged"
        if not _plausible(known, person):
            raise Unfit("number_of_another")
        if not person.whole:
            return "unchanged"
        said = self._columns(person)
        changes = {name: value for name, value in said.items() if value != getattr(known, name)}
        for name, is_said in (
            ("sex", person.sex),
            ("language", person.language),
            ("birth_date", said["birth_date"]),
            ("phone_key", said["phone_key"]),
            ("phone_tail", said["phone_key"]),
            ("document_key", said["document_key"]),
            ("document_tail", said["document_key"]),
        ):
            if not is_said:
                changes.pop(name, None)
        if not changes:
            return "unchanged"
        if known.id in self.seen:
            raise Unfit("patient_twice")
        self.command.connection.execute(update(t.patient).where(t.patient.c.id == known.id).values(changes))
        return "changed"

    def _columns(self, person: Person) -> dict[str, Any]:
        return columns(self.command.database.vault, _particulars(person))

    def _remember(self, patient_id: int, keys: Sequence[tuple[str, str]]) -> None:
        site_id = self.command.ask.site_id
        for source, key in keys:
            row = {"site_id": site_id, "patient_id": patient_id, "source": source, "value_key": key}
            self.command.connection.execute(insert(t.patient_identifier), row)


def _particulars(person: Person) -> Particulars:
    said = {"sex": person.sex, "language": person.language}
    return Particulars(
        name=person.name,
        birth_date=person.birth_date,
        phone=person.phone,
        document=person.document,
        **{name: value for name, value in said.items() if value},
    )


def _plausible(known: Row[Any], person: Person) -> bool:
    """Whether a known number can mean this person, as two systems may number their patients alike.

    The same birth date, or the same name; where one side has no birth date, half of the shorter name in common.
    """
    ours, theirs = _words(known.name), _words(person.name)
    if known.birth_date is not None and person.birth_date is not None:
        return bool(known.birth_date == person.birth_date) or ours == theirs
    return 2 * len(ours & theirs) >= min(len(ours), len(theirs))


def _words(name: str) -> set[str]:
    """Hanzi one by one, all else word by word."""
    return set(
        re.findall(r"[\u3400-\u9fff\U00020000-\U0003ffff]|[^\W\u3400-\u9fff\U00020000-\U0003ffff]+", name.casefold())
    )
