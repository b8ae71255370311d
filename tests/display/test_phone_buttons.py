"""The buttons of the phone page, in real Chromium."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.display import make_board as make
from tests.display.serving import Screens, picture, until


def open_phone(page: Page, screens: Screens, state: str = "waiting") -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    screens.show("phone", picture("phone", make.slip(state, form="pending"), step_out_minutes=20))
    page.goto(screens.url)
    until(lambda: len(screens.watches) > 0)


def test_stepping_out_is_one_request(page: Page, screens: Screens) -> None:
    """A press sends a key of its own, and shows the new state; the clinic knows for how long."""
    open_phone(page, screens)
    screens.door = picture("phone", make.slip("stepped_out"), 2).message()
    page.get_by_role("button", name="离开 20 分钟").click()
    expect(page.get_by_role("button", name="我回来了")).to_be_visible()
    ((address, key, body),) = screens.posts
    assert address == "/api/phone/tok-1/step-out"
    assert body == {}
    assert re.fullmatch("[0-9a-f]{32}", key)


def test_press_without_answer_is_repeated_with_its_key(page: Page, screens: Screens) -> None:
    """Nobody cancels twice because the network was slow: the second press repeats the first."""
    open_phone(page, screens, "stepped_out")
    screens.answer = (503, {"code": "busy"})
    page.get_by_role("button", name="我回来了").click()
    expect(page.locator("#said")).to_contain_text("现在连不上")
    screens.answer = (200, {"rev": 2})
    page.get_by_role("button", name="我回来了").click()
    page.wait_for_timeout(300)
    page.get_by_role("button", name="我回来了").click()
    page.wait_for_timeout(300)
    first, second, third = (key for _, key, _ in screens.posts)
    assert first == second != third


def test_refusal_is_explained(page: Page, screens: Screens) -> None:
    """What is no longer possible is said in words, and the newest state is fetched."""
    open_phone(page, screens, "stepped_out")
    screens.answer = (409, {"code": "visit_missed", "ticket": "A023"})
    screens.door = picture("phone", make.slip("missed"), 2).message()
    page.get_by_role("button", name="我回来了").click()
    expect(page.locator("#said")).to_contain_text("情况刚刚变了")
    expect(page.locator("h1")).to_have_text("没赶上叫号")


def test_cancelling_needs_a_second_press(page: Page, screens: Screens) -> None:
    """The first press asks back; the question stays open while the picture changes beneath it."""
    open_phone(page, screens)
    page.get_by_text("我来不了").click()
    assert screens.posts == []
    screens.push(picture("phone", make.slip(position=2), 2).message())
    screens.door = picture("phone", make.slip("cancelled"), 3).message()
    page.wait_for_timeout(200)
    page.get_by_role("button", name="取消就诊").click()
    expect(page.locator("h1")).to_have_text("今天的号取消了")
    assert [(address, body) for address, _, body in screens.posts] == [("/api/phone/tok-1/cancel", {})]


def test_links_lead_to_form_and_other_language(page: Page, screens: Screens) -> None:
    """The health form lies below the own address, in the language of the page; that is a choice of the page."""
    open_phone(page, screens)
    expect(page.get_by_role("link", name="填健康问卷")).to_have_attribute("href", "/t/tok-1/form?language=zh-CN")
    expect(page.get_by_role("link", name="English")).to_have_attribute("href", "?language=en")


def test_call_turns_the_whole_page(page: Page, screens: Screens) -> None:
    """A pushed call needs no touch: door and words fill the phone."""
    open_phone(page, screens)
    screens.push(picture("phone", make.slip("called"), 2).message())
    expect(page.locator("h1")).to_have_text("A023，请进诊室")
    assert page.locator(".phone-page").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(184, 60, 11)"
