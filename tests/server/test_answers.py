"""What every answer carries, and how little wrong guesses are told."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from clinic.identity.documents import check_digit
from clinic.roles import Role
from clinic.visit import State
from server.app import CONTENT_SECURITY
from server.storage import tables as t
from tests.server.doors import Premises, doors, open_premises
from tests.server.marked import MarkedDay, arguments_of, live_through
from tests.server.markup import faults_in
from tests.server.running import PASSWORD
from tests.server.terminal import Terminal


@pytest.fixture(scope="module")
def premises(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    with open_premises(tmp_path_factory.mktemp("answers")) as opened:
        yield opened


@pytest.fixture(scope="module")
def day(premises: Premises) -> MarkedDay:
    return live_through(premises)


# Guessing


def test_unknown_and_wrong_are_answered_alike(premises: Premises, day: MarkedDay) -> None:
    """Sign-in, PIN, pairing code and link, a name at the terminal, a phone's link: the same status and words."""
    desk, stranger = premises.desk, premises.browser()
    secret = {"password": "not the password"}
    alike(
        stranger.post("/api/staff/sign-in", {"login": Role.CASHIER, **secret}),
        stranger.post("/api/staff/sign-in", {"login": "nobody-of-this-name", **secret}),
    )
    alike(
        stranger.post("/api/pair/claim", {"claim": "x" * 32}),
        stranger.post("/api/pair/claim", {"claim": premises.kiosk.cookie("nextchair_kiosk")}),
    )
    shared = premises.browser()
    for login in (Role.CONSULTANT, Role.FOLLOW_UP):
        shared.do("/api/staff/sign-in", {"login": login, "password": PASSWORD})
    without_pin = shared.see("/api/staff/me")["desk"][0]["id"]
    alike(*(shared.post("/api/staff/switch", {"staff_id": each, "pin": "2468"}) for each in (without_pin, 999)))
    device = {"name": "x", "screen": "calls"}
    alike(
        desk.post("/api/reception/devices/approve", {"code": "000000", **device}),
        desk.post("/api/reception/devices/approve", {"code": "no code", **device}),
    )
    known, unknown = day.of(State.FINISHED)[0].phone, "13977300000"
    first, second = (turned_away(premises, phone) for phone in (known, unknown))
    assert first == second
    assert first["id"].startswith("reception.")
    gone = [premises.browser().get(f"/t/{token}") for token in ("x" * 27, "y", day.of(State.WAITING)[0].token[::-1])]
    assert {answer.status_code for answer in gone} == {404}
    assert len({answer.text for answer in gone}) == 1


def alike(wrong: TestResponse, unknown: TestResponse) -> None:
    assert (wrong.status_code, wrong.json) == (unknown.status_code, unknown.json)
    assert wrong.status_code == 422


def turned_away(premises: Premises, phone: str) -> dict[str, Any]:
    """The page of the terminal after a phone number and a birth date that is not its owner's."""
    terminal = Terminal(premises.kiosk)
    terminal.press("phone")
    terminal.press("next", phone=phone)
    return terminal.press("next", birth_date="19991231")


@pytest.mark.alone
def test_signing_in_takes_as_long_for_nobody(premises: Premises, day: MarkedDay) -> None:
    """The fastest of some: a login that does not exist costs a hash as well. A hash is most of what is measured."""

    def fastest(login: str) -> float:
        took = []
        for _ in range(4):
            began = time.perf_counter()
            premises.browser().post("/api/staff/sign-in", {"login": login, "password": "not the password"})
            took.append(time.perf_counter() - began)
        return min(took)

    wrong, unknown = fastest(Role.FOLLOW_UP), fastest("nobody-at-all")
    assert 0.5 < unknown / wrong < 2


@pytest.mark.parametrize("by", ["card", "phone"])
def test_a_terminal_is_no_place_to_guess(premises: Premises, day: MarkedDay, by: str) -> None:
    """Cards and phone numbers that are nobody's count; after forty the right one is answered like all others."""
    patient = day.of(State.CALLED)[0]
    with premises.database.write() as connection:
        connection.execute(t.attempt.delete())
    pages = [shown_for(premises, by, number) for number in range(41)]
    assert pages[38] == pages[39] != pages[40]
    assert pages[40] == "reception.too_many"
    terminal = Terminal(premises.kiosk)
    assert terminal.scan(patient.document)["id"] == "reception.too_many"
    premises.clock.now += timedelta(minutes=10)
    premises.browsers.clear()  # Every desk has locked itself meanwhile.
    assert Terminal(premises.kiosk).scan(patient.document)["id"] != "reception.too_many"


