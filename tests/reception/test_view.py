"""The console shows the day in its order, and no more than it may."""

from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.privacy import PRECAUTION
from clinic.roles import CLINICIANS, Role, Task, tasks_of, verbs_of
from clinic.verbs import Verb, possible
from clinic.visit import Form, State, Visit
from locales import LANGUAGES, words
from reception.cards import TONES, Alert
from reception.people import Person
from reception.rows import Badge, Row
from reception.view import Console, console
from tests.reception import make


def look(*visits: Visit, role: Role = Role.RECEPTION, people: dict[int, Person] | None = None, **more: Any) -> Console:
    known = make.people(*visits) if people is None else people
    return console(make.day(*visits), known, roles=[role], now=make.NOW, staff={"staff:2": "刘洋"}, **more)


def rows_of(shown: Console) -> list[Row]:
    """Every row that stands anywhere on the console."""
    in_columns = [row for column in shown.columns for row in (*column.rows, *column.aside, *column.at_imaging)]
    in_rooms = [row for room in shown.rooms for row in room.called]
    seated = [seat.row for room in shown.rooms for seat in room.chairs if seat.row]
    return [*in_columns, *in_rooms, *seated]


def only(*visits: Visit, **more: Any) -> Row:
    (row,) = rows_of(look(*visits, **more))
    return row


@st.composite
def visits(draw: st.DrawFn) -> list[Visit]:
    count = draw(st.integers(0, 12))
    states = draw(st.lists(st.sampled_from(list(State)), min_size=count, max_size=count))
    return [
        make.visit(
            number,
            state,
            queue_id=draw(st.sampled_from([make.LI, make.SHARED])),
            triage=draw(st.integers(1, 4)),
            arrived_at=make.ago(draw(st.integers(0, 90))),
            slot=draw(st.none() | st.integers(-60, 60).map(make.ago)),
            pin_ahead=draw(st.none() | st.just(())),
            pin_at=make.ago(1),
        )
        for number, state in enumerate(states, start=1)
    ]


@given(visits())
def test_the_columns_have_the_order_of_the_day(made: list[Visit]) -> None:
    """The list that staff see is the list that is called from, position by position."""
    day = make.day(*made)
    for column in look(*made).columns:
        assert [(row.visit, row.position) for row in column.rows] == [
            (place.visit.id, place.position) for place in day.places[column.queue]
        ]


@given(visits(), st.sampled_from(list(Role)))
def test_every_open_visit_is_somewhere_for_whoever_may_see_patients(made: list[Visit], role: Role) -> None:
    """Nobody falls between the columns, and who may not see patients sees none."""
    shown = {row.visit for row in rows_of(look(*made, role=role))}
    seen = Task.SEE_PATIENTS in tasks_of([role])
    in_chairs = {make.day(*made).in_chair(make.CHAIR_3)}
    expected = {visit.id for visit in made if visit.open and (visit.chair_id is None or visit in in_chairs)}
    assert shown == (expected if seen else set())


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", State)
def test_a_row_offers_what_state_and_role_allow(state: State, role: Role) -> None:
    """Never a button that is refused for what the visit or the person is."""
    visit = make.visit(1, state)
    for row in rows_of(look(visit, role=role)):
        assert set(row.verbs) == set(possible(visit)) & verbs_of([role])


@pytest.mark.parametrize("role", [role for role in Role if role not in CLINICIANS])
def test_nothing_of_an_infection_reaches_anybody_but_clinicians(role: Role) -> None:
    """They see that care is needed, and neither the flag, its words, its count nor the level it suggests."""
    visit = make.visit(1)
    known = make.person(flags=(make.flag("HEPATITIS", "stop", level=2, infection=True),))
    shown = look(visit, role=role, people={1: known})
    assert "HEPATITIS" not in repr(asdict(shown))
    assert shown.cards == ()
    for row in rows_of(shown):
        assert row.flags == (PRECAUTION,)
        assert row.badges == (Badge("precaution"),)


@pytest.mark.parametrize("role", sorted(CLINICIANS))
def test_clinicians_read_every_flag_the_gravest_first(role: Role) -> None:
    """The dentist's eye falls on the stop sign before anything else."""
    known = make.person(flags=(make.flag("SOAP", "info"), make.flag("HEPATITIS", "stop", infection=True)))
    row = only(make.visit(1), role=role, people={1: known})
    assert [flag.id for flag in row.flags] == ["HEPATITIS", "SOAP"]
    assert row.badges == (Badge("stop", 1),)


def test_flags_are_counted_by_how_grave_they_are() -> None:
    """Notes for information alone are not counted."""
    flags = (make.flag("A", "stop"), make.flag("B"), make.flag("C"), make.flag("D", "info"))
    assert only(make.visit(1), people={1: make.person(flags=flags)}).badges == (Badge("stop", 1), Badge("caution", 2))


