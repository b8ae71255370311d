"""Documents: limits, and JSON there and back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printers.document import (
    BLOCKS,
    QR_LIMIT,
    TEXT_LIMIT,
    Both,
    Document,
    Ends,
    Gap,
    Mark,
    Number,
    Qr,
    Rule,
    Text,
    from_json,
    to_json,
)

short = st.text(max_size=40)
phrases = st.tuples(short, short)
blocks = {
    "text": st.builds(
        Text, short, st.sampled_from(["left", "center", "right"]), st.integers(1, 8), st.booleans(), short
    ),
    "number": st.builds(Number, st.text(min_size=1, max_size=12)),
    "both": st.builds(Both, phrases, phrases, st.integers(1, 8)),
    "ends": st.builds(Ends, short, short),
    "rule": st.builds(Rule),
    "qr": st.builds(Qr, st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=60)),
    "gap": st.builds(Gap, st.integers(1, 255)),
    "mark": st.builds(Mark, st.text(min_size=1, max_size=20), short),
}
documents = st.builds(Document, short, st.lists(st.one_of(*blocks.values()), max_size=12).map(tuple))


@given(documents)
def test_json_there_and_back(document: Document) -> None:
    """What is stored is what comes back, through real JSON text."""
    assert from_json(json.loads(json.dumps(to_json(document)))) == document


def test_every_kind_of_block_is_tried() -> None:
    """A new kind of block needs its strategy above."""
    assert set(blocks) == set(BLOCKS)


def test_the_stored_form_stays() -> None:
    """Documents stored by an earlier release are read by this one: the form is fixed here."""
    stored = {
        "kind": "ticket",
        "blocks": [
            {"block": "mark", "text": "补打", "note": ""},
            {"block": "text", "text": "a", "align": "center", "size": 2, "bold": True, "short": ""},
            {"block": "number", "text": "A023"},
            {"block": "both", "zh": ["一", "二"], "en": ["one", "two"], "size": 1},
            {"block": "ends", "left": "l", "right": "r"},
            {"block": "rule"},
            {"block": "qr", "payload": "http://x/"},
            {"block": "gap", "dots": 8},
        ],
    }
    assert to_json(from_json(stored)) == stored


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"kind": "ticket"},
        {"kind": "ticket", "blocks": [{"block": "hologram"}]},
        {"kind": "ticket", "blocks": [{"text": "a"}]},
        {"kind": "ticket", "blocks": [{"block": "text", "text": "a", "colour": "red"}]},
        {"kind": "ticket", "blocks": [{"block": "text", "text": 7}]},
        {"kind": "ticket", "blocks": ["text"]},
        {"kind": "ticket", "blocks": None},
    ],
)
def test_something_else_is_refused(stored: dict[str, Any]) -> None:
    """Whatever is not a stored document raises ValueError, nothing else."""
    with pytest.raises(ValueError, match=r"stored document"):
        from_json(stored)


@pytest.mark.parametrize(
    "block",
    [
        lambda: Text("x" * (TEXT_LIMIT + 1)),
        lambda: Text("x", size=9),
        lambda: Text("x", size=0),
        lambda: Number(""),
        lambda: Number("A" * 13),
        lambda: Both(()),
        lambda: Both(("一",), ("one", "two")),
        lambda: Ends("x" * TEXT_LIMIT, "y"),
        lambda: Qr(""),
        lambda: Qr("x" * (QR_LIMIT + 1)),
        lambda: Qr("诊所"),
        lambda: Qr("a\nb"),
        lambda: Gap(0),
        lambda: Gap(256),
        lambda: Mark(""),
    ],
)
def test_limits(block: Any) -> None:
    """No block can be made that no printer could print."""
    with pytest.raises(ValueError, match=" "):
        block()
