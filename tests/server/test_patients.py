"""Patients written down and found again, never merged on a guess."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from clinic.errors import Refused
from clinic.setup import Setup
from server.commands.command import Ask, run
from server.commands.patients import LONGEST_NAME, Particulars, initials, keep_patient
from server.storage import tables as t
from server.storage.database import Database

BORN = date(1990, 5, 20)
PHONE = "13800138000"
DOCUMENT = "11010519491231002X"
ABUSE = [
    "'; DROP TABLE patient; --",
    "<script>alert(1)</script>",
    '=cmd|"/C calc"!A0',
    "{{7*7}} ${7*7} {0} %s",
    "𠮷野家 👩‍👩‍👧",
    "ﷺ مريم",
    "Zoë O’Brien-Łukasiewicz",
    "\u202eevil",
]


@pytest.fixture
def keep(database: Database, furnish: Callable[..., Setup]) -> Callable[..., int]:
    """Keep somebody in a command of its own; returns the id."""
    furnish()

    def kept(name: str, **known: Any) -> int:
        answer = run(database, Ask(1, "cli"), lambda command: {"id": keep_patient(command, person(name, **known))})
        return int(answer["id"])

    return kept


def person(name: str, **known: Any) -> Particulars:
    return Particulars(name=name, **known)


def row(database: Database, patient_id: int) -> Any:
    with database.read() as connection:
        return connection.execute(select(t.patient).where(t.patient.c.id == patient_id)).one()


def test_somebody_is_found_by_the_document(keep: Callable[..., int]) -> None:
    """However it is typed, and whatever else is said."""
    first = keep("王小明", document=DOCUMENT)
    assert keep("王小明", document="110105 19491231 002x", phone=PHONE) == first


def test_somebody_is_found_by_name_phone_and_birth_date_together(keep: Callable[..., int]) -> None:
    """However the phone is typed."""
    first = keep("王小明", phone=PHONE, birth_date=BORN)
    assert keep(" 王小明 ", phone="+86 138-0013-8000", birth_date=BORN) == first


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("王小明", {}),
        ("王小明", {"birth_date": BORN}),
        ("王小明", {"phone": PHONE}),
        ("李娜", {"phone": PHONE, "birth_date": BORN}),
        ("王小明", {"phone": PHONE, "birth_date": date(1990, 5, 21)}),
        ("王小明", {"phone": "13800138001", "birth_date": BORN}),
    ],
)
def test_anything_less_is_somebody_new(keep: Callable[..., int], name: str, known: dict[str, Any]) -> None:
    """Twins share a birth date, families a phone, many people a name."""
    first = keep("王小明", phone=PHONE, birth_date=BORN)
    assert keep(name, **known) != first


def test_a_phone_that_was_missing_is_filled_in_and_none_replaced(database: Database, keep: Callable[..., int]) -> None:
    """What the clinic has, a form at the terminal does not change."""
    first = keep("王小明", document=DOCUMENT)
    keep("王小明", document=DOCUMENT, phone=PHONE)
    assert row(database, first).phone_tail == "8000"
    keep("王小明", document=DOCUMENT, phone="13800131111")
    assert row(database, first).phone_tail == "8000"


def test_numbers_are_kept_as_hashes_with_their_tails(database: Database, keep: Callable[..., int]) -> None:
    """The row holds neither the phone nor the document, and equal numbers for two purposes have unequal hashes."""
    kept = row(database, keep("王小明", document=DOCUMENT, phone=PHONE))
    assert (kept.phone_tail, kept.document_tail) == ("8000", "002X")
    assert kept.phone_key == database.vault.keyed("phone", PHONE)
    assert kept.document_key == database.vault.keyed("document", DOCUMENT)
    assert PHONE not in str(kept)
    assert DOCUMENT not in str(kept)


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "name_missing"), (" \u3000\n", "name_missing"), ("王" * (LONGEST_NAME + 1), "name_too_long")],
)
def test_a_name_has_limits(keep: Callable[..., int], name: str, code: str) -> None:
    """A name is something that can be called out and that fits the column."""
    with pytest.raises(Refused, match=code):
        keep(name)
    assert keep("王" * LONGEST_NAME)


@pytest.mark.parametrize("name", ABUSE)
def test_a_strange_name_stays_as_it_is(database: Database, keep: Callable[..., int], name: str) -> None:
    """A name is text: nothing in it is executed, escaped or lost."""
    assert row(database, keep(name)).name == name


def test_real_names_stay_as_they_are(database: Database, furnish: Callable[..., Setup], test_data: Path) -> None:
    """Every real name, and every string of the abuse lists that a door lets in, comes back letter by letter."""
    furnish()
    lines = (test_data / "05_names/names.csv").read_text(encoding="utf-8").splitlines()[1:]
    lists = [json.loads((test_data / "06_abuse/blns.json").read_text(encoding="utf-8"))]
    lists += [[line.split(",")[0] for line in lines]]
    lists += [(test_data / f"06_abuse/{name}.txt").read_text().splitlines() for name in ("xss_payloads", "csv_formula")]
    names = {" ".join(name.split()) for each in lists for name in each if not any(c < " " or c == "\x7f" for c in name)}
    names = {name for name in names if 0 < len(name) <= LONGEST_NAME}
    assert len(names) > 900
    answer = run(
        database,
        Ask(1, "cli"),
        lambda command: {"ids": {name: keep_patient(command, person(name)) for name in sorted(names)}},
    )
    with database.read() as connection:
        stored = {each.id: each.name for each in connection.execute(select(t.patient))}
    assert {name: stored[number] for name, number in answer["ids"].items()} == {name: name for name in names}


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("王小明", "wxm"),
        ("欧阳晴", "oyq"),
        ("曾国强", "zgq"),
        ("李曾", "lc"),
        ("单晓", "sx"),
        ("John Smith", "js"),
        ("王 Anna", "wa"),
        ("Åsa Öberg", "åö"),
        ("-- ;", ""),
        ("", ""),
    ],
)
def test_initials_are_what_the_desk_types(name: str, typed: str) -> None:
    """The first letter of each hanzi's pinyin and of each word, small."""
    assert initials(name) == typed
