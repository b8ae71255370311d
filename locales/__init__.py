"""Words in every language: one folder of catalogues per language.

To add a language: copy a folder, translate its files; tests/contracts/test_languages.py says what is missing.
"""

import json
from functools import cache
from pathlib import Path

LANGUAGES = ("zh-CN", "en")
"""The languages that are shipped, the first one is the clinic's own."""


class Words:
    """The words of one language, by dotted key.

    `{name}` placeholders are filled from keyword arguments; with an `n` the plural form `key.one` or `key.other`
    is taken where the catalogue has one (CLDR cardinal rules of the shipped languages).
    """

    def __init__(self, language: str, catalogue: dict[str, str]) -> None:
        self.language = language
        self.catalogue = catalogue

    def text(self, key: str, **facts: object) -> str:
        """The text for a key. Raises KeyError for a key no catalogue has: a missing word is a bug."""
        if "n" in facts and key not in self.catalogue:
            key = f"{key}.one" if self.language == "en" and facts["n"] == 1 else f"{key}.other"
        return self.catalogue[key].format(**facts)

    def has(self, key: str) -> bool:
        return key in self.catalogue


@cache
def words(language: str) -> Words:
    """The catalogue of a language; an unknown language falls back to the clinic's own."""
    chosen = language if language in LANGUAGES else LANGUAGES[0]
    catalogue: dict[str, str] = {}
    for file in sorted((Path(__file__).parent / chosen).glob("*.json")):
        catalogue.update(json.loads(file.read_text(encoding="utf-8")))
    return Words(chosen, catalogue)
