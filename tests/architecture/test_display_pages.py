"""What television sets of 2018 (Chrome 53) must be able to read."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.tree import files, named
from tests.infrastructure import ROOT
from tools.assets import SCREENS
from tools.node import node_env

OWN_SCRIPTS = files("display", ".js")
STYLES = files("display", ".css")
TEMPLATES = files("display", ".html")

TOO_NEW_SCRIPT = (
    r"\bfetch\(|queueMicrotask|structuredClone|globalThis|AbortController|ResizeObserver|Object\.(fromEntries|entries|values)"
    r"|Promise\.(allSettled|any)|\.(matchAll|replaceAll|flat|flatMap|padStart|padEnd|finally|at|replaceWith|append|prepend"
    r"|toggleAttribute|getAnimations)\("
)
TOO_NEW_STYLE = {
    "property": r"(?:^|[{;\s])((?:row-|column-)?gap|grid[\w-]*|aspect-ratio|inset[\w-]*|clip-path|place-[\w-]+"
    r"|(?:margin|padding|border)-(?:inline|block)[\w-]*|backdrop-filter|ascent-override|descent-override|translate|scale"
    r"|rotate|accent-color|container[\w-]*|font-optical-sizing|font-variation-settings)\s*:",
    "value": r"\b(clamp|min|max)\(|:\s*(sticky|grid|inline-grid)\b|\b\d+(dvh|svh|lvh|dvw|cqw)\b|\bcolor-mix\(",
    "selector": r":(is|where|has|focus-visible|focus-within)\b|(?:^|[{}])\s*&",
    "at-rule": r"@(layer|container|property)\b|prefers-|@supports\s+selector",
    "colour": r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{4})\b(?=[^{}]*[;}])|rgba?\([^)]*/",
}

INLINE_OR_FOREIGN = (
    r"<style\b|\sstyle\s*=|\son[a-z]+\s*=|<script(?![^>]*\ssrc=)|(?:src|href|action)\s*=\s*[\"']?(?:https?:)?//"
)


@pytest.mark.parametrize("path", [*OWN_SCRIPTS, *sorted(SCREENS.glob("*.js"))], ids=named)
def test_script_parses_as_es5(path: Path) -> None:
    """Every script a screen loads, ours or not, is plain ES5."""
    acorn: list[str | Path] = [ROOT / "node_modules" / ".bin" / "acorn", "--ecma5", "--silent", path]
    done = subprocess.run(acorn, env=node_env(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_scripts_call_nothing_newer() -> None:
    """ES5 syntax is not enough: functions that came after Chrome 53 would stop the screen, too."""
    assert found(OWN_SCRIPTS, lambda text: re.findall(TOO_NEW_SCRIPT, without_remarks(text))) == {}


def test_styles_use_nothing_newer() -> None:
    """Style sheets of screens keep to what Chrome 53 draws."""
    assert found(STYLES, newer) == {}


def test_templates_hold_nothing_inline_or_foreign() -> None:
    """The content security policy drops inline style and script; nothing comes from outside the clinic."""
    assert found(TEMPLATES, lambda text: re.findall(INLINE_OR_FOREIGN, without_remarks(text))) == {}


def test_the_rules_have_something_to_look_at() -> None:
    """An empty folder would pass everything above."""
    assert OWN_SCRIPTS
    assert STYLES
    assert TEMPLATES


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("p{display:flex;gap:1rem}", "gap"),
        (".a { inset: 0 }", "inset"),
        (".a{position: sticky}", "sticky"),
        (".a{width:min(1rem, 2rem)}", "min"),
        (".a:focus-visible{color:red}", ":focus-visible"),
        (".a{color:#11223344}", "#11223344"),
        ("@media (prefers-reduced-motion: reduce){}", "prefers-"),
        ("p{min-width:0;max-width:1rem;color:#123456;transform:scale(2)} /* gap: */ #face{margin:0}", ""),
    ],
)
def test_the_style_rule_sees(css: str, expected: str) -> None:
    """The rule finds each kind of newer style, and leaves older ones and remarks alone."""
    assert expected in " ".join(newer(css)) if expected else newer(css) == []


def found(paths: list[Path], rule: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """What a rule finds, by file."""
    return {named(path): findings for path in paths if (findings := rule(path.read_text()))}


def without_remarks(text: str) -> str:
    """A script or template without its comments."""
    return re.sub(r"/\*.*?\*/|\{#.*?#\}|(?m:(?<!:)//.*$)", "", text, flags=re.DOTALL)


def newer(css: str) -> list[str]:
    """What in a style sheet came after Chrome 53."""
    plain = re.sub(r"/\*.*?\*/|\"[^\"]*\"|'[^']*'", "", css, flags=re.DOTALL)
    return [match.group(0).strip() for rule in TOO_NEW_STYLE.values() for match in re.finditer(rule, plain)]