def shown_for(premises: Premises, by: str, number: int) -> str:
    """The page after somebody whom nobody knows tried to be found."""
    if by == "phone":
        return str(turned_away(premises, f"138000{number:05d}")["id"])
    body = f"99010119700101{number:03d}"
    return str(Terminal(premises.kiosk).scan(body + check_digit(body))["id"])


# What every answer carries


@pytest.fixture
def answers(premises: Premises, day: MarkedDay) -> list[TestResponse]:
    """Of every door to somebody it lets in and to a stranger, and of addresses and methods that do not exist."""
    arguments = arguments_of(premises, day)
    found = [premises.let_in(door).knock(door, arguments) for door in doors(premises.app) if door.method == "GET"]
    found += [premises.browser().knock(door, arguments) for door in doors(premises.app)]
    stranger = premises.browser().client
    found += [stranger.get("/nowhere"), stranger.get("/t/x"), stranger.delete("/"), stranger.get("/static/screens/x")]
    found += [stranger.options("/kiosk"), stranger.head("/screen")]
    return found


def test_every_answer_carries_the_headers_that_protect_it(answers: list[TestResponse]) -> None:
    """Pages, pictures, files, refusals and mistakes alike; nothing but files may be kept."""
    for answer in answers:
        headers, at = answer.headers, (answer.request.path, answer.status_code)
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY, at
        assert headers["X-Content-Type-Options"] == "nosniff", at
        assert headers["Referrer-Policy"] == "no-referrer", at
        assert "geolocation=()" in headers["Permissions-Policy"], at
        assert headers["X-Request-Id"], at
        if not (answer.status_code == 200 and answer.request.path.startswith("/static/")):
            assert "no-store" in headers["Cache-Control"] or answer.request.path in ("/kiosk", "/reception"), at


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    """No inline code or style, no eval, no other origin, no frame around us."""
    rules = dict(rule.strip().partition(" ")[::2] for rule in CONTENT_SECURITY.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert not any(word in CONTENT_SECURITY for word in ("unsafe", "http:", "https:", "*", "blob:"))


def test_every_refusal_is_json_with_a_code(answers: list[TestResponse]) -> None:
    """Except the page of an old link, which a patient reads."""
    refused = [answer for answer in answers if answer.status_code >= 400 and answer.request.method != "HEAD"]
    assert len(refused) > 50
    spoken = [answer for answer in refused if not answer.request.path.startswith("/t/") or answer.is_json]
    assert [answer.request.path for answer in spoken if not (answer.json or {}).get("code")] == []


def test_every_cookie_is_out_of_reach(premises: Premises, answers: list[TestResponse]) -> None:
    """Of scripts and of other sites: whichever answer sets or drops one."""
    browser = premises.browser()
    signed_in = browser.post("/api/staff/sign-in", {"login": Role.CASHIER, "password": PASSWORD})
    asked = browser.post("/api/pair/ask", {"kind": "screen"})
    cookies = [
        cookie
        for answer in (signed_in, asked, browser.post("/api/staff/sign-out"), *answers)
        for cookie in answer.headers.getlist("Set-Cookie")
    ]
    assert len(cookies) >= 3
    for cookie in cookies:
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; ")), cookie


def test_no_page_has_code_of_its_own_or_leads_elsewhere(
    premises: Premises, day: MarkedDay, answers: list[TestResponse]
) -> None:
    """Every HTML that leaves the server: pages, pictures, groups of the form, in every state of a visit."""
    pages = [answer.text for answer in answers if answer.mimetype == "text/html"]
    bodies = [answer.json.get("body") for answer in answers if answer.is_json and answer.json]
    pages += [body for body in bodies if isinstance(body, str)]
    for patient in day.patients.values():
        pages += [premises.browser().get(f"/t/{patient.token}{end}").text for end in ("", "/form", "?language=en")]
    assert len(pages) > 40
    assert [fault for page in pages for fault in faults_in(page)] == []
