"""The terminal in a real browser, before a real server."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import func, insert, select

from server.appointment_codes import sign
from server.commands.patients import Particulars, columns
from server.devices import Kind
from server.storage import tables as t
from tests import make
from tests.infrastructure import ROOT
from tests.kiosk.scanner import scan
from tests.server.running import Running, pair

AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SLOW = 20_000
"""Milliseconds a busy machine may need for a page."""
PERSON = 90
"""Milliseconds between the keys of somebody who types fast; a scanner needs a tenth of it."""

SMALL_TARGETS = """least => [...document.querySelectorAll('button, .hg-candidate-box-list-item')]
  .filter(each => each.offsetParent && !each.closest('[inert]'))
  .map(each => [each.getBoundingClientRect(), each.innerText || each.ariaLabel])
  .filter(([box]) => box.width < least - 0.5 || box.height < least - 0.5)
  .map(([box, name]) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`)"""


@dataclass(frozen=True)
class Place:
    """A running clinic with a booked patient, 王小明 born 1958, and the cookies of its terminal."""

    server: Running
    cookies: dict[str, str]
    code: str

    def count(self, table: Any) -> int:
        with self.server.database() as database, database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


@pytest.fixture
def patience() -> dict[str, Any]:
    """How long pages wait for somebody who has left: as a clinic has it, unless a test says otherwise."""
    return {}


@pytest.fixture
def place(tmp_path: Path, patience: dict[str, Any]) -> Iterator[Place]:
    server = Running(tmp_path / "data", **patience)
    with server.database() as database:
        wang = Particulars(name="王小明", phone="13800136217", birth_date=date(1958, 4, 12), sex="male")
        ends = database.now() + timedelta(minutes=38)
        with database.write() as connection:
            make.clinic_rows(connection, make.setup(), database.now())
            known = {"id": 1, "site_id": 1, "created_at": database.now(), **columns(database.vault, wang)}
            connection.execute(insert(t.patient).values(known))
            paper = {"site_id": 1, "name": "前台", "address": "memory:", "profile": "generic-80"}
            connection.execute(insert(t.printer).values(paper))
            booked = {"id": 1, "site_id": 1, "patient_id": 1, "practitioner_id": 1, "service_id": 1}
            connection.execute(insert(t.appointment).values(**booked, starts=ends - timedelta(minutes=20), ends=ends))
        cookies = pair(database, Kind.KIOSK)
        code = sign(database.vault, 1, ends)
    with server:
        yield Place(server, cookies, code)


@pytest.fixture
def context(browser: Chromium, place: Place) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1080, "height": 1920}, reduced_motion="reduce")
    cookies = place.cookies.items()
    origin = place.server.origin
    opened.add_cookies([{"name": name, "value": value, "url": origin, "httpOnly": True} for name, value in cookies])
    opened.set_default_timeout(SLOW)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, place: Place) -> Page:
    """The terminal at its first page."""
    opened = context.new_page()
    opened.goto(f"{place.server.origin}/kiosk")
    heading(opened, "您好，请扫码签到")
    return opened


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text, timeout=SLOW)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def keys(page: Page, digits: str) -> None:
    for digit in digits:
        page.locator(".keypad").get_by_role("button", name=digit, exact=True).click()


def walk_in(page: Page) -> None:
    """A newcomer, until the red flags."""
    press(page, "没有预约")
    heading(page, "请问您的姓名？")
    page.get_by_label("姓名").press_sequentially("李芳", delay=PERSON)
    press(page, "下一步")
    heading(page, "请问您的手机号？")
    keys(page, "13912345678")
    press(page, "下一步")
    heading(page, "请问您的生日？")
    keys(page, "19850317")
    press(page, "下一步")
    page.get_by_role("radio", name="女").click()
    page.get_by_role("radio", name="初诊").click()
    heading(page, "现在有下面的情况吗？")


def no_red_flags(page: Page) -> None:
    page.get_by_role("radio", name="都没有").click()
    press(page, "下一步")
    page.locator(".ticket").wait_for()


def number(page: Page) -> str:
    return page.locator(".ticket .number").inner_text()


KEPT = "[localStorage.length, sessionStorage.length, location.search, location.hash, document.cookie]"
COUNT_TAPS = """window.taps = 0
addEventListener('click', event => { if (!event.target.closest('.keypad, .keyboard')) window.taps += 1 }, true)"""


def test_a_walk_in_takes_a_number_in_eight_taps(page: Page) -> None:
    """Keys of the on-screen keyboard not counted; the form is offered after the number."""
    page.evaluate(COUNT_TAPS)
    walk_in(page)
    no_red_flags(page)
    assert number(page) == "A001"
    assert page.evaluate("window.taps") == 8
    expect(page.get_by_role("button", name="在这里填健康问卷")).to_be_visible()
    expect(page.get_by_role("img", name="二维码")).to_be_visible()


def test_a_booked_patient_scans_and_taps_three_times(page: Page, place: Place) -> None:
    """That's me, none of these, next. Scanning again shows the same number, on any page that lets one scan."""
    page.evaluate(COUNT_TAPS)
    scan(page, place.code)
    heading(page, "王*明，您好 这是您的预约吗？")
    press(page, "是我，签到")
    no_red_flags(page)
    assert page.evaluate("window.taps") == 3
    mine = number(page)
    scan(page, place.code)
    heading(page, "您已经签到了，号没有变")
    assert number(page) == mine
    assert place.count(t.visit) == 1


def test_a_scan_leaks_into_no_field(page: Page, place: Place) -> None:
    """What was typed before it stays, and a bad scan leaves nothing but a word."""
    press(page, "手机号 + 生日")
    keys(page, "1380")
    scan(page, "424 no such code at all")
    expect(page.get_by_role("alert")).to_contain_text("没读出来")
    expect(page.get_by_label("手机号")).to_have_value("1380")
    page.get_by_role("button", name="清空").focus()
    scan(page, place.code, end="")
    heading(page, "王*明，您好 这是您的预约吗？")


def test_typing_by_hand_is_no_scan(page: Page) -> None:
    """Somebody with a keyboard types a phone number into the field, and Enter goes on."""
    press(page, "手机号 + 生日")
    expect(page.get_by_label("手机号")).to_be_focused(timeout=SLOW)
    page.keyboard.type("13800136217", delay=PERSON)
    page.keyboard.press("Enter")
    heading(page, "请输入您的生日")
    expect(page.get_by_text("•••• 6217")).to_be_visible()


def test_chinese_characters_by_pinyin(page: Page) -> None:
    """Syllables on the screen's keys, then the character."""
    press(page, "没有预约")
    for syllable, character in (("wang", "王"), ("fang", "芳")):
        for letter in syllable:
            page.get_by_role("button", name=letter, exact=True).click()
        choices = page.locator(".hg-candidate-box-list-item")
        while not choices.get_by_text(character, exact=True).count():
            page.locator(".hg-candidate-box-next").click()
        choices.get_by_text(character, exact=True).click()
    expect(page.get_by_label("姓名")).to_have_value("王芳")


def test_the_form_is_filled_at_the_terminal(page: Page, place: Place) -> None:
    """Question by question, looked through once, handed in: it no longer blocks seating."""
    scan(page, place.code)
    press(page, "是我，签到")
    no_red_flags(page)
    press(page, "在这里填健康问卷")
    page.locator(".progress").wait_for()
    while page.get_by_role("heading", name="请看一遍您的回答").count() == 0:
        answer(page)
    press(page, "都对，交给医生")
    expect(page.get_by_text("健康问卷填好了")).to_be_visible()
    with place.server.database() as database, database.read() as connection:
        assert connection.execute(select(t.visit.c.form)).scalar_one() == "done"


def answer(page: Page) -> None:
    """Choose what somebody without complaints chooses, and go on to the next page."""
    shown = page.locator("main").element_handle()
    asked = page.get_by_role("heading", level=1).inner_text()
    wanted = ("是",) if "同意" in asked or "属实" in asked else ("都没有", "否", "没有", "本人")
    offered = [name for name in wanted if page.get_by_role("radio", name=name, exact=True).count()]
    if offered:
        page.get_by_role("radio", name=offered[0], exact=True).click()
    elif page.locator(".option").count():
        page.locator(".option").first.click()
    press(page, "下一步")
    shown.wait_for_element_state("hidden", timeout=SLOW)


def test_everything_works_without_a_pointer(page: Page) -> None:
    """Tab, arrows of nobody, Enter and typing: a walk-in comes to a number."""
    tab_to(page, "没有预约")
    heading(page, "请问您的姓名？")
    page.keyboard.type("Li Lei", delay=PERSON)
    page.keyboard.press("Enter")
    heading(page, "请问您的手机号？")
    tab_to(page, "没有手机")
    heading(page, "请问您的生日？")
    page.keyboard.type("19850317", delay=PERSON)
    page.keyboard.press("Enter")
    heading(page, "请问您的性别？")
    tab_to(page, "男")
    heading(page, "今天想看什么？")
    tab_to(page, "初诊")
    heading(page, "现在有下面的情况吗？")
    tab_to(page, "都没有")
    tab_to(page, "下一步")
    page.locator(".ticket").wait_for()


def tab_to(page: Page, name: str) -> None:
    """Move the focus to a control, see it there, and press it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if (page.evaluate("document.activeElement.innerText") or "").strip().startswith(name):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", name
    page.keyboard.press("Enter")


@pytest.mark.parametrize("patience", [{"identity_seconds": 1, "form_seconds": 1, "countdown_seconds": 2}])
def test_whoever_leaves_leaves_nothing(page: Page, place: Place) -> None:
    """After the countdown all is forgotten: on the screen, in the browser, at the server; the next one gets Chinese."""
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="大字版").or_(page.get_by_role("button", name="Large text")).click()
    page.get_by_role("button", name="没有预约").click()
    page.get_by_label("Name").press_sequentially("Li Lei", delay=PERSON)
    press(page, "Next")
    page.get_by_role("alertdialog").wait_for()
    for _ in range(3):
        press(page, "I need more time")
        heading(page, "What is your phone number?")
        page.get_by_role("alertdialog").wait_for()
    assert place.count(t.conversation) == 1
    heading(page, "您好，请扫码签到")
    expect(page.get_by_role("button", name="中文")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.documentElement.hasAttribute('data-elder')") is False
    assert page.evaluate(KEPT) == [0, 0, "", "", ""]
    press(page, "没有预约")
    expect(page.get_by_label("姓名")).to_have_value("")
    page.get_by_role("alertdialog").wait_for()
    assert place.count(t.conversation) <= 1


def test_a_server_that_is_away_is_waited_for(page: Page, place: Place) -> None:
    """Said at once; when it is back the answer given meanwhile counts, once."""
    walk_in(page)
    place.server.kill()
    expect(page.get_by_text("暂时连不上")).to_be_visible(timeout=SLOW)
    page.get_by_role("radio", name="都没有").click()
    press(page, "下一步")
    heading(page, "现在有下面的情况吗？")
    place.server.start()
    page.locator(".ticket").wait_for()
    expect(page.get_by_text("暂时连不上")).to_be_hidden()
    assert number(page) == "A001"
    assert place.count(t.visit) == 1


def test_help_is_called_from_any_page(page: Page, place: Place) -> None:
    """Both languages on the button; once somebody takes the call the terminal says so."""
    press(page, "没有预约")
    press(page, "找工作人员")
    expect(page.get_by_role("button", name="已通知工作人员")).to_contain_text("Staff have been told")
    expect.soft(page.get_by_role("heading", level=1)).to_have_text("请问您的姓名？")
    assert place.count(t.card) == 1


def test_an_unpaired_terminal_shows_its_code(browser: Chromium, place: Place) -> None:
    """Six digits for reception, in both languages; a revoked one falls back to it."""
    context = browser.new_context(viewport={"width": 1080, "height": 1920})
    page = context.new_page()
    page.goto(f"{place.server.origin}/kiosk#claim=no-such-secret")
    code = page.locator("output")
    expect(code).to_be_visible(timeout=SLOW)
    assert len(code.inner_text().replace(" ", "")) == 6
    assert page.evaluate("location.hash") == ""
    context.close()


@pytest.mark.parametrize(("manner", "least"), [((), 64), (("English", "Large text", "Contrast"), 88)])
def test_every_page_is_fit_for_everybody(page: Page, place: Place, manner: tuple[str, ...], least: int) -> None:
    """No rule of WCAG 2.2 AA is broken, and every target is large enough, normal and in elder mode."""
    for name in manner:
        press(page, name)
    broken = {"welcome": findings(page, least)}
    page.locator(".ways .button").nth(0).click()
    broken["phone"] = findings(page, least)
    keys(page, "13800136217")
    page.locator(".button.primary").click()
    page.get_by_text("•••• 6217").wait_for()
    keys(page, "19580401")
    page.locator(".button.primary").click()
    page.locator(".hand").wait_for()
    broken["not found"] = findings(page, least)
    page.locator(".actions .secondary").click()
    broken["name"] = findings(page, least)
    page.reload()
    for name in manner:
        press(page, name)
    scan(page, place.code)
    page.locator("time").wait_for()
    broken["confirm"] = findings(page, least)
    page.locator(".button.primary").click()
    page.locator(".option").first.click()
    broken["red flags"] = findings(page, least)
    page.locator(".button.primary").click()
    page.locator(".aid").wait_for()
    broken["urgent"] = findings(page, least)
    page.locator(".button.primary").click()
    page.locator(".tiles").wait_for()
    broken["number"] = findings(page, least)
    page.locator(".actions .secondary").click()
    page.locator(".progress").wait_for()
    broken["question"] = findings(page, least)
    assert {name: found for name, found in broken.items() if found} == {}


def findings(page: Page, least: int) -> list[str]:
    page.wait_for_timeout(200)
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    rules = [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found["violations"]]
    small: list[str] = page.evaluate(SMALL_TARGETS, least)
    wide = page.evaluate("document.querySelector('main').scrollWidth > document.querySelector('main').clientWidth")
    return rules + small + (["too wide"] if wide else [])
