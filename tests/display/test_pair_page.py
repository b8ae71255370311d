"""A screen that is not paired yet, in real Chromium."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from display import page as pages
from tests.display.serving import Screens, until


def test_new_screen_shows_its_code_and_begins_when_approved(page: Page, screens: Screens) -> None:
    """It asks for a code once, shows it, and opens the board after reception said yes."""
    screens.html = pages.pair()
    screens.pairing = [
        {"state": "unknown"},
        {"code": "4821"},
        {"state": "waiting", "code": "4821"},
        {"state": "paired", "kind": "calls", "name": "大厅"},
    ]
    page.goto(screens.url)
    expect(page.locator("#code")).to_have_text("4821")
    page.wait_for_url("**/screen", timeout=15_000)
    ((address, key, body),) = screens.posts
    assert (address, body) == ("/api/pair/ask", {"kind": "screen"})
    assert len(key) == 32


def test_known_screen_shows_its_code_without_asking_again(page: Page, screens: Screens) -> None:
    """A page that loads again while reception looks for the code keeps the code."""
    screens.html = pages.pair("en")
    screens.pairing = [{"state": "waiting", "code": "77315"}]
    page.goto(screens.url)
    expect(page.locator("#code")).to_have_text("77315")
    assert screens.posts == []


def test_claim_in_the_address_pairs_at_once(page: Page, screens: Screens) -> None:
    """An address made by the command line approves the screen; the claim stands behind # and is never sent in a URL."""
    screens.html = pages.pair()
    screens.pairing = [{"state": "paired"}]
    page.goto(f"{screens.url}/screen#claim=a-b_c")
    page.wait_for_url(f"{screens.url}/screen")
    until(lambda: screens.loaded >= 2)
    assert [(address, body) for address, _, body in screens.posts][:1] == [("/api/pair/claim", {"claim": "a-b_c"})]


def test_server_that_is_away_is_said(page: Page, screens: Screens) -> None:
    """The page tells that it tries again, and goes on by itself."""
    screens.html = pages.pair()
    screens.pairing = [{"state": "waiting", "code": "4821"}]
    page.route("**/api/pair*", lambda route: route.abort())
    page.goto(screens.url)
    expect(page.locator("#away")).to_be_visible()
    page.unroute("**/api/pair*")
    expect(page.locator("#code")).to_have_text("4821", timeout=10_000)
    expect(page.locator("#away")).to_be_hidden()
