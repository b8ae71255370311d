"""What a piece of paper says, as frozen values of no particular width.

A document knows neither printer nor paper: the same one is printed on 58 and on 80 mm, today or after a restart.
`to_json` and `from_json` are exact inverses; a stored document stays readable when block kinds are added.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

Align = Literal["left", "center", "right"]

TEXT_LIMIT = 500
"""Characters in one text, so that no single entry empties a roll."""

QR_LIMIT = 300
"""Characters in a QR code: more would need modules too fine for a receipt printer."""


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph; wrapped where the paper ends.

    `size` is a whole factor, 1 to 8. Where `text` would need a second line and `short` would not, `short` is printed.
    """

    text: str
    align: Align = "left"
    size: int = 1
    bold: bool = False
    short: str = ""

    def __post_init__(self) -> None:
        _require(len(self.text) <= TEXT_LIMIT and len(self.short) <= TEXT_LIMIT, "text is too long")
        _require(1 <= self.size <= 8, "size is a whole factor from 1 to 8")
        _require(self.align in ("left", "center", "right"), "align is left, center or right")


@dataclass(frozen=True, slots=True)
class Number:
    """A ticket number, centred and as large as the paper allows."""

    text: str

    def __post_init__(self) -> None:
        _require(1 <= len(self.text) <= 12, "a ticket number has 1 to 12 characters")


@dataclass(frozen=True, slots=True)
class Both:
    """The same in two languages, phrase by phrase.

    On 80 mm each phrase is a line, Chinese left and English right; on 58 mm the phrases are joined and centred,
    English below. Text of `size` 2 and more is bold; on 58 mm the English stays at size 1. `en` may be empty.
    """

    zh: tuple[str, ...]
    en: tuple[str, ...] = ()
    size: int = 1

    def __post_init__(self) -> None:
        _require(len(self.zh) > 0 and len(self.en) <= len(self.zh), "every English phrase has its Chinese one")
        _require(sum(map(len, (*self.zh, *self.en))) <= TEXT_LIMIT, "text is too long")
        _require(1 <= self.size <= 8, "size is a whole factor from 1 to 8")


@dataclass(frozen=True, slots=True)
class Ends:
    """Two texts at the two ends of one line; below each other where they do not fit."""

    left: str
    right: str

    def __post_init__(self) -> None:
        _require(len(self.left) + len(self.right) <= TEXT_LIMIT, "text is too long")


@dataclass(frozen=True, slots=True)
class Rule:
    """A dashed line across the paper."""


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code, centred, with its quiet zone. The payload is printable ASCII."""

    payload: str

    def __post_init__(self) -> None:
        _require(0 < len(self.payload) <= QR_LIMIT, f"a QR code holds 1 to {QR_LIMIT} characters")
        _require(self.payload.isascii() and self.payload.isprintable(), "a QR code holds printable ASCII")


@dataclass(frozen=True, slots=True)
class Gap:
    """Blank paper, in dots of an eighth of a millimetre."""

    dots: int

    def __post_init__(self) -> None:
        _require(1 <= self.dots <= 255, "a gap has 1 to 255 dots")


@dataclass(frozen=True, slots=True)
class Mark:
    """Says that this sheet is a further copy; at most one in a document, on top."""

    text: str
    note: str = ""

    def __post_init__(self) -> None:
        _require(len(self.text) >= 1 and len(self.text) + len(self.note) <= TEXT_LIMIT, "text is missing or too long")


Block = Text | Number | Both | Ends | Rule | Qr | Gap | Mark

BLOCKS: Mapping[str, type[Any]] = {
    "text": Text,
    "number": Number,
    "both": Both,
    "ends": Ends,
    "rule": Rule,
    "qr": Qr,
    "gap": Gap,
    "mark": Mark,
}
"""The name of each kind of block in JSON. To add one: a class above, its line here, its lines in layout.py."""


@dataclass(frozen=True, slots=True)
class Document:
    """One sheet of paper, from top to bottom. `kind` is a key of `papers.PAPERS`."""

    kind: str
    blocks: tuple[Block, ...]


def to_json(document: Document) -> dict[str, Any]:
    """The document as plain JSON values, for `from_json`."""
    return {"kind": document.kind, "blocks": [_block_to_json(block) for block in document.blocks]}


def from_json(stored: Mapping[str, Any]) -> Document:
    """The document that `to_json` made. Raises ValueError where it is not one."""
    try:
        return Document(str(stored["kind"]), tuple(_block_from_json(block) for block in stored["blocks"]))
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError("this is not a stored document") from wrong


def _block_to_json(block: Block) -> dict[str, Any]:
    name = next(name for name, kind in BLOCKS.items() if type(block) is kind)
    values = {field.name: getattr(block, field.name) for field in fields(block)}
    return {"block": name, **{key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}}


def _block_from_json(stored: Mapping[str, Any]) -> Block:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()}
    block: Block = BLOCKS[str(values.pop("block"))](**values)
    return block


def _require(true: bool, otherwise: str) -> None:
    if not true:
        raise ValueError(otherwise)
