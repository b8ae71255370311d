"""Browsers of the people in the story, and their clinic."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.e2e.clinic import Clinic
from tests.e2e.story import NewBrowser
from tests.e2e.waiting import PATIENCE


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """A founded clinic whose server is not started yet."""
    with Clinic(tmp_path / "data") as founded:
        yield founded


@pytest.fixture
def new_browser(browser: Browser) -> Iterator[NewBrowser]:
    """Make a browser of its own with a screen of this width and height."""
    made: list[BrowserContext] = []

    def make(width: int, height: int) -> BrowserContext:
        context = browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(PATIENCE * 1000)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
