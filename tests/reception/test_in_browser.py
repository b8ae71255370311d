"""The console in a browser, used by keyboard and by reader."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from sqlalchemy import select

from clinic.roles import Role
from server.staff.people import set_pin
from server.storage import tables as t
from tests import make
from tests.infrastructure import ROOT
from tests.server.running import PASSWORD, Browser, Running, hire

AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PIN = "2468"


@dataclass(frozen=True)
class Site:
    """A running clinic, and a colleague at another desk who acts by HTTP."""

    origin: str
    colleague: Browser

    def check_in(self, patient: int) -> int:
        answer = self.colleague.post("/api/reception/check-in", {"patient": patient, "service": 1, "queue": 1})
        assert answer.status == 200, answer
        return int(answer.body["visit"])

    def do(self, path: str) -> None:
        answer = self.colleague.post(f"/api/reception/{path}")
        assert answer.status == 200, answer


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A clinic with two rooms and six patients, nobody checked in yet."""
    server = Running(tmp_path / "data")
    with server.database() as database:
        with database.write() as connection:
            make.clinic_rows(connection, make.setup(), database.now())
            make.patients(connection, 6, now=database.now())
        hire(database, "zhou", "wu")
        hire(database, "tech", roles=[Role.TECHNICIAN])
        with database.read() as connection:
            zhou = connection.execute(select(t.staff.c.id).where(t.staff.c.login == "zhou")).scalar_one()
        set_pin(database, zhou, PIN)
    with server:
        yield Site(server.origin, Browser(server.port).sign_in("wu"))


