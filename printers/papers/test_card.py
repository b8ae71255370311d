"""The card that shows what a printer can do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from locales import words
from printers.document import Block, Document, Ends, Gap, Number, Qr, Rule, Text

CHARACTERS = (
    ("ASCII", "ABCxyz 0123456789 @#$%&"),
    ("GB 2312", "口腔科 牙齿 ￥35 ℃ ①"),
    ("GBK", "堃 喆 镕 〇 ㎡"),
    ("GB 18030", "䶮 㛃 𬭎"),
    ("Latin", "é ü Ü ñ ễ"),
)
"""One line for each character set; what the printer's profile says it lacks comes out drawn."""


@dataclass(frozen=True, slots=True)
class CardSlip:
    """`printer` and `profile` are shown as they are; `printed_at` is aware and in the clinic's own zone."""

    printer: str
    profile: str
    printed_at: datetime


def card(slip: CardSlip) -> Document:
    """The card, for any paper: the rules reach both edges, the QR code leads nowhere."""
    return Document("test_card", tuple(_blocks(slip)))


def _blocks(slip: CardSlip) -> Iterator[Block]:
    titles = (words(language).text("printers.test_card") for language in ("zh-CN", "en"))
    yield Text("  ".join(titles), "center", bold=True)
    yield Rule()
    yield Ends(slip.printer, slip.profile)
    for name, characters in CHARACTERS:
        yield Ends(name, characters)
    yield Rule()
    for size in (1, 2, 3):
        yield Text(f"{size} 口腔 A", size=size)
    yield Gap(16)
    yield Number("A023")
    yield Qr("NEXTCHAIR TEST CARD")
    yield Rule()
    yield Text(f"{slip.printed_at:%Y-%m-%d %H:%M}", "center")
