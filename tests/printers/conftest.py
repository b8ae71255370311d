"""Fixtures for paper: the font that lines are drawn with."""

from pathlib import Path

import pytest

from tests.infrastructure import ROOT

PLACES = (
    ROOT / "display" / "static" / "fonts" / "NotoSansSC_400Regular.ttf",
    ROOT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc" / "400Regular" / "NotoSansSC_400Regular.ttf",
)


@pytest.fixture(scope="session")
def font() -> Path:
    """The font of the screens' rare names, as `make run` and `make test` bring it."""
    for place in PLACES:
        if place.is_file():
            return place
    pytest.fail("NotoSansSC_400Regular.ttf is missing: `make test` copies it, or run `npm ci`")
