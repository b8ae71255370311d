"""The words on paper: every printer can print them."""

import pytest

from locales import LANGUAGES, words
from printers.charset import code, spell

SAID = [
    (language, key, text)
    for language in LANGUAGES
    for key, text in words(language).catalogue.items()
    if key.startswith("printers.")
]


@pytest.mark.parametrize(("language", "key", "text"), SAID)
def test_the_cheapest_printer_has_every_character(language: str, key: str, text: str) -> None:
    """In no language does a text of ours need a drawn line, which is slow and large."""
    assert [ch for ch in spell(text, "gb2312") if code(ch, "gb2312") is None] == []
