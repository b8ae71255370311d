"""The documents around the pictures."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace

import pytest

from clinic.setup import Name
from display import page
from display.screens import SCREENS
from locales import LANGUAGES
from tests.architecture.test_display_pages import INLINE_OR_FOREIGN
from tests.display import make_board as make
from tests.display.serving import document, picture

VALUES = {"calls": make.busy_board(), "progress": make.busy_board(), "phone": make.slip(form="pending")}
PHONE_LIMIT = 60_000


def test_texts_are_escaped() -> None:
    """A name is text, whatever stands in it."""
    evil = Name("<script>alert(1)</script>", "<img src=x onerror=alert(1)>")
    html = picture("calls", replace(make.busy_board(), clinic=evil, area=evil)).body
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", SCREENS)
def test_pages_hold_nothing_inline_or_foreign(kind: str, language: str) -> None:
    """The content security policy allows neither, in templates nor in what they make."""
    html = document(kind, picture(kind, VALUES[kind], language=language), language)
    assert re.findall(INLINE_OR_FOREIGN, html) == []


@pytest.mark.parametrize("kind", SCREENS)
def test_page_carries_its_first_picture(kind: str) -> None:
    """The script takes over exactly where the page begins; without script the page asks for itself again."""
    shown = picture(kind, VALUES[kind], 41)
    html = document(kind, shown)
    for fact in ('data-rev="41"', f'data-at="{make.NOW.isoformat()}"', 'data-hash="hash-41"', 'data-build="build-1"'):
        assert fact in html
    assert f'<main id="picture">{shown.body}</main>' in html
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in html


@pytest.mark.parametrize("html", [*(document(kind, picture(kind, VALUES[kind])) for kind in SCREENS), page.pair()])
def test_every_address_is_served(html: str) -> None:
    """What a page loads is among the files named for serving."""
    addresses = re.findall(r'(?:src|href)="(/static/[^"?]+)\?v=[0-9a-f]{12}"', html)
    assert len(addresses) > 3
    for address in addresses:
        name = address.removeprefix(page.SCREEN_SOURCES)
        assert (
            name in page.SOURCES
            or (page.STATIC["/static/display/"] / address.removeprefix("/static/display/")).is_file()
        )


def test_phone_page_is_small() -> None:
    """A phone on a weak network loads the whole page, letters included, within 60 kB gzip."""
    html = document("phone", picture("phone", VALUES["phone"]))
    names = re.findall(r'="/static/(?:screens|display)/([^"?]+)\?', html)
    files = [page.SOURCES.get(name) or page.HERE / "static" / name for name in names]
    fonts = re.findall(r'url\("/static/display/([^"]+)"\)', page.SOURCES["phone.css"].read_text())
    sizes = [len(gzip.compress(file.read_bytes())) for file in files]
    sizes += [(page.HERE / "static" / font).stat().st_size for font in fonts]
    assert len(files) >= 6
    assert len(fonts) == 1
    assert sum(sizes) + len(gzip.compress(html.encode())) <= PHONE_LIMIT


def test_two_languages_stand_on_boards_and_one_on_phones() -> None:
    """Boards speak to everybody at once, a phone to its owner."""
    board = picture("calls", VALUES["calls"]).body
    assert board.index("请到诊室") < board.index("Please go to the room")
    english = picture("calls", VALUES["calls"], language="en").body
    assert english.index("Please go to the room") < english.index("请到诊室")
    assert "People" not in picture("phone", VALUES["phone"]).body


def test_phone_of_a_visit_that_is_gone() -> None:
    """Yesterday's link says that it has ended and what to do."""
    assert "这个页面已经过期" in page.render("phone", None, "zh-CN")
