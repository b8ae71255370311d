"""Which column of a table is what, as its YAML file says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args

from clinic.errors import Refused
from server.imports.values import Order

PATIENT = ("number", "name", "birth_date", "phone", "document", "sex", "language")
APPOINTMENT = ("number", "starts", "ends", "minutes", "status", "dentist", "dentist_number", "service")
JOINED = ("name", "starts", "ends")
"""Several columns of these are read as one text; of all others the first filled one counts."""
_WORDS = ("sex", "status", "language")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of each field, the order of dates, cells that mean nothing, and the file's own words for codes."""

    patient: Mapping[str, tuple[str, ...]]
    appointment: Mapping[str, tuple[str, ...]]
    dates: Order
    empty: frozenset[str]
    words: Mapping[str, Mapping[str, str]]

    @property
    def names(self) -> frozenset[str]:
        both = (*self.patient.values(), *self.appointment.values())
        return frozenset(name for names in both for name in names)


def parse_mapping(written: object) -> Columns:
    """Raises Refused `mapping_unfit` with the place in the mapping that is wrong."""
    raw = _mapping(written, "mapping")
    _known(raw, ("patient", "appointment", "dates", "empty", "words"), "")
    dates = raw.get("dates", "year-first")
    if dates not in get_args(Order):
        raise _unfit("dates")
    empty = raw.get("empty", [])
    if not isinstance(empty, list):
        raise _unfit("empty")
    columns = Columns(
        patient=_fields(raw, "patient", PATIENT),
        appointment=_fields(raw, "appointment", APPOINTMENT),
        dates=cast(Order, dates),
        empty=frozenset(str(each) for each in empty),
        words={name: _words(raw, name) for name in _WORDS},
    )
    if "name" not in columns.patient:
        raise _unfit("patient.name")
    if columns.appointment and "starts" not in columns.appointment:
        raise _unfit("appointment.starts")
    return columns


def _fields(raw: Mapping[str, object], part: str, known: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    given = _mapping(raw.get(part, {}), part)
    _known(given, known, f"{part}.")
    return {name: _columns(value, f"{part}.{name}") for name, value in given.items() if value is not None}


def _columns(value: object, place: str) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str | int) and not isinstance(name, bool) for name in names):
        raise _unfit(place)
    return tuple(str(name).strip().casefold() for name in names)


def _words(raw: Mapping[str, object], name: str) -> Mapping[str, str]:
    words = _mapping(raw.get("words", {}), "words")
    _known(words, _WORDS, "words.")
    said = _mapping(words.get(name, {}), f"words.{name}")
    return {str(word).strip().casefold(): str(code) for word, code in said.items()}


def _mapping(value: object, place: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _unfit(place)
    return {str(name): each for name, each in value.items()}


def _known(given: Mapping[str, object], known: tuple[str, ...], prefix: str) -> None:
    for name in given:
        if name not in known:
            raise _unfit(f"{prefix}{name}")


def _unfit(place: str) -> Refused:
    return Refused("mapping_unfit", unfit=True, place=place[:60])
