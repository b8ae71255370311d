"""Which characters a printer's own font holds, and their bytes.

Never a `?`, never a control byte, never a four-byte code: what has no one- or two-byte code is drawn (raster.py).
"""

import unicodedata
from functools import lru_cache

from printers.profiles import Charset

LOOK_ALIKES = str.maketrans(
    {
        "¥": "￥",  # The half-width sign has four bytes in GB 18030, which a GBK printer prints as rubbish.
        "–": "-",  # As a GBK character it is two columns wide and tears "10–20" apart.
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "−": "-",
        "―": "—",
        "・": "·",
        "•": "·",
        "〜": "～",
    }
)
"""Characters printed as another one that looks the same and that every Chinese printer has."""

_UNSEEN = {"Cc", "Cf", "Cs", "Co"}
_VARIATIONS = (range(0x180B, 0x180E), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def clean(text: str) -> str:
    """The text as it can stand on paper: composed (NFC), look-alikes replaced, white space as plain spaces.

    Control, formatting and private-use characters are left out: on paper they are nothing at best, a command at worst.
    """
    shown = "".join(" " if ch.isspace() and ch != "\u3000" else ch for ch in text if _is_seen(ch))
    return unicodedata.normalize("NFC", shown).translate(LOOK_ALIKES)


def spell(text: str, charset: Charset) -> str:
    """The cleaned text, with what the charset lacks in its plain form where that can be printed (₂ as 2, ㎎ as mg)."""
    return "".join(_plain(ch, charset) for ch in clean(text))


@lru_cache(maxsize=8192)
def code(ch: str, charset: Charset) -> bytes | None:
    """The one or two bytes of a character, or None where a printer of this charset cannot print it."""
    if " " <= ch <= "~":
        return ch.encode("ascii")
    if unicodedata.category(ch) in _UNSEEN:
        return None
    # Python's gb2312 codec maps the dash and the middle dot to other characters than fonts and other codecs do. So
    # GB 18030 gives the bytes, and the narrower codecs only say whether the font has the character.
    found = ch.encode("gb18030")
    if len(found) != 2 or (charset != "gb18030" and ch not in "—·" and not _codec_has(ch, charset, found)):
        return None
    return found


def columns(text: str, charset: Charset) -> int:
    """How many columns a text takes: the number of its bytes; for what is drawn, its East Asian width."""
    return sum(_columns(ch, charset) for ch in text)


def _columns(ch: str, charset: Charset) -> int:
    found = code(ch, charset)
    if found is not None:
        return len(found)
    if unicodedata.category(ch) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(ch) in "WF" else 1


def _is_seen(ch: str) -> bool:
    if ch.isspace():
        return True
    return unicodedata.category(ch) not in _UNSEEN and not any(ord(ch) in each for each in _VARIATIONS)


def _codec_has(ch: str, charset: Charset, expected: bytes) -> bool:
    try:
        return ch.encode(charset) == expected
    except UnicodeEncodeError:
        return False


@lru_cache(maxsize=8192)
def _plain(ch: str, charset: Charset) -> str:
    if code(ch, charset) is not None:
        return ch
    plain = unicodedata.normalize("NFKC", ch).translate(LOOK_ALIKES)
    return plain if all(code(each, charset) is not None for each in plain) else ch
