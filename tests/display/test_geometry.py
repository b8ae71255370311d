"""Screens drawn by a real browser: nothing is cut off or covered."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from clinic.board import Next
from clinic.ordering import Ahead
from clinic.setup import Name
from clinic.waits import Wait
from locales import LANGUAGES
from tests.display import make_board as make
from tests.display.serving import Screens, picture, serving

GEOMETRY = (Path(__file__).parent / "geometry.js").read_text()
LYING, STANDING, PHONE = (1920, 1080), (1080, 1920), (390, 844)

MOMENT = (
    make.call("A1023", 20, 1, times=2),
    make.call("B014", 19, 3, name="阿**提", door=make.door("12")),
    make.call("C009", 18, 6, name="", door=make.door("影像")),
    make.call("K1-07", 17, 8, door=make.door("二楼东区")),
)
FULL = replace(
    make.busy_board(),
    withdrawn=("A012",),
    missed=tuple(f"A10{n:02d}" for n in range(9)),
    next=(*make.busy_board().next, *(Next(f"D{n:03d}", "", None) for n in range(5))),
)
BOARDS = {
    "usual": make.busy_board(),
    "empty": make.board(),
    "no area": make.board(area=None, calls=(make.call(),)),
    "five signs": replace(make.busy_board(), calls=(make.call("A1025", 1, 1, door=make.door("12")),)),
    "named door": replace(make.busy_board(), calls=(make.call("K1-07", 1, 1, door=make.door("二楼东区")),)),
    **{f"{n} at once": replace(FULL, calls=MOMENT[:n]) for n in (2, 3, 4)},
    "full": replace(FULL, calls=(*MOMENT, *make.busy_board().calls)),
}
ROOMS = (
    make.room("1", chairs=(make.chair("1", "A1022"),), waiting=12, wait=Wait(30, 45, "recent")),
    make.room("2", dentist=Name("Konstantinou-Meyer"), chairs=tuple(make.chair(str(n), f"A102{n}") for n in range(6))),
    make.room("3", called="A023", chairs=(make.chair("1", "A1020"), make.chair("2"))),
    make.room("4", dentist=None, chairs=(), waiting=0, wait=None),
    make.room("5", dentist=Name("阿依古丽·买买提 医生", "Dr Aygul Memet")),
    make.room("12", dentist=None, waiting=1, wait=None),
    make.room("影像", wait=Wait(60, 60, "planned", capped=True)),
    make.room("二楼东区", called="E001"),
    make.room("9"),
)
PROGRESS = {
    "six rooms": make.busy_board(),
    "nine rooms": replace(make.busy_board(), rooms=ROOMS, missed=FULL.missed),
    "no room": make.board(),
}
MANY = (Ahead("emergency", 1), Ahead("moved_by_hand", 1), Ahead("booked", 3, make.NOW), Ahead("walk_in", 7))
SLIPS = {
    **{state: make.slip(state) for state in ("waiting", "called", "at_room", "seated", "waiting_in_chair", "on_hold")},
    **{state: make.slip(state) for state in ("stepped_out", "missed", "finished", "cancelled")},
    "form": make.slip(form="pending", slot=make.NOW),
    "next": make.slip(ahead=(), position=1, wait=Wait(0, 5, "planned")),
    "unknown": make.slip(ahead=MANY, wait=None, door=None, ticket="A1025", withdrawn=True, form="pending"),
    "called to imaging": make.slip("called", door=make.door("影像"), ticket="A1025"),
    "called upstairs": make.slip("called", door=make.door("二楼东区")),
}


@pytest.fixture(scope="module")
def screens() -> Iterator[Screens]:
    """One server for the module: a page keeps its fonts."""
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def glass(browser: Browser) -> Iterator[Page]:
    """One page for the module, whose size tests set; errors of scripts and the security policy fail them."""
    context = browser.new_context()
    page = context.new_page()
    yield page
    context.close()


def draw(glass: Page, screens: Screens, size: tuple[int, int]) -> None:
    glass.set_viewport_size({"width": size[0], "height": size[1]})
    glass.goto(screens.url)
    glass.evaluate("document.fonts.ready")


def assert_whole(glass: Page, heading: str) -> None:
    """Nothing is wrong with the layout, and the heading is really painted in our letters."""
    found = glass.evaluate(GEOMETRY)
    assert found["faults"] == []
    assert found["words"] > 0
    painted = Image.open(io.BytesIO(glass.locator(heading).first.screenshot())).convert("L").tobytes()
    assert max(painted) - min(painted) > 100
    assert glass.evaluate("document.fonts.check('700 40px Overpass')")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [LYING, STANDING], ids=["lying", "standing"])
@pytest.mark.parametrize("name", BOARDS)
def test_calls_board_is_whole(glass: Page, screens: Screens, name: str, size: tuple[int, int], language: str) -> None:
    """From nobody to four calls of one moment, in both languages, lying and standing."""
    screens.show("calls", picture("calls", BOARDS[name], language=language), language)
    draw(glass, screens, size)
    assert_whole(glass, ".panel-head")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [LYING, STANDING], ids=["lying", "standing"])
@pytest.mark.parametrize("name", PROGRESS)
def test_progress_board_is_whole(
    glass: Page, screens: Screens, name: str, size: tuple[int, int], language: str
) -> None:
    """From no room to nine, with one chair or six."""
    screens.show("progress", picture("progress", PROGRESS[name], language=language), language)
    draw(glass, screens, size)
    assert_whole(glass, ".head-name")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("name", SLIPS)
def test_phone_page_is_whole(glass: Page, screens: Screens, name: str, width: int, language: str) -> None:
    """Every state of a visit, on a narrow phone and on a usual one."""
    screens.show("phone", picture("phone", SLIPS[name], language=language, clinic=make.CLINIC), language)
    draw(glass, screens, (width, 844))
    assert_whole(glass, "h1")
    glass.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    assert_whole(glass, "h1")
    assert min([44, *glass.locator(".button").evaluate_all("all => all.map(each => each.offsetHeight)")]) == 44


@pytest.mark.parametrize("kind", ["calls", "progress"])
@pytest.mark.parametrize("theme", ["day", "night"])
@pytest.mark.parametrize("size", [LYING, STANDING], ids=["lying", "standing"])
def test_stopped_board_is_whole(glass: Page, screens: Screens, kind: str, theme: str, size: tuple[int, int]) -> None:
    """The band that says how old the board is covers nothing but the header."""
    screens.show(kind, picture(kind, make.busy_board(), theme=theme))
    draw(glass, screens, size)
    glass.evaluate(
        "document.body.classList.add('stale'); document.getElementById('stale').hidden = false;"
        "[].forEach.call(document.querySelectorAll('#stale [data-text]'), e => {"
        "  e.textContent = e.dataset.text.replace('{at}', '10:42').replace('{n}', '120'); })"
    )
    assert_whole(glass, "#stale b")


@pytest.mark.parametrize("size", [(1280, 720), (3840, 2160), (1024, 768), (1366, 768), (768, 1024), (2560, 1080)])
def test_other_panels_show_the_same(glass: Page, screens: Screens, size: tuple[int, int]) -> None:
    """From 720p to 4K, and on panels of another shape, nothing is lost."""
    for kind, board in (("calls", BOARDS["full"]), ("progress", PROGRESS["nine rooms"])):
        screens.show(kind, picture(kind, board))
        draw(glass, screens, size)
        assert_whole(glass, ".head-name")


def test_numbers_are_large_enough(glass: Page, screens: Screens) -> None:
    """At 5 m on 55 inches: called number 140 px or more, rows 66 px (domain: section 9.3)."""
    screens.show("calls", picture("calls", BOARDS["five signs"]))
    draw(glass, screens, LYING)
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    # A hundredth of a pixel is lost where 1 rem is counted from the height of the panel.
    assert glass.locator(".call .ticket").evaluate(size) >= 140
    assert min(glass.locator(".row-ticket").evaluate_all(f"all => all.map({size})")) > 65.9


def test_security_policy_drops_nothing(glass: Page, screens: Screens) -> None:
    """The pages work under the policy they are sent with: no message of the browser says otherwise."""
    said: list[str] = []
    glass.on("console", lambda message: said.append(message.text))
    glass.on("pageerror", lambda error: said.append(str(error)))
    for kind, value in (("calls", BOARDS["full"]), ("progress", PROGRESS["nine rooms"]), ("phone", SLIPS["form"])):
        screens.show(kind, picture(kind, value))
        draw(glass, screens, LYING)
    assert said == []


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        ("document.querySelector('.row-name').style.marginLeft = '-20rem'", "over each other"),
        ("document.querySelector('.row').style.maxHeight = '3rem'", "out of row"),
        ("document.querySelector('.head-clock').style.marginRight = '-20rem'", "outside"),
    ],
)
def test_faults_are_seen(glass: Page, screens: Screens, harm: str, expected: str) -> None:
    """The rule itself notices a text over another, cut off, or off the glass."""
    screens.show("calls", picture("calls", BOARDS["usual"]))
    draw(glass, screens, LYING)
    glass.evaluate(harm)
    assert expected in " ".join(glass.evaluate(GEOMETRY)["faults"])
