"""A screen stays up to date, and says how old it is when it cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from clinic.setup import Name
from tests.display import make_board as make
from tests.display.serving import Picture, Screens, picture, until

QUIET = replace(make.busy_board(), calls=())
COUNT_TIMERS = """
window.timers = 0;
const begin = window.setInterval;
window.setInterval = (...all) => { window.timers += 1; return begin(...all); };
"""


def board(rev: int, name: str, later: float = 0) -> Picture:
    """A board that can be told by the name of its clinic."""
    return picture("calls", replace(QUIET, clinic=Name(name)), rev, later=later)


def open_screen(page: Page, screens: Screens, shown: Picture, kind: str = "calls") -> None:
    """Load the page and wait until it watches."""
    screens.show(kind, shown)
    page.goto(screens.url)
    until(lambda: len(screens.watches) > 0)


def pass_time(page: Page, seconds: int) -> None:
    """Let the page's clock run; its requests still take the time they take."""
    for _ in range(seconds):
        page.clock.run_for(1000)
        page.wait_for_timeout(20)


def heading(page: Page, text: str) -> None:
    expect(page.locator(".head-name")).to_contain_text(text)


def test_watch_says_who_looks(page: Page, screens: Screens) -> None:
    """A screen is known by its cookie; a phone names its token and its language."""
    open_screen(page, screens, board(1, "甲"))
    screens.show("phone", picture("phone", make.slip()))
    page.goto(screens.url)
    until(lambda: len(screens.watches) == 2)
    assert screens.watches == [{"face": "screen"}, {"face": "phone", "token": "tok-1", "language": "zh-CN"}]


def test_newer_picture_wins(page: Page, screens: Screens) -> None:
    """Pushed pictures are shown; one that comes late, out of order, changes nothing."""
    open_screen(page, screens, board(1, "甲"))
    screens.push(board(3, "丙").message())
    heading(page, "丙")
    screens.push(board(2, "乙", later=9).message())
    screens.push(board(3, "早", later=-1).message())
    screens.push(board(3, "丁", later=1).message())
    heading(page, "丁")
    assert screens.asked == 0


def test_sign_of_life_with_another_hash_is_asked_about(page: Page, screens: Screens) -> None:
    """A lost picture heals: the page asks once, and only when it differs from what it shows."""
    open_screen(page, screens, board(1, "甲"))
    screens.push(board(1, "甲", later=1).message(body=None))
    screens.door = board(5, "戊", later=2).message()
    for _ in range(3):
        screens.push(board(5, "戊", later=2).message(body=None))
    heading(page, "戊")
    assert screens.asked == 1


def test_board_without_news_says_its_age(page: Page, screens: Screens) -> None:
    """After 12 s of silence the clock gives way to since when the board stands; news clear it by themselves."""
    page.clock.install(time=make.NOW)
    open_screen(page, screens, board(1, "甲"))
    expect(page.locator(".head-clock")).to_have_text("10:42")
    screens.away = True
    screens.hang_up()
    pass_time(page, 9)
    expect(page.locator("#stale")).to_be_hidden()
    pass_time(page, 6)
    expect(page.locator("#stale")).to_contain_text("画面停在 10:42，不是最新。请听工作人员叫号。")
    expect(page.locator("#stale")).to_contain_text("不到 1 分钟")
    expect(page.locator(".head-clock")).to_be_hidden()
    page.clock.run_for(180_000)
    expect(page.locator("#stale")).to_contain_text("3 分钟")
    expect(page.locator("#stale")).to_contain_text("3 min old")
    screens.away = False
    screens.door = board(2, "乙", later=200).message()
    pass_time(page, 6)
    heading(page, "乙")
    expect(page.locator("#stale")).to_be_hidden()
    expect(page.locator(".head-clock")).to_have_text("10:45")


def test_without_sockets_the_page_asks(page: Page, screens: Screens) -> None:
    """Where no WebSocket is to be had, the same picture comes every five seconds."""
    page.clock.install(time=make.NOW)
    screens.deaf = True
    screens.show("calls", board(1, "甲"))
    page.goto(screens.url)
    screens.door = board(2, "乙", later=5).message()
    pass_time(page, 6)
    heading(page, "乙")
    pass_time(page, 20)
    assert 4 <= screens.asked <= 6
    expect(page.locator("#stale")).to_be_hidden()


def test_hundred_reconnects_leave_one_timer_and_one_handler(page: Page, screens: Screens) -> None:
    """However often the server hangs up: one watch per connection, one timer, each picture shown once."""
    page.clock.install(time=make.NOW)
    page.add_init_script(COUNT_TIMERS)
    open_screen(page, screens, board(1, "甲"))
    for times in range(2, 102):
        screens.hang_up()
        while len(screens.watches) < times:
            page.clock.run_for(1000)
            page.wait_for_timeout(5)
    page.evaluate(
        "window.shown = 0; document.getElementById('picture').addEventListener('shown', () => { window.shown += 1; })"
    )
    screens.push(board(2, "乙", later=900).message())
    heading(page, "乙")
    assert page.evaluate("[window.shown, window.timers]") == [1, 1]
    assert len(screens.watches) == 101