@pytest.fixture
def page(browser: Chromium, site: Site) -> Iterator[Page]:
    """A signed-in console in English, in a browser of another time zone, without motion."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, timezone_id="America/New_York", reduced_motion="reduce"
    )
    context.add_init_script(
        "localStorage.getItem('nextchair.language') || localStorage.setItem('nextchair.language', 'en')"
    )
    opened = context.new_page()
    sign_in(opened, site, "zhou")
    yield opened
    context.close()


def sign_in(page: Page, site: Site, login: str) -> None:
    page.goto(f"{site.origin}/reception")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("navigation").wait_for()


def tickets(page: Page) -> list[str]:
    """Who waits in the first queue, from top to bottom."""
    return page.locator("section.column").first.locator("ol > [data-visit] .number").all_inner_texts()


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found["violations"]]


def test_every_page_is_fit_for_readers_and_keyboards(page: Page, site: Site) -> None:
    """No page and no panel breaks a rule of WCAG 2.2 AA, in either language."""
    site.check_in(1)
    called = site.check_in(2)
    site.do(f"visits/{called}/hold")
    expect(page.locator("[data-visit]")).to_have_count(2)
    broken = {"queues": violations(page)}
    page.locator(".line .main").first.click()
    page.locator(".history li").first.wait_for()
    broken["drawer"] = violations(page)
    page.get_by_role("button", name="Fill form").click()
    page.get_by_role("heading", level=3).first.wait_for()
    broken["form"] = violations(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Walk-in").click()
    broken["walk-in"] = violations(page)
    page.keyboard.press("Escape")
    for name in ("Room", "Devices", "Tickets"):
        page.get_by_role("navigation").get_by_role("button", name=name, exact=True).click()
        page.get_by_role("main").wait_for()
        broken[name] = violations(page)
    page.get_by_role("button", name="switch, lock, sign out").click()
    broken["person"] = violations(page)
    page.get_by_role("button", name="中文").click()
    page.keyboard.press("Escape")
    broken["中文"] = violations(page)
    assert {name: found for name, found in broken.items() if found} == {}


def test_the_desk_works_without_a_mouse(page: Page, site: Site) -> None:
    """Find, check in, choose a row, move it up with a reason and take that back: keys alone."""
    site.check_in(2)
    site.check_in(3)
    expect(page.locator("ol > [data-visit]")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("王小明")
    page.keyboard.press("Enter")
    page.get_by_role("complementary", name="Register a walk-in").wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="The number is")).to_contain_text("A003")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Open A002")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for(state="detached")
    expect(page.locator("ol > [data-visit] .number").first).to_have_text("A002")
    page.keyboard.press("Control+z")
    expect(page.locator("ol > [data-visit] .number").first).to_have_text("A001")


def test_rows_stand_still_under_a_pointer_that_aims(page: Page, site: Site) -> None:
    """What a colleague does shows in place; the order follows when the pointer has gone."""
    first, second = site.check_in(1), site.check_in(2)
    expect(page.locator("ol > [data-visit]")).to_have_count(2)
    page.locator(f"[data-visit='{second}'] .main").hover()
    site.do(f"visits/{first}/hold")
    expect(page.locator("section.column").first.locator(".waiting .number")).to_have_text("1")
    assert tickets(page) == ["A001", "A002"]
    page.mouse.move(700, 20)
    expect(page.locator("section.column").first.locator("ol > [data-visit]")).to_have_count(1)
    assert tickets(page) == ["A002"]


def test_a_refusal_stands_at_its_row_and_tells_the_truth(page: Page, site: Site) -> None:
    """Two desks call the same patient: the second one reads where the patient is and who called."""
    visit = site.check_in(1)
    page.locator(f"[data-visit='{visit}'] .main").hover()
    page.locator(f"[data-visit='{visit}'] .more").click()
    site.colleague.post(f"/api/reception/visits/{visit}/call", {"room": 1})
    page.get_by_role("dialog").get_by_role("button", name="Call", exact=True).click()
    refusal = page.locator(f"[data-visit='{visit}']").get_by_role("status")
    expect(refusal).to_contain_text("A001 is called to Room 1, by wu")
    page.mouse.move(700, 20)
    refusal.get_by_role("button", name="Got it").click()
    expect(page.locator(f"ol [data-visit='{visit}']")).to_have_count(0)


def test_full_names_fall_back_to_masked_ones(browser: Chromium, site: Site) -> None:
    """Two minutes after somebody asked for them."""
    site.check_in(1)
    context = browser.new_context()
    context.add_init_script("localStorage.setItem('nextchair.language', 'en')")
    page = context.new_page()
    page.clock.install()
    sign_in(page, site, "zhou")
    name = page.locator("ol > [data-visit] .called")
    expect(name).to_have_text("王*明")
    page.get_by_role("button", name="Names masked").click()
    expect(name).to_have_text("王小明")
    page.clock.run_for(90_000)
    expect(name).to_have_text("王小明")
    page.clock.run_for(31_000)
    expect(name).to_have_text("王*明")
    context.close()


def test_a_locked_desk_shows_nobody_and_opens_by_pin(page: Page, site: Site) -> None:
    """Not a name and not a number stays on the page."""
    site.check_in(1)
    expect(page.locator("[data-visit]")).to_have_count(1)
    page.get_by_role("button", name="switch, lock, sign out").click()
    page.get_by_role("button", name="Lock", exact=True).click()
    page.get_by_role("heading", name="Locked").wait_for()
    assert not {"A001", "王*明", "王小明"} & set(page.locator("body").inner_text().split())
    assert "王" not in page.content()
    page.get_by_label("PIN").fill("0000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("tries left")
    page.get_by_label("PIN").fill(PIN)
    page.keyboard.press("Enter")
    expect(page.locator("[data-visit]")).to_have_count(1)


def test_a_technician_has_devices_and_no_patient(page: Page, site: Site) -> None:
    """The pages are those of the roles."""
    site.check_in(1)
    page.get_by_role("button", name="switch, lock, sign out").click()
    page.get_by_role("button", name="Sign out of this desk").click()
    sign_in(page, site, "tech")
    expect(page.get_by_role("navigation").get_by_role("button")).to_have_count(2)
    page.get_by_label("Code on the device").wait_for()
    assert "A001" not in page.content()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768)])
def test_the_console_fits_the_screen(page: Page, site: Site, width: int, height: int) -> None:
    """Nothing but the row of queues scrolls sideways, on a desk and on a tablet."""
    for patient in range(1, 6):
        site.check_in(patient)
    page.set_viewport_size({"width": width, "height": height})
    expect(page.locator("ol > [data-visit]")).to_have_count(5)
    for name in ("Queues", "Room", "Devices", "Tickets"):
        page.get_by_role("navigation").get_by_role("button", name=name, exact=True).click()
        page.get_by_role("main").wait_for()
        wide, high = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert (wide, high) == (width, height), name
