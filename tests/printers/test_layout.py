"""Setting: nothing wider than the paper, nothing lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printers.charset import columns, spell
from printers.document import Block, Both, Document, Ends, Mark, Number, Text
from printers.layout import Line, typeset, wrap
from printers.profiles import PROFILES, Profile
from tests.printers.make import profile

NARROW, WIDE = PROFILES["generic-58"], PROFILES["generic-80"]


def lines(block: Block, on: Profile) -> list[Line]:
    """The lines of one block, without the gaps between them."""
    placed = typeset(Document("ticket", (block,)), on, lambda text: spell(text, on.charset))
    return [item for item in placed if isinstance(item, Line)]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("洗牙", 32, ["洗牙"]),
        ("", 32, []),
        ("   ", 32, []),
        ("没赶上叫号？到前台说一声，会再排上。", 32, ["没赶上叫号？到前台说一声，会再排", "上。"]),
        ("一二三四。五", 8, ["一二三", "四。五"]),
        ("一二三（四五）", 8, ["一二三", "（四五）"]),
        ("Missed your call? Just tell reception.", 16, ["Missed your", "call? Just tell", "reception."]),
        ("Donaudampfschifffahrt", 8, ["Donaudam", "pfschiff", "fahrt"]),
        ("洗牙 Scaling", 12, ["洗牙 Scaling"]),
        ("洗牙 Scaling", 11, ["洗牙", "Scaling"]),
        ("，，，，，，", 4, ["，，", "，，", "，，"]),
    ],
)
def test_wrapping(text: str, width: int, expected: list[str]) -> None:
    """Lines break between words and between hanzi, and closing marks stay with what they close."""
    assert wrap(text, width, "gbk") == expected


@given(st.text("a b中，。（）Ü한-", max_size=80), st.integers(2, 48))
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    """Every character but white space is printed, in order, and no line is wider than it may be."""
    wrapped = wrap(text, width, "gbk")
    assert "".join(wrapped).replace(" ", "") == text.replace(" ", "")
    assert all(0 < columns(line, "gbk") <= width for line in wrapped)
    assert all(line == line.strip(" ") for line in wrapped)


@pytest.mark.parametrize(
    ("number", "on", "size"),
    [
        ("A023", NARROW, 7),
        ("A023", WIDE, 8),
        ("A1025", NARROW, 6),
        ("K1-07", NARROW, 6),
        ("A1025", WIDE, 8),
        ("A023", PROFILES["epson-80-180dpi"], 8),
        ("ABCDEFGHIJKL", NARROW, 2),
    ],
)
def test_the_number_fills_the_paper(number: str, on: Profile, size: int) -> None:
    """A ticket number is as large as paper and command allow, centred and bold, on one line."""
    assert lines(Number(number), on) == [Line(number, align="center", size=size, bold=True)]


def test_two_languages_side_by_side_on_80() -> None:
    """On 80 mm each phrase is a line, Chinese left and English right."""
    both = Both(("前面 2 位", "约等 10-20 分钟"), ("2 ahead", "about 10-20 min"))
    assert lines(both, WIDE) == [Line("前面 2 位", "2 ahead"), Line("约等 10-20 分钟", "about 10-20 min")]


def test_two_languages_below_each_other_on_58() -> None:
    """On 58 mm the phrases are joined and centred, English below."""
    both = Both(("前面 2 位", "约等 10-20 分钟"), ("2 ahead", "about 10-20 min"))
    joined = [Line("前面 2 位，约等 10-20 分钟", align="center"), Line("2 ahead, about 10-20 min", align="center")]
    assert lines(both, NARROW) == joined


def test_phrases_that_do_not_fit_together_stand_alone() -> None:
    """On 58 mm phrases too long to share a line each have their own, instead of breaking in the middle."""
    both = Both(("前面没有人", "现在还估不出时间，请稍等片刻"), ("No one ahead", "No estimate yet, just a moment"))
    assert [line.left for line in lines(both, NARROW)] == [
        "前面没有人",
        "现在还估不出时间，请稍等片刻",
        "No one ahead",
        "No estimate yet, just a moment",
    ]


def test_large_words_too_long_for_one_line_are_centred() -> None:
    """On 80 mm a large pair that does not fit is set as on 58 mm, English small."""
    assert lines(Both(("请看屏幕",), ("Watch the screen",), size=2), WIDE) == [
        Line("请看屏幕", align="center", size=2, bold=True),
        Line("Watch the screen", align="center"),
    ]


def test_chinese_alone() -> None:
    """Without English there is no empty line for it."""
    assert lines(Both(("洁牙",), ("",)), WIDE) == [Line("洁牙")]
    assert lines(Both(("洁牙",)), NARROW) == [Line("洁牙", align="center")]


def test_ends_that_do_not_fit() -> None:
    """Two long texts stand below each other, the second still on the right."""
    assert lines(Ends("2026-11-23 10:12", "二楼大厅东侧自助机 12"), NARROW) == [
        Line("2026-11-23 10:12"),
        Line("二楼大厅东侧自助机 12", align="right"),
    ]


def test_short_wording_only_where_it_helps() -> None:
    """The short wording is taken on narrow paper, and only if it makes one line of it."""
    text = Text("没赶上叫号？到前台说一声，会再排上。", short="没赶上叫号？到前台说一声")
    assert [line.left for line in lines(text, WIDE)] == ["没赶上叫号？到前台说一声，会再排上。"]
    assert [line.left for line in lines(text, NARROW)] == ["没赶上叫号？到前台说一声"]
    useless = Text("x" * 40, short="y" * 33)
    assert [line.left for line in lines(useless, NARROW)] == ["x" * 32, "x" * 8]


def test_a_reprint_is_marked_large() -> None:
    """The mark of a copy is at least twice the text's size, with its note below."""
    assert lines(Mark("补打 REPRINT", "第 1 次"), NARROW) == [
        Line("补打 REPRINT", align="center", size=2, bold=True),
        Line("第 1 次", align="center"),
    ]


def test_a_sixty_hanzi_name_wraps() -> None:
    """A very long name takes several lines and loses nothing."""
    name = "口腔颌面外科与牙周病学及修复种植联合门诊" * 3
    assert "".join(line.left for line in lines(Text(name), profile())) == name
