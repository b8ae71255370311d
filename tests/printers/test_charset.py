"""Characters: bytes, look-alikes, and nothing that could be a command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printers.charset import clean, code, columns, spell
from printers.profiles import Charset

CHARSETS: tuple[Charset, ...] = ("gb2312", "gbk", "gb18030")
anything = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("ch", "expected"),
    [
        ("口", ("BFDA", "BFDA", "BFDA")),
        ("￥", ("A3A4", "A3A4", "A3A4")),
        ("—", ("A1AA", "A1AA", "A1AA")),
        ("·", ("A1A4", "A1A4", "A1A4")),
        ("…", ("A1AD", "A1AD", "A1AD")),
        ("“", ("A1B0", "A1B0", "A1B0")),
        ("→", ("A1FA", "A1FA", "A1FA")),
        ("①", ("A2D9", "A2D9", "A2D9")),
        ("℃", ("A1E6", "A1E6", "A1E6")),
        ("é", ("A8A6", "A8A6", "A8A6")),
        ("〇", (None, "A996", "A996")),
        ("㎡", (None, "A94F", "A94F")),
        ("堃", (None, "88D2", "88D2")),
        ("€", (None, None, "A2E3")),
        ("䶮", (None, None, "FE9F")),
        ("ǹ", (None, None, "A8BF")),
        ("¥", (None, None, None)),
        ("Ü", (None, None, None)),
        ("₂", (None, None, None)),
        ("𬭎", (None, None, None)),
        ("😀", (None, None, None)),
        ("\ue5e5", (None, None, None)),
        ("\x1b", (None, None, None)),
        ("\x7f", (None, None, None)),
        ("\ud800", (None, None, None)),
    ],
)
def test_bytes_of_known_characters(ch: str, expected: tuple[str | None, ...]) -> None:
    """Each character has the bytes of its national standard, in the charsets that hold it and in no other."""
    found = [code(ch, charset) for charset in CHARSETS]
    assert [each.hex().upper() if each else None for each in found] == list(expected)


def test_gb2312_is_whole() -> None:
    """All 6763 hanzi of GB 2312 print on every printer, with the bytes of its rows and cells."""
    rows = [bytes((lead, trail)) for lead in range(0xB0, 0xF8) for trail in range(0xA1, 0xFF)]
    hanzi = [(row, row.decode("gb2312", errors="ignore")) for row in rows]
    held = [(row, ch) for row, ch in hanzi if ch]
    assert len(held) == 6763
    assert all(code(ch, charset) == row for row, ch in held for charset in CHARSETS)


def test_nothing_is_a_command() -> None:
    """Over all of Unicode a code is one printable ASCII byte or two bytes that no printer takes for a command."""
    for number in range(0x110000):
        for charset in CHARSETS:
            found = code(chr(number), charset)
            if found is not None and len(found) == 1:
                assert 0x20 <= found[0] <= 0x7E
            elif found is not None:
                assert len(found) == 2
                assert 0x81 <= found[0] <= 0xFE
                assert 0x40 <= found[1] <= 0xFE


@pytest.mark.parametrize(
    ("text", "charset", "expected"),
    [
        ("¥35–40", "gbk", "￥35-40"),
        ("e\u0301", "gbk", "é"),
        ("H₂O 25㎎", "gb2312", "H2O 25mg"),
        ("25㎎", "gbk", "25㎎"),
        ("ﬁ ² ™", "gbk", "fi 2 TM"),
        ("阿依努尔・买买提", "gb2312", "阿依努尔·买买提"),
        ("王\u200b小\u202e明\ufeff", "gbk", "王小明"),
        ("a\tb\u00a0c\u2003d\r\ne", "gbk", "a b c d  e"),
        ("王　明", "gb2312", "王　明"),
        ("a\x1b@\x00\x10\x04\x01b", "gbk", "a@b"),
        ("❤\ufe0f", "gbk", "❤"),
        ("\u2f08", "gb2312", "人"),
        ("Müller Ä", "gbk", "Müller Ä"),
        ("䶮", "gb2312", "䶮"),
    ],
)
def test_spelling(text: str, charset: Charset, expected: str) -> None:
    """Look-alikes and plain forms replace what no printer holds; what has none stays as it is, to be drawn."""
    assert spell(text, charset) == expected


@given(anything, st.sampled_from(CHARSETS))
def test_spelling_twice_changes_nothing(text: str, charset: Charset) -> None:
    """Spelled text is spelled: rendering a document again gives the same paper."""
    assert spell(spell(text, charset), charset) == spell(text, charset)


@given(anything)
def test_clean_text_has_nothing_unseen(text: str) -> None:
    """No control, formatting, surrogate or private-use character is left, nor a line break."""
    assert all(ch.isprintable() or ch == "\u3000" or ord(ch) > 0xFFFF for ch in clean(text) if ord(ch) < 0x3000)
    assert "\n" not in clean(text)


@given(st.text("aé口䶮😀한\u0301", max_size=20))
def test_columns_add_up(text: str) -> None:
    """The width of a text is the sum of its characters', so wrapping may count as it goes."""
    assert columns(text, "gbk") == sum(columns(ch, "gbk") for ch in text)
