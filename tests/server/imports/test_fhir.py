"""FHIR files into rows: containers, references, and broken ones."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.imports import MOST_BYTES, read_file
from server.imports.rows import MOST_ROWS, Dentist, How, Number, Read, Refusal, Row

HOW = How(ZoneInfo("Asia/Shanghai"), date(2026, 11, 23), "records")
FIXTURES = Path(__file__).parents[2] / "fixtures" / "imports"


def read(value: object) -> Read:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return read_file("file.json", data, HOW)


def codes(read: Read) -> list[str]:
    return [row.reason.code for row in read.rows if isinstance(row, Refusal)]


def appointment(**changes: Any) -> dict[str, Any]:
    who = [{"actor": {"reference": "Patient/p", "display": "Ada Example"}, "status": "accepted"}]
    plain = {"resourceType": "Appointment", "id": "a", "status": "booked", "start": "2026-11-23T09:00:00"}
    return {**plain, "participant": who, **changes}


def test_a_bundle_gives_people_dentists_and_bookings() -> None:
    """References are followed, whatever address they are written as."""
    rows = read((FIXTURES / "clinic.json").read_bytes())
    assert rows.passed_over == 2
    assert codes(rows) == ["not_booked", "start_unreadable"]
    dentist, lin, ada, first, second, _ = [row for row in rows.rows if isinstance(row, Row)]
    assert dentist.dentist == Dentist("何静怡", "he")
    assert lin.person is not None
    assert (lin.person.name, lin.person.phone, lin.person.language) == ("林知夏", "138 0013 8001", "en")
    assert (lin.person.document, lin.person.sex) == ("11010519491231002X", "female")
    assert lin.person.numbers == (Number("records", "Patient/p1"), Number("urn:example:cards", "C-1"))
    assert ada.person is not None
    assert ada.person.birth_date is None
    assert first.person == lin.person
    assert first.booking is not None
    assert first.booking.dentist == Dentist("何静怡", "he")
    assert first.booking.starts == datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
    assert second.person == ada.person
    assert second.booking is not None
    assert second.booking.starts == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def test_a_container_of_any_shape_is_opened() -> None:
    """Lists, bundles in bundles and lists under any name hold resources just as well."""
    bundle = {"resourceType": "Bundle", "entry": [{"resource": appointment(id="b")}]}
    nested = {"appointments": [appointment(), bundle], "slots": [{"resourceType": "Slot"}], "description": "x"}
    assert len(read(nested).rows) == 2
    assert len(read([appointment()]).rows) == 1
    assert len(read(appointment()).rows) == 1


def test_a_contained_patient_is_read() -> None:
    """A patient may stand inside the appointment; its id there means nothing elsewhere."""
    inside = {"resourceType": "Patient", "id": "x", "name": [{"text": "Ada"}], "birthDate": "1990-01-02"}
    row = read(appointment(contained=[inside], participant=[{"actor": {"reference": "#x"}}])).rows[0]
    assert isinstance(row, Row)
    assert row.person is not None
    assert (row.person.name, row.person.numbers) == ("Ada", ())


def test_a_display_name_makes_a_patient_where_no_resource_is() -> None:
    """It is known by the reference, and changes nobody."""
    row = read(appointment()).rows[0]
    assert isinstance(row, Row)
    assert row.person is not None
    assert row.person.numbers == (Number("records", "Patient/p"),)
    assert not row.person.whole


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"participant": []}, "patient_missing"),
        ({"status": "beamed"}, "status_unknown"),
        ({"status": None}, "status_unknown"),
        ({"start": None}, "start_missing"),
        ({"id": "x\x00"}, "control_characters"),
        ({"id": "x" * 121}, "too_long"),
    ],
)
def test_an_unfit_appointment_is_refused(changes: dict[str, Any], code: str) -> None:
    """Each with its own reason."""
    assert codes(read(appointment(**changes))) == [code]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_unknown"),
        (b'{"resourceType": "Pat', "not_json"),
        (b"[" * 200_000, "too_nested"),
        (b'{"a": ' * 100_000, "too_nested"),
        (b"[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]", "too_nested"),
        (b'{"resourceType": "Patient", "birthDate": ' + b"9" * 5000 + b"}", "not_json"),
        (b"{}", "no_resources"),
        (b'{"x": "\xff"}', "encoding"),
        (b"[" + b" " * MOST_BYTES + b"]", "file_too_large"),
        (b"[" + b'{"resourceType":"Slot"},' * MOST_ROWS + b'{"resourceType":"Slot"}]', "too_many_rows"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hopeless_file_is_one_refusal(data: bytes, code: str) -> None:
    """Truncated, nested, huge or empty: the reason stands at the file, nothing is raised."""
    assert codes(read(data)) == [code]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=12) | st.sampled_from(["Patient/p", "#x", "booked"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "id",
    "name",
    "telecom",
    "identifier",
    "birthDate",
    "gender",
    "communication",
    "participant",
    "contained",
    "start",
)


@given(st.sampled_from(["Patient", "Practitioner", "Appointment"]), st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_any_value_anywhere_gives_a_row_or_a_reason(kind: str, fields: dict[str, Any]) -> None:
    """Wrong types in a resource never raise."""
    parts = {name: value if isinstance(value, list) else [value] for name, value in fields.items()}
    for body in (fields, parts):
        assert len(read({"status": "booked", **body, "resourceType": kind}).rows) == 1
