"""Fixtures for every test: databases, Redis, a browser, real files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests import infrastructure
from tools.browser import playwright_env

# A busy machine must not fail a property; a failing example is printed so that it can be replayed.
hypothesis.settings.register_profile("nextchair", deadline=None, print_blob=True)
hypothesis.settings.load_profile("nextchair")


@pytest.fixture(scope="session")
def postgres() -> Iterator[infrastructure.Postgres]:
    """One PostgreSQL for the run (for each worker under pytest-xdist)."""
    with infrastructure.running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: infrastructure.Postgres) -> Iterator[str]:
    """An empty PostgreSQL database of this test's own."""
    url = postgres.create()
    yield url
    postgres.drop(url)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """One Redis for the run (for each worker under pytest-xdist)."""
    with infrastructure.running_redis() as url:
        yield url


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, with a Node that starts on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in playwright_env().items():
            patch.setenv(name, value)
        with sync_playwright() as started:
            yield started


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Make pytest-playwright start the Chromium that was found for this machine."""
    arguments = infrastructure.CHROMIUM_ARGUMENTS
    return {**browser_type_launch_args, "executable_path": infrastructure.chromium_path(), "args": arguments}


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real input files that NEXTCHAIR_TEST_DATA names; tests that need it skip without it."""
    folder = Path(os.environ.get("NEXTCHAIR_TEST_DATA") or infrastructure.ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the real input files are not here (NEXTCHAIR_TEST_DATA)")
    return folder
