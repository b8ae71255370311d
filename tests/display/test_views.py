"""What the views pick out of a board or a slip."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clinic.board import Next
from clinic.ordering import Ahead
from clinic.waits import Wait
from display import page
from display.screens import calls, phone, progress
from locales import words
from tests.display import make_board as make


def test_newest_open_call_is_large() -> None:
    """The panel shows the latest call that still has to be followed; the others are listed."""
    view = calls.view(make.busy_board(), calls.Options())
    assert [call.ticket for call in view.large] == ["A023"]
    assert [row.ticket for row in view.called] == ["B011", "A022", "C007"]


def test_calls_of_one_moment_share_the_panel() -> None:
    """A call that is followed by another within ten seconds stays large; at most four do."""
    moment = tuple(make.call(f"A{n}", 100 - n, n * 2) for n in range(6))
    view = calls.view(make.board(calls=(*moment, make.call("B1", 1, 60))), calls.Options())
    assert [call.ticket for call in view.large] == ["A0", "A1", "A2", "A3"]
    assert [row.ticket for row in view.called] == ["A4", "A5", "B1"]


def test_earlier_call_comes_back_when_the_newer_one_was_followed() -> None:
    """Once the patient of the newest call has arrived, the panel shows who is still missing."""
    board = make.board(calls=(make.call("A2", 2, 5, open=False), make.call("A1", 1, 300)))
    assert [call.ticket for call in calls.view(board, calls.Options()).large] == ["A1"]


def test_nobody_called_leaves_the_panel_calm() -> None:
    """Without an open call there is no call on the board, not even in the attributes the script reads."""
    view = calls.view(make.board(calls=(make.call(open=False),)), calls.Options())
    assert view.large == ()
    assert "data-call" not in page.render("calls", view, "zh-CN")


def test_withdrawn_call_comes_first_and_says_so() -> None:
    """Who was called by mistake and is on the way learns it at once, in both languages."""
    html = page.render("calls", calls.view(make.busy_board(withdrawn=("A012",)), calls.Options()), "zh-CN")
    row = html[html.index("row-waits") :]
    assert row.index("A012") < row.index("请稍候") < row.index("Please wait") < row.index("B011")


@pytest.mark.parametrize(("waiting", "more"), [(4, ""), (5, "+1 位"), (9, "+5 位")])
def test_heading_counts_who_does_not_fit(waiting: int, more: str) -> None:
    """Eight rows are read at a glance; the heading says how many more there are."""
    coming = tuple(Next(f"A{n:03d}", "", make.door()) for n in range(waiting))
    html = page.render("calls", calls.view(make.board(next=coming), calls.Options()), "zh-CN")
    assert (more in html) if more else ("list-more" not in html)
    assert html.count('class="row"') == 4


def test_picture_does_not_change_while_nothing_happens() -> None:
    """The clock is counted up by the page: a minute later the picture is the same, so nothing is sent."""
    now, later = make.busy_board(), make.busy_board(at=make.NOW + timedelta(minutes=1))
    for kind in (calls, progress):
        assert kind.view(now, kind.Options()) == kind.view(later, kind.Options())


def test_progress_shows_every_chair() -> None:
    """Each chair stands with its state; the only chair of a room is not called free while somebody is on the way."""
    rooms = progress.view(make.busy_board(), progress.Options()).rooms
    assert [spot.state for spot in rooms[1].spots] == ["seated", "waiting_in_chair"]
    assert [(spot.state, spot.ticket) for spot in rooms[2].spots] == [("called", "A023")]
    assert [spot.state for spot in rooms[4].spots] == ["seated", "free", "seated"]
    assert (rooms[2].call, rooms[0].call) == (9, 0)


def test_progress_tells_arrived_from_called() -> None:
    """Somebody who stands at the door is not being called any more."""
    arrived = make.board(rooms=(make.room("3", called="A023"),), calls=(make.call(open=False),))
    (room,) = progress.view(arrived, progress.Options()).rooms
    assert (room.spots[0].state, room.call) == ("at_room", 0)


def test_progress_counts_rooms_that_do_not_fit() -> None:
    """A ninth room is counted in the footer, not squeezed in."""
    board = make.board(rooms=tuple(make.room(str(n)) for n in range(1, 10)))
    html = page.render("progress", progress.view(board, progress.Options()), "en")
    assert "1 more room" in html
    assert html.count('class="room"') == 8


@pytest.mark.parametrize(
    ("wait", "chinese", "english"),
    [
        (Wait(10, 20, "recent"), "10–20 分钟", "10–20 min"),
        (Wait(0, 5, "recent"), "5 分钟内", "within 5 min"),
        (Wait(45, 60, "planned", capped=True), "45 分钟以上", "45 min or more"),
    ],
)
def test_wait_is_a_range_in_words(wait: Wait, chinese: str, english: str) -> None:
    """Never a 0, never a single number, and nothing beyond the cap."""
    for language, text in (("zh-CN", chinese), ("en", english)):
        html = page.render("phone", phone.view(make.slip(wait=wait), phone.Options()), language)
        assert text in html


def test_phone_says_who_is_ahead_and_why() -> None:
    """Everybody ahead is accounted for by a reason."""
    ahead = (Ahead("emergency", 1), Ahead("booked", 2, make.NOW), Ahead("walk_in", 4))
    html = page.render("phone", phone.view(make.slip(ahead=ahead), phone.Options()), "zh-CN")
    assert 'class="num">7</b>' in html
    for reason in ("急诊 1 位", "预约 10:42 的 2 位", "先到 4 位"):
        assert reason in html


def test_phone_without_an_estimate_says_so() -> None:
    """No basis, no number."""
    html = page.render("phone", phone.view(make.slip(wait=None), phone.Options()), "zh-CN")
    assert words("zh-CN").text("display.phone.no_estimate") in html
    assert "wait-range" not in html


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("waiting", {"step-out", "cancel"}),
        ("stepped_out", {"back", "cancel"}),
        ("called", {"cancel"}),
        ("on_hold", {"cancel"}),
        ("missed", {"cancel"}),
        ("at_room", set()),
        ("seated", set()),
        ("waiting_in_chair", set()),
        ("finished", set()),
        ("cancelled", set()),
    ],
)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_phone_offers_what_the_clinic_allows(state: str, offered: set[str], language: str) -> None:
    """Every state has its words and only the buttons that work in it."""
    html = page.render("phone", phone.view(make.slip(state), phone.Options()), language)
    found = {verb for verb in ("step-out", "back", "cancel") if f'data-post="{verb}"' in html}
    assert found == offered
    assert f"is-{state}" in html


@pytest.mark.parametrize(
    ("form", "state", "linked"),
    [
        ("pending", "waiting", True),
        ("pending", "called", True),
        ("done", "waiting", False),
        ("pending", "finished", False),
    ],
)
def test_phone_links_to_a_pending_form(form: str, state: str, linked: bool) -> None:
    """The health form is offered while it is still wanted."""
    html = page.render("phone", phone.view(make.slip(state, form=form), phone.Options()), "en")
    assert ('data-below="form"' in html) is linked


def test_phone_tells_a_call_that_was_taken_back() -> None:
    """Somebody already walking is told to wait."""
    view = phone.view(replace(make.slip(), withdrawn=True), phone.Options())
    assert words("en").text("display.phone.withdrawn") in page.render("phone", view, "en")
