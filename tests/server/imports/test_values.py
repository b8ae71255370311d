"""Cells of files: dates, names and numbers, or why not."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.imports import values
from server.imports.rows import Unfit

TODAY = date(2026, 11, 23)
ZONE = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 11, 23, 9, 5, tzinfo=ZONE)


def why(work: object, *arguments: object) -> str:
    """The code of the refusal."""
    with pytest.raises(Unfit) as caught:
        work(*arguments)  # type: ignore[operator]
    return caught.value.reason.code


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2026-11-23T09:05:00", "year-first"),
        ("2026-11-23T01:05:00Z", "year-first"),
        ("2026-11-23T01:05:00.000+00:00", "year-first"),
        ("2026-11-22T20:05:00-0500", "year-first"),
        ("2026/11/23 9:05", "year-first"),
        ("20261123 09:05", "day-first"),
        ("2026年11月23日 上午9时05分", "year-first"),
        ("２０２６-１１-２３ ９：０５", "year-first"),
        ("23.11.2026 09:05", "day-first"),
        ("11/23/2026 9:05 AM", "month-first"),
    ],
)
def test_a_moment_is_read_in_the_ways_people_write_it(text: str, order: values.Order) -> None:
    """Without a zone of its own a time is the clinic's."""
    assert values.moment(text, ZONE, order) == MORNING


@pytest.mark.parametrize(
    "text",
    ["2026-02-30 09:00", "2026-11-23", "2026-11-23 25:00", "03/04/2026 09:00", "45231.5", "0001-01-01 09:00", "下午"],
)
def test_an_impossible_or_ambiguous_moment_is_refused(text: str) -> None:
    """A day of two countries is no day without the mapping's word."""
    assert why(values.moment, text, ZONE) == "start_unreadable"


def test_noon_and_midnight_of_a_clock_of_twelve() -> None:
    """12 am is midnight, 12 pm is noon, 下午 adds twelve."""
    hours = [values.moment(f"2026-11-23 {text}", UTC) for text in ("12:00 AM", "12:00 pm", "下午 2:15")]
    assert [each.hour for each in hours if each] == [0, 12, 14]


@pytest.mark.parametrize("text", ["2026-11-24", "1890-01-01", "1988-13-01", "0000-00-00", "03/04/1988", "long ago"])
def test_an_impossible_birth_date_is_refused(text: str) -> None:
    """To come, above 130 years, not in the calendar, or of two countries."""
    assert why(values.birth_date, text, TODAY) == "birth_date"


def test_a_birth_date_may_carry_an_empty_time() -> None:
    """Database exports write midnight beside a date."""
    assert values.birth_date("1988-05-06 00:00:00", TODAY) == date(1988, 5, 6)
    assert values.birth_date("6/5/1988", TODAY, "day-first") == date(1988, 5, 6)
    assert values.birth_date(" ", TODAY) is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "name_missing"),
        (" \t ", "name_missing"),
        ("---", "name_unreadable"),
        ("🦷", "name_unreadable"),
        ("李\u202e明", "control_characters"),
        ("李\x00明", "control_characters"),
        ("\ud800", "control_characters"),
        ("李" * 121, "too_long"),
    ],
)
def test_a_name_that_cannot_be_called_is_refused(name: str, code: str) -> None:
    """Empty, without a letter, invisible or too long."""
    assert why(values.person_name, name) == code


@given(st.text(max_size=300))
def test_a_name_arrives_unharmed_or_is_refused(text: str) -> None:
    """Nothing but white space ever changes."""
    try:
        found = values.person_name(text)
    except Unfit as unfit:
        found = unfit.reason.code
    assert found in {" ".join(text.split()), "name_missing", "name_unreadable", "control_characters", "too_long"}


def test_numbers_a_spreadsheet_rounded_are_refused() -> None:
    """Many people would share one."""
    assert why(values.number, "1.21548E+13") == "number_mangled"
    assert values.number("99948393975") == "99948393975"


def test_a_document_is_checked() -> None:
    """A resident ID's check digit must fit; other kinds are taken as they are."""
    assert values.document("11010519491231002x", TODAY) == "11010519491231002x"
    assert values.document("E12345678", TODAY) == "E12345678"
    assert why(values.document, "110105194912310021", TODAY) == "document_unreadable"


def test_statuses_of_other_systems() -> None:
    """Who has arrived elsewhere is booked here; wishes are no bookings."""
    assert [values.status(each) for each in ("booked", "checked-in", "已取消", "noshow")] == [
        "booked",
        "booked",
        "cancelled",
        "noshow",
    ]
    assert why(values.status, "waitlist") == "not_booked"
    assert why(values.status, "beamed up") == "status_unknown"


def test_names_are_joined_as_they_are_spoken() -> None:
    """Hanzi without a space, all else with one."""
    assert values.joined(["林", "知夏"]) == "林知夏"
    assert values.joined(["Ada", "", "Example"]) == "Ada Example"
