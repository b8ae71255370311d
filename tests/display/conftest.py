"""Fixtures of the screens' tests: a server for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.display.serving import Screens, serving


@pytest.fixture
def screens() -> Iterator[Screens]:
    """A server of this test's own."""
    with serving() as running:
        yield running
