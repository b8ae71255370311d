"""Every language is complete."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from clinic.facts import FACTS
from clinic.moving import PRIORITIES, REASONS
from clinic.visit import State
from locales import LANGUAGES, words

ROOT = Path(__file__).parents[2]
OTHERS = [language for language in LANGUAGES if language != LANGUAGES[0]]
PLURALS = re.compile(r"\.(one|other)$")


def whole(language: str) -> set[str]:
    """The keys of a language, plural forms as one."""
    return {PLURALS.sub("", key) for key in words(language).catalogue}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_both_languages_have_the_same_keys(language: str) -> None:
    """Both languages have the same keys."""
    assert whole(language) == whole(LANGUAGES[0])


@pytest.mark.parametrize("language", OTHERS)
def test_both_languages_fill_in_the_same_facts(language: str) -> None:
    """Both languages fill in the same facts."""
    first, other = words(LANGUAGES[0]).catalogue, words(language).catalogue
    for key, text in other.items():
        same = first.get(key) or first[PLURALS.sub(".other", key)]
        assert placeholders(text) - {"n"} == placeholders(same) - {"n"}, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    """No text is empty."""
    assert [key for key, text in words(language).catalogue.items() if not text.strip()] == []


def refusal_codes() -> set[str]:
    """Every code that the product refuses with, read from its source."""
    codes: set[str] = set()
    for package in ("clinic", "kiosk", "server"):
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Refused", "Denied", "TooMany"}:
                    codes |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return codes | {f"visit_{state}" for state in State}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_words_that_say_the_cure(language: str) -> None:
    """Every refusal has words that say the cure."""
    said = words(language)
    missing = [
        code for code in refusal_codes() if not {f"refused.{code}", f"refused.{code}.other"} & set(said.catalogue)
    ]
    assert sorted(missing) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_reason_and_fact_has_words(language: str) -> None:
    """Every state reason and fact has words."""
    said = words(language)
    wanted = [f"clinic.state.{state}" for state in State]
    wanted += [f"clinic.move.{reason}" for reason in REASONS] + [f"clinic.priority.{group}" for group in PRIORITIES]
    wanted += [f"fact.{fact}" for fact in FACTS]
    assert [key for key in wanted if not said.has(key)] == []
