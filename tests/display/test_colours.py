"""Every pair of colours that text is set in can be read."""

from __future__ import annotations

import re

import pytest

from display import page

# Text and what lies behind it, by the rule that names the tokens.
PAIRS = [
    "ink/page",
    "ink/card",
    "ink2/page",
    "ink2/card",
    "on-blue/blue",
    "on-call/call",
    "call/card",
    "ok/card",
    "warn/page",
]
PHONE_PAIRS = [*PAIRS, "ok/ok-t", "warn/warn-t", "ink2/blue-t", "stop/card", "blue/page"]
THEMES = {
    "day": ([".tv, .phone-page, #stale"], PAIRS),
    "night": ([".tv, .phone-page, #stale", ".tv.night"], PAIRS),
    "phone": ([".tv, .phone-page, #stale", ".phone-page"], PHONE_PAIRS),
    "stale": ([".tv, .phone-page, #stale", ".stale .tv"], PAIRS),
    "stale night": ([".tv, .phone-page, #stale", ".tv.night", ".stale .tv.night"], PAIRS),
    "band": ([".tv, .phone-page, #stale"], ["on-band/band", "halo/band"]),
}
LEAST = 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_text_stands_out(theme: str) -> None:
    """Contrast is at least 4.5 (WCAG 2.2 AA) in every theme, also on a board that has stopped."""
    rules, pairs = THEMES[theme]
    tokens: dict[str, str] = {}
    for rule in rules:
        tokens.update(tokens_of(rule))
    ratios = {pair: contrast(*(tokens[name] for name in pair.split("/"))) for pair in pairs}
    assert {pair: round(ratio, 1) for pair, ratio in ratios.items() if ratio < LEAST} == {}


def tokens_of(rule: str) -> dict[str, str]:
    """The colours a rule of display.css sets."""
    css = page.SOURCES["display.css"].read_text()
    block = css[css.index(f"\n{rule} {{") :].partition("}")[0]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    assert found
    return found


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
