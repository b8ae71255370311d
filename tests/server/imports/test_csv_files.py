"""Tables into rows: encodings, separators, mappings, bad lines."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from clinic.errors import Refused
from server.imports import read_file
from server.imports.mapping import parse_mapping
from server.imports.rows import MOST_ROWS, Dentist, How, Number, Read, Refusal, Row

ROOT = Path(__file__).parents[3]
FIXTURES = ROOT / "tests" / "fixtures" / "imports"
MAPPING = yaml.safe_load((ROOT / "demo" / "mappings" / "appointments.yaml").read_text(encoding="utf-8"))
SMALL: dict[str, object] = {"patient": {"number": "id", "name": "name"}}


def read(data: bytes, mapping: dict[str, object] | None = SMALL, encoding: str = "auto") -> Read:
    return read_file("f.csv", data, How(ZoneInfo("Asia/Shanghai"), date(2026, 11, 23), "desk", encoding, mapping))


def rows(read: Read) -> list[Row]:
    return [row for row in read.rows if isinstance(row, Row)]


def refusals(read: Read) -> list[tuple[int, str]]:
    return [(row.place.number, row.reason.code) for row in read.rows if isinstance(row, Refusal)]


def test_a_table_of_bookings_is_read() -> None:
    """One line is a patient, with an appointment where one is filled in."""
    first, second, _, last = rows(read((FIXTURES / "bookings.csv").read_bytes(), MAPPING))
    assert first.person is not None
    assert first.person.numbers == (Number("desk", "B1"),)
    assert (first.person.name, first.person.birth_date, first.person.document) == ("林知夏", date(1988, 5, 6), "")
    assert first.booking is not None
    assert first.booking.dentist == Dentist("医生1")
    assert first.booking.starts == datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    assert first.booking.ends == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert second.person is not None
    assert second.person.name == 'Ada "Countess" Example'
    assert second.booking is not None
    assert second.booking.status == "cancelled"
    assert (last.kind, last.booking) == ("patient", None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_found(encoding: str) -> None:
    """UTF-8 with and without a mark, GBK and a spreadsheet's UTF-16 read alike."""
    text = (FIXTURES / "bookings.csv").read_text(encoding="utf-8")
    assert read(text.encode(encoding), MAPPING) == read(text.encode(), MAPPING)


def test_a_file_in_gbk_with_other_line_ends_reads_alike() -> None:
    """Bytes as Chinese spreadsheets write them."""
    gbk, utf8 = ((FIXTURES / name).read_bytes() for name in ("bookings-gbk.csv", "bookings.csv"))
    assert read(gbk, MAPPING) == read(gbk, MAPPING, "gbk") == read(utf8, MAPPING)
    assert refusals(read(gbk, MAPPING, "utf-8")) == [(0, "encoding")]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_found(mark: str) -> None:
    """By which one the mapped columns come apart."""
    table = mark.join(["note", "id", "name"]) + "\n" + mark.join(["a", "7", "Ada"])
    assert [row.person.name for row in rows(read(table.encode())) if row.person] == ["Ada"]


def test_a_forgotten_quotation_mark_swallows_no_line() -> None:
    """Reading goes on at the very next line; a cell may still hold a line break."""
    table = b'id,name\n1,"Ada\n2,Bea\n3,"Cleo\nDora"\n4,"E" F\n5,Gil\n'
    found = read(table)
    assert [row.person.name for row in rows(found) if row.person] == ["Bea", "Cleo Dora", "Gil"]
    assert refusals(found) == [(2, "quotes"), (6, "quotes")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"number,name\n1,Ada", "column_missing"),
        (b"id,name,NAME\n1,Ada,Ada", "column_twice"),
        (b"\xff\xff\x80", "encoding"),
        (b"id,name\n" + b"1,A\n" * (MOST_ROWS + 2), "too_many_rows"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_refusal(data: bytes, code: str) -> None:
    """The reason stands at the file."""
    assert refusals(read(data)) == [(0, code)]


def test_a_table_needs_a_mapping() -> None:
    """Columns are never guessed."""
    assert refusals(read(b"id,name\n1,Ada", None)) == [(0, "mapping_missing")]


@pytest.mark.parametrize(
    ("mapping", "place"),
    [
        ([], "mapping"),
        ({}, "patient.name"),
        ({"patient": {"name": "n", "shoe": "s"}}, "patient.shoe"),
        ({"patient": {"name": True}}, "patient.name"),
        ({"patient": []}, "patient"),
        ({"patient": {"name": "n"}, "appointment": {"number": "a"}}, "appointment.starts"),
        ({"patient": {"name": "n"}, "dates": "backwards"}, "dates"),
        ({"patient": {"name": "n"}, "empty": "NULL"}, "empty"),
        ({"patient": {"name": "n"}, "words": {"colour": {}}}, "words.colour"),
        ({"pateint": {}}, "pateint"),
    ],
)
def test_a_wrong_mapping_names_the_place(mapping: object, place: str) -> None:
    """Whoever wrote it finds the mistake."""
    with pytest.raises(Refused) as caught:
        parse_mapping(mapping)
    assert (caught.value.code, caught.value.facts) == ("mapping_unfit", {"place": place})


@pytest.mark.parametrize("file", sorted((ROOT / "demo" / "mappings").glob("*.yaml")), ids=lambda file: file.stem)
def test_every_shipped_mapping_can_be_used(file: Path) -> None:
    """The examples are right."""
    assert parse_mapping(yaml.safe_load(file.read_text(encoding="utf-8"))).names