def test_call_is_full_for_ten_seconds_and_then_calm(page: Page, screens: Screens) -> None:
    """A call settles to an outline; later pictures of it stay calm, a new call is full again."""
    page.clock.install(time=make.NOW)
    open_screen(page, screens, picture("calls", make.busy_board()))
    panel = page.locator(".panel")
    pass_time(page, 8)
    expect(panel).not_to_have_class("panel panel-1 settled")
    pass_time(page, 3)
    expect(panel).to_have_class("panel panel-1 settled")
    screens.push(picture("calls", make.busy_board(missed=("A001",)), 2, later=12).message())
    expect(page.locator(".foot-right")).to_contain_text("A001")
    expect(panel).to_have_class("panel panel-1 settled")
    again = make.call("A023", 10, -12, times=3)
    screens.push(picture("calls", make.busy_board(calls=(again,)), 3, later=13).message())
    expect(panel).to_have_class("panel panel-1")
    expect(panel).to_contain_text("第 3 次呼叫")


def test_clock_is_the_clinics(browser: Browser, screens: Screens) -> None:
    """A television that believes in another day and another zone shows the clinic's time."""
    with browser.new_context(timezone_id="America/New_York") as context:
        page = context.new_page()
        page.clock.install(time=make.NOW - timedelta(days=900))
        open_screen(page, screens, board(1, "甲"))
        expect(page.locator(".head-clock")).to_have_text("10:42")
        screens.push(board(2, "乙", later=60).message())
        expect(page.locator(".head-clock")).to_have_text("10:43")


def test_new_build_waits_until_nobody_is_called(page: Page, screens: Screens) -> None:
    """A new version loads itself 20 s after the last call, and only once."""
    page.clock.install(time=make.NOW)
    open_screen(page, screens, picture("calls", make.board(calls=(make.call(seconds_ago=0),))))
    screens.push(board(1, "甲", later=1).message(build="build-2", body=None, hash="hash-1"))
    pass_time(page, 10)
    assert screens.loaded == 1
    for _ in range(3):
        screens.push(board(1, "甲", later=2).message(build="build-2", body=None, hash="hash-1"))
        pass_time(page, 5)
    until(lambda: screens.loaded == 2)
    page.clock.install(time=make.NOW)
    screens.push(board(1, "甲", later=40).message(build="build-2", body=None, hash="hash-1"))
    pass_time(page, 5)
    assert screens.loaded == 2


def test_orders_are_followed(page: Page, screens: Screens) -> None:
    """Reception asks "which one are you?" and "load again"."""
    open_screen(page, screens, board(1, "甲"))
    screens.push(board(1, "甲", later=1).message(body=None, orders=["identify"]))
    expect(page.locator("#identify")).to_have_text("大厅电视")
    screens.push(board(1, "甲", later=2).message(body=None, orders=["reload"]))
    until(lambda: screens.loaded == 2)


def test_revoked_screen_loads_its_page_again(page: Page, screens: Screens) -> None:
    """The page knows what to show a screen that is no longer known: its pairing code."""
    page.clock.install(time=make.NOW)
    screens.deaf = True
    screens.show("calls", board(1, "甲"))
    page.goto(screens.url)
    page.route("**/api/screen/picture", lambda route: route.fulfill(status=401, json={"code": "device_unknown"}))
    pass_time(page, 7)
    until(lambda: screens.loaded == 2)


def test_script_off_still_shows_the_truth(browser: Browser, screens: Screens) -> None:
    """Without script the page loads itself again every ten seconds."""
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        screens.show("calls", board(1, "甲"))
        page.goto(screens.url)
        heading(page, "甲")
        screens.show("calls", board(2, "乙"))
        expect(page.locator(".head-name")).to_contain_text("乙", timeout=15_000)


@pytest.mark.parametrize("answer", ["<html>Gateway</html>", "null", "{}"])
def test_strange_answers_break_nothing(page: Page, screens: Screens, answer: str) -> None:
    """A proxy that answers in its own words neither blanks the board nor passes for a sign of life."""
    page.clock.install(time=make.NOW)
    screens.deaf = True
    screens.show("calls", board(1, "甲"))
    page.goto(screens.url)
    page.route("**/api/screen/picture", lambda route: route.fulfill(status=200, body=answer))
    pass_time(page, 15)
    heading(page, "甲")
    expect(page.locator("#stale")).to_be_visible()