def test_badges_stand_in_the_order_of_their_weight() -> None:
    """Emergency, flags, moved by hand, priority, then the rest (look: section 6)."""
    special = make.visit(
        1, triage=2, pin_ahead=(), pin_at=make.NOW, pin_shift=2, priority="pregnant", form=Form.PENDING, missed=1
    )
    born = make.TODAY.replace(year=1944)
    row = only(special, people={1: make.person(flags=(make.flag("A", "stop"),), birth_date=born)})
    assert [badge.code for badge in row.badges] == [
        "emergency", "stop", "moved", "priority.pregnant", "form_pending", "missed", "age",
    ]  # fmt: skip
    assert Badge("moved", 2) in row.badges
    assert Badge("age", 82) in row.badges


def test_names_come_whole_and_masked() -> None:
    """The eye button needs no question to the server."""
    row = only(make.visit(1))
    assert (row.name, row.masked) == ("韩雪梅", "韩*梅")


def test_a_name_that_is_hidden_in_public_is_masked_for_staff() -> None:
    """A sensitive service hides the name from the waiting room, not from the desk; a minor's stays hidden."""
    hidden = make.person(masked="", birth_date=date(1980, 1, 1))
    assert only(make.visit(1), people={1: hidden}).masked == "韩*梅"
    child = make.person(masked="", birth_date=date(2016, 1, 1))
    assert only(make.visit(1), people={1: child}).masked == ""


def test_a_patient_nobody_knows_is_a_number_without_a_name() -> None:
    """A missing record never stops the queue."""
    row = only(make.visit(1), people={})
    assert (row.ticket, row.name, row.masked, row.age) == ("A001", "", "", None)


@pytest.mark.parametrize(("years", "minor"), [(17, True), (18, False)])
def test_minors_are_told_apart(years: int, minor: bool) -> None:
    """Up to the day before the eighteenth birthday."""
    born = make.TODAY.replace(year=make.TODAY.year - years)
    assert only(make.visit(1), people={1: make.person(birth_date=born)}).minor is minor


def test_times_are_the_clinics_own() -> None:
    """A browser in any zone can show them as they are written."""
    row = only(make.visit(1, slot=make.NOW.astimezone(tz=None)))
    assert row.slot is not None
    assert row.slot.isoformat() == "2026-11-25T10:42:00+08:00"
    assert row.arrived_at.utcoffset() == timedelta(hours=8)


def test_a_long_wait_is_shown_with_its_excess_while_it_lasts() -> None:
    """Somebody on hold waits for something else."""
    waiting = make.visit(1, arrived_at=make.ago(26))
    assert (only(waiting).waited, only(waiting).over) == (26, 11)
    assert only(replace(waiting, state=State.ON_HOLD)).over is None


def test_a_waiting_row_has_its_estimate_and_its_reason() -> None:
    """The same estimate and reason that every other face shows."""
    row = only(make.visit(1, slot=make.ago(-3)))
    assert row.wait is not None
    assert row.why is not None
    assert (row.why.code, row.why.at) == ("booked", make.ago(-3))


def test_what_stands_before_the_chair_is_told() -> None:
    """First the form, then the identity, then nothing."""
    called = make.visit(1, State.CALLED, form=Form.PENDING)
    assert only(called).needs == ("form", "identity")
    assert only(replace(called, form=Form.DONE, identity_checked=True)).needs == ()


def test_a_room_shows_who_is_called_and_by_whom_and_who_sits() -> None:
    """By the name of the person, not by an id."""
    called = make.visit(1, State.CALLED)
    seated = make.visit(2, State.SEATED)
    (room,) = [room for room in look(called, seated).rooms if room.id == make.ROOM_3]
    assert [(row.ticket, row.called_by, row.calls) for row in room.called] == [("A001", "刘洋", 1)]
    assert [seat.row and seat.row.ticket for seat in room.chairs] == ["A002"]


def test_a_room_knows_whom_it_calls_next_and_whom_when_that_one_is_skipped() -> None:
    """What the button will do is said before it is pressed."""
    first, second = make.visit(1), make.visit(2)
    rooms = {room.id: room.next for room in look(first, second).rooms}
    next_up = rooms[make.ROOM_3]
    assert next_up is not None
    assert (next_up.ticket, next_up.skipped, next_up.why.code) == ("A001", "A002", "walk_in")
    assert rooms[make.ROOM_X] is None


