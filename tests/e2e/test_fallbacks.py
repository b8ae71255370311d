"""Boards without sockets or script; a browser without fonts."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, expect

from clinic.roles import Role
from locales import words
from server.devices import Kind
from tests.e2e import tv
from tests.e2e.clinic import Clinic
from tests.e2e.painted import assert_painted
from tests.server import running
from tests.server.running import hire, pair

ASK, SILENCE, MINUTE = 6_000, 13_000, 60_000
"""Milliseconds: a board without a socket asks every 5 s; after 12 s of silence it is stale."""


@pytest.fixture
def cookies(clinic: Clinic) -> list[dict[str, str]]:
    """The server runs, somebody can sign in, and this is what a paired television keeps."""
    with clinic.server.database() as database:
        hire(database, "zhou", roles=[Role.RECEPTION])
        kept = pair(database, Kind.SCREEN, "calls")
    clinic.server.start()
    return [{"name": name, "value": value, "url": clinic.server.origin} for name, value in kept.items()]


def open_board(browser: Browser, clinic: Clinic, cookies: list[dict[str, str]], *, script: bool, sockets: bool) -> Page:
    context = browser.new_context(viewport={"width": tv.WIDTH, "height": tv.HEIGHT}, java_script_enabled=script)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    if script:
        page.clock.install()
    if not sockets:
        page.route_web_socket("**/live/**", lambda socket: socket.close())
    page.goto(f"{clinic.server.origin}/screen")
    return page


def register(clinic: Clinic, name: str) -> None:
    """A walk-in at reception's console."""
    desk = running.Browser(clinic.server.port).sign_in("zhou")
    services = desk.get("/api/reception/picture").body["body"]["services"]
    form = {"name": name, "phone": "", "birth_date": "1990-01-01", "sex": "unknown", "language": "zh-CN", "queue": None}
    answer = desk.post("/api/reception/register", {**form, "service": services[0]["id"]})
    assert answer.status == 200, answer
    desk.close()


def test_boards_without_sockets_and_without_script(
    browser: Browser, clinic: Clinic, cookies: list[dict[str, str]]
) -> None:
    """Sockets blocked: the truth by XHR, and its age when there is no answer either. Script off: by meta refresh."""
    say = words("zh-CN")
    plain = open_board(browser, clinic, cookies, script=False, sockets=True)
    deaf = open_board(browser, clinic, cookies, script=True, sockets=False)
    for page in (plain, deaf):
        expect(page.locator(".list-none")).to_have_count(2)
    register(clinic, "卫国平")
    deaf.clock.fast_forward(ASK)
    expect(deaf.locator(".row-ticket")).to_have_text("A001")
    # The page asks for itself again every 10 s.
    expect(plain.locator(".row-ticket")).to_have_text("A001", timeout=15_000)
    clinic.server.kill()
    deaf.clock.fast_forward(SILENCE)
    band = deaf.locator("#stale")
    expect(band).to_contain_text(say.text("display.stale.age_under"))
    expect(deaf.locator(".row-ticket")).to_have_text("A001")
    deaf.clock.fast_forward(2 * MINUTE)
    expect(band).to_contain_text(say.text("display.stale.age", n=2))
    clinic.server.start()
    deaf.clock.fast_forward(ASK)
    expect(band).to_be_hidden()


NO_FONTS = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>nowhere</dir></fontconfig>'


def test_machine_without_fonts_fails(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], browser: Browser, tmp_path: Path
) -> None:
    """Where no font is installed every text is found and none is painted: the story's check of pictures sees that."""
    (tmp_path / "fonts.conf").write_text(NO_FONTS)
    environment: dict[str, str | float | bool] = {
        **os.environ,
        "FONTCONFIG_FILE": str(tmp_path / "fonts.conf"),
        "FONTCONFIG_PATH": str(tmp_path),
    }
    bare = browser_type.launch(**browser_type_launch_args, env=environment)
    for machine, outcome in (
        (browser, nullcontext()),
        (bare, pytest.raises(AssertionError, match="nothing is painted")),
    ):
        page = machine.new_page()
        page.set_content("<h1>A023 您好</h1>")
        expect(page.get_by_role("heading")).to_have_text("A023 您好")
        with outcome:
            assert_painted(page.get_by_role("heading"))
        page.close()
    bare.close()