def test_those_aside_stand_by_themselves_the_longest_first() -> None:
    """On hold, stepped out and missed do not wait."""
    held = make.visit(1, State.ON_HOLD, since=make.ago(9))
    out = make.visit(2, State.STEPPED_OUT, since=make.ago(3), out_until=make.ago(-7))
    missed = make.visit(3, State.MISSED, since=make.ago(20), missed=1)
    column = look(held, out, missed).columns[0]
    assert column.rows == ()
    assert [row.ticket for row in column.aside] == ["A003", "A001", "A002"]
    assert column.aside[2].out_until == make.ago(-7)


def test_a_patient_at_imaging_stands_in_both_columns() -> None:
    """Where the image is taken, and where the dentist waits for it."""
    sent = make.visit(1, queue_id=make.XRAY, service_id=make.IMAGE, back_queue_id=make.LI, back_service_id=make.SCALING)
    own, xray, _ = look(sent).columns
    assert [row.ticket for row in own.at_imaging] == ["A001"]
    assert [row.ticket for row in xray.rows] == ["A001"]
    assert xray.rows[0].from_queue == make.setup().queue[make.LI].name
    assert Verb.IMAGES_READY in own.at_imaging[0].verbs


def test_totals_leave_cancelled_visits_out() -> None:
    """They did not come to stay."""
    shown = look(make.visit(1), make.visit(2, State.FINISHED), make.visit(3, State.CANCELLED))
    assert shown.totals is not None
    assert asdict(shown.totals) == {"arrived": 2, "finished": 1, "waiting": 1}


def test_a_technician_gets_cards_of_devices_and_nothing_of_patients() -> None:
    """Whoever repairs the printer learns that it is out of paper, and not for whom."""
    alerts = [
        Alert(1, "help_asked", make.ago(1), {"device": "自助机 2"}),
        Alert(2, "not_printed", make.ago(2), {"ticket": "A001"}, visit=1),
    ]
    shown = look(make.visit(1), role=Role.TECHNICIAN, alerts=alerts)
    assert (shown.columns, shown.rooms, shown.totals) == ((), (), None)
    assert [card.alert for card in shown.cards] == [1]
    assert "A001" not in repr(shown)


def test_cards_stand_with_the_most_urgent_first_and_then_the_oldest() -> None:
    """A red flag stands above help, help above paper."""
    alerts = [
        Alert(1, "printer", make.ago(9)),
        Alert(2, "help_asked", make.ago(1)),
        Alert(3, "help_asked", make.ago(2)),
    ]
    known = {1: make.person(flags=(make.flag("FEVER", "stop", level=2),))}
    shown = look(make.visit(1), people=known, alerts=alerts)
    assert [card.id for card in shown.cards] == ["red_flags:1", "card:3", "card:2", "card:1"]


FACTS_OF_CARDS = {"ticket": "A001", "device": "自助机 1", "printer": "前台", "level": 2, "minutes": 7}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", TONES)
def test_every_kind_of_card_has_its_words(kind: str, language: str) -> None:
    """A title and a text in both languages."""
    for part in ("title", "text"):
        assert words(language).text(f"reception.card.{kind}.{part}", **FACTS_OF_CARDS)


@pytest.mark.parametrize(
    ("visit", "role", "decided", "asked"),
    [
        (make.visit(1), Role.RECEPTION, set(), True),
        (make.visit(1), Role.RECEPTION, {1}, False),
        (make.visit(1), Role.CASHIER, set(), False),
        (make.visit(1, triage=2), Role.RECEPTION, set(), False),
        (make.visit(1, triage=1), Role.RECEPTION, set(), False),
        (make.visit(1, State.SEATED), Role.RECEPTION, set(), False),
        (make.visit(1, State.CANCELLED), Role.RECEPTION, set(), False),
    ],
)
def test_a_red_flag_asks_once_and_only_upwards(visit: Visit, role: Role, decided: set[int], asked: bool) -> None:
    """It asks those who may triage, until somebody has settled the level or the patient sits in the chair."""
    known = {1: make.person(flags=(make.flag("FEVER", "stop", level=2),))}
    shown = look(visit, role=role, people=known, decided=decided)
    assert [(card.facts["level"], card.does) for card in shown.cards] == ([(2, ("triage", "keep"))] if asked else [])


def test_reprinting_is_offered_to_those_who_may() -> None:
    """The dentist can see to it, the desk can print it."""
    lost = [Alert(2, "not_printed", make.ago(2), {"ticket": "A001"}, visit=1)]
    assert look(make.visit(1), alerts=lost).cards[0].does == ("reprint", "take")
    assert look(make.visit(1), alerts=lost, role=Role.DENTIST).cards[0].does == ("take",)


def test_the_sites_own_time_for_stepping_out_is_offered_first() -> None:
    """Then the other usual lengths."""
    assert look().choices.step_out == (15, 10, 30)
