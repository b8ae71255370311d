"""Bytes: what a printer receives, read by a checker of our own."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from printers.document import Both, Document, Ends, Gap, Mark, Number, Qr, Text
from printers.escpos import process_id, render
from printers.papers import PAPERS
from printers.papers.reprint import reprint
from printers.papers.samples import SAMPLES
from printers.papers.ticket import ticket
from printers.profiles import PROFILES, Charset, Profile
from tests.printers import make
from tests.printers.byte_checker import Line, Picture
from tests.printers.make import AT, JOB, printed

TORTURE = "￥ ¥ · — … “” 〇 ① ℃ ㎡ é Ü ₂ 䶮 𬭎 😀"
RARE = "䶮㛃𬭎𫖯𱁬㑇㕮㘎㙍㙘㙦㛚㛹㟃㠇㠓㤘㥄㧐㧑"
each_profile = pytest.mark.parametrize("on", PROFILES.values(), ids=PROFILES.keys())


@pytest.mark.parametrize("kind", PAPERS)
@each_profile
def test_every_paper_on_every_profile_is_clean(kind: str, on: Profile, font: Path) -> None:
    """No finding, one cut where there is a cutter, and the acknowledgement the profile knows behind it."""
    report = printed(SAMPLES[kind](AT), on, font)
    assert report.findings == []
    assert report.cuts == (on.cutter != "none")
    assert report.process_ids == ([JOB] if on.acknowledgement == "process_id" else [])
    assert report.fences == (on.acknowledgement != "none")


@pytest.mark.parametrize("name", ["generic-58", "generic-80", "epson-80-180dpi"])
def test_a_chinese_ticket_is_small(name: str) -> None:
    """A bilingual ticket with QR and everything on it fits into 700 bytes of text and commands, and no picture."""
    slip = make.slip(qr="https://clinic.example.org/t/4fJq7Zr2KxWmTgYb")
    data = render(ticket(slip), PROFILES[name], job_id=JOB)
    report = make.read(data, PROFILES[name], expected=("白榆口腔", "A023", "3 号诊室"), qr=slip.qr)
    assert report.findings == []
    assert report.pictures == []
    assert len(data) <= 700


def test_golden_ticket_58(font: Path) -> None:
    """The ticket on 58 mm, line by line: text, size, place."""
    report = printed(ticket(make.slip()), PROFILES["generic-58"], font)
    found = [(line.text, max(line.sizes), line.align) for line in report.lines]
    assert found == [
        ("白榆口腔", (2, 2), 1),
        ("Baiyu Dental", (1, 1), 1),
        ("-" * 16, (2, 1), 0),
        ("您的号码  Your number", (1, 1), 1),
        ("A023", (7, 7), 1),
        ("王*明", (2, 2), 1),
        ("-" * 16, (2, 1), 0),
        ("→ 3 号诊室", (2, 2), 1),
        ("Room 3", (1, 1), 1),
        ("洁牙 · 李文 医生", (1, 1), 1),
        ("Scaling · Dr Li Wen", (1, 1), 1),
        ("-" * 16, (2, 1), 0),
        ("前面 2 位，约等 10-20 分钟", (1, 1), 1),
        ("2 ahead, about 10-20 min", (1, 1), 1),
        ("扫一扫，手机上看排队", (1, 1), 1),
        ("Scan to see your place in line", (1, 1), 1),
        ("-" * 16, (2, 1), 0),
        ("没赶上叫号？到前台说一声", (1, 1), 1),
        ("Missed it? Tell reception.", (1, 1), 1),
        ("2026-11-23 10:12  自助机 1", (1, 1), 0),
    ]
    assert report.qr == ["http://192.168.1.20:8000/v/4fJq7Zr2KxWm"]
    assert report.modules == [7]


def test_golden_ticket_80(font: Path) -> None:
    """The ticket on 80 mm: Chinese left, English right, ending at the right edge."""
    report = printed(ticket(make.slip()), PROFILES["generic-80"], font)
    found = [(line.text, max(line.sizes)) for line in report.lines]
    assert found[4] == ("A023", (8, 8))
    assert found[7:10] == [
        ("→ 3 号诊室  Room 3", (2, 2)),
        ("洁牙 · 李文 医生  Scaling · Dr Li Wen", (1, 1)),
        ("-" * 24, (2, 1)),
    ]
    assert found[10:12] == [("前面 2 位  2 ahead", (1, 1)), ("约等 10-20 分钟  about 10-20 min", (1, 1))]
    assert found[-3][0] == "没赶上叫号？到前台说一声，会再排上。"
    assert {line.reach for line in report.lines if "  " in line.text and line.align == 0} == {576}


def test_the_skeleton(font: Path) -> None:
    """Init and double-byte mode first; the cut, the process ID and the fence last."""
    data = render(make.document("a"), make.profile(), job_id=JOB, font=font)
    assert data == b"\x1b@\x1c&\x1cS\x00\x00a\n\x1dVB\x03\x1d(H\x06\x0000j0b!\x1dr\x01"


def test_sizes_return_to_normal(font: Path) -> None:
    """Body text after something large is of size 1, and no size command but GS ! is sent."""
    report = printed(
        Document("ticket", (Text("大", size=3), Text("小"), Number("A1"), Text("小"))), make.profile(), font
    )
    assert [line.sizes for line in report.lines] == [{(3, 3)}, {(1, 1)}, {(8, 8)}, {(1, 1)}]
    assert report.findings == []


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "gb18030"])
def test_character_torture(charset: Charset, font: Path) -> None:
    """Characters of every kind: as text in the printer's own charset or drawn, never a `?` or a four-byte code."""
    on = make.profile("generic-80", charset=charset)
    texts = [TORTURE, *TORTURE.split(), *RARE]
    report = printed(make.document(*texts), on, font)
    assert report.findings == []
    assert "?" not in report.text
    assert len(report.printed) == len(texts) - 1  # The emoji alone leaves nothing to print.


def test_what_the_printer_holds_is_text(font: Path) -> None:
    """Only the lines that need it are drawn."""
    report = printed(make.document("王小明", "王䶮明", "王*明"), make.profile(), font)
    assert [type(each) for each in report.printed] == [Line, Picture, Line]


def test_a_rare_character_is_drawn_as_itself(font: Path) -> None:
    """The dots on paper are those of the character in the font, in the middle of the paper."""
    on = make.profile()
    report = printed(Document("ticket", (Text("䶮", "center", size=2),)), on, font)
    (picture,) = report.pictures
    face = ImageFont.truetype(font, 48)
    glyph = Image.new("L", (48, 60))
    ImageDraw.Draw(glyph).text((0, 48), "䶮", fill=255, font=face, anchor="ls")
    left = (on.dots - 48) // 2
    levels = glyph.tobytes()
    wanted = [[levels[y * 48 + x] >= 145 for x in range(48)] for y in range(60)]
    assert [(row + [False] * on.dots)[left : left + 48] for row in picture.rows] == wanted
    assert 300 < sum(map(sum, picture.rows)) < 1500


def test_a_drawn_line_has_its_place(font: Path) -> None:
    """Left, centred, right and at both ends: drawn lines stand where text would."""
    on = make.profile()
    blocks = (Text("䶮", "left"), Text("䶮", "center"), Text("䶮", "right"), Ends("䶮", "䶮"))
    report = printed(Document("ticket", blocks), on, font)
    spans = [_span(picture) for picture in report.pictures]
    assert [0 <= start < 4 for start, _ in spans] == [True, False, False, True]
    assert 180 <= spans[1][0] < spans[1][1] <= 204
    assert [380 <= end < 384 for _, end in spans] == [False, False, True, True]


def test_a_drawn_line_is_never_wider_than_the_paper(font: Path) -> None:
    """Wide letters that a column count takes for narrow ones are set smaller, not cut off."""
    on = make.profile()
    report = printed(make.document("Ü" * 32), on, font)
    (picture,) = report.pictures
    inked = [any(row[x] for row in picture.rows) for x in range(len(picture.rows[0]))]
    letters = sum(ink and not before for before, ink in zip([False, *inked], inked, strict=False))
    assert report.findings == []
    assert letters == 32


def test_without_a_font_a_missing_letter_is_a_geta() -> None:
    """No font: a letter the printer lacks is 〓, an emoji is left out, and nothing raises."""
    report = printed(make.document("王䶮😀明 Ü한"), make.profile())
    assert report.lines[0].text == "王〓明 〓〓"
    assert report.findings == []


def test_a_letter_no_font_has_is_never_a_box(font: Path) -> None:
    """An emoji leaves no ink; a letter outside the font is drawn as a geta, not as the font's box."""
    assert printed(make.document("😀"), make.profile(), font).printed == []
    arabic, geta = (printed(make.document(text), make.profile(), font).pictures for text in ("ع䶮", "〓䶮"))
    assert arabic[0].rows == geta[0].rows


def test_qr_falls_back_to_a_picture(font: Path) -> None:
    """A printer without QR codes gets one drawn, of at least 4 dots a module, in strips it can take."""
    on = make.profile("generic-58", native_qr=False, strip=64)
    report = printed(ticket(make.slip()), on, font)
    assert report.qr == []
    assert report.findings == []
    assert [len(picture.rows) for picture in report.pictures] == [64, 64, 64, 11]


def test_long_qr_codes_still_fit() -> None:
    """The longest payload keeps its quiet zone on narrow paper."""
    report = printed(Document("ticket", (Qr("x" * 300),)), PROFILES["generic-58"])
    modules = 17 + 4 * 14
    assert report.modules == [4]
    assert (modules + 8) * report.modules[0] <= 384


def test_pictures_hold_no_real_time_commands(font: Path) -> None:
    """Whatever is drawn, bytes that some printers act on even inside a picture do not occur."""
    text = "".join(chr(0x4E00 + step * 7) + "䶮" for step in range(200))
    report = printed(make.document(text), make.profile("generic-80"), font)
    assert len(report.pictures) > 15
    assert report.findings == []


@pytest.mark.parametrize("job_id", [b"", b"abc", b"abcde", b"ab\x1bc", b"ab\xe9c"])
def test_a_bad_job_id_is_refused(job_id: bytes) -> None:
    """Four printable bytes, or the printer's answer could not be told from others."""
    with pytest.raises(ValueError, match="four printable"):
        render(make.document("a"), make.profile(), job_id=job_id)


def test_process_ids_differ() -> None:
    """Attempts that follow each other have different process IDs, all of them good."""
    ids = [process_id(number) for number in (*range(20_000), 94**4 - 1, 94**4 + 1)]
    assert len(set(ids[:20_000])) == 20_000
    assert all(len(each) == 4 and all(0x21 <= byte <= 0x7E for byte in each) for each in ids)
    assert process_id(94**4 + 5) == process_id(5)


def test_a_reprint_shows_it(font: Path) -> None:
    """A copy begins with its mark and is otherwise the same ticket."""
    on = make.profile()
    first = printed(ticket(make.slip()), on, font)
    second = printed(reprint(ticket(make.slip()), 2, AT), on, font)
    assert second.findings == []
    assert [line.text for line in second.lines[:2]] == ["补打 REPRINT", "第 2 次 Copy 2  2026-11-23 10:12"]
    assert [line.text for line in second.lines[3:]] == [line.text for line in first.lines]


anything = st.text(st.characters(exclude_categories=()), max_size=70)
sizes = st.integers(1, 8)
wild_blocks = st.one_of(
    st.builds(Text, anything, st.sampled_from(["left", "center", "right"]), sizes, st.booleans(), anything),
    st.builds(Both, st.tuples(anything), st.tuples(anything), sizes),
    st.builds(Ends, anything, anything),
    st.builds(Number, st.text(st.characters(exclude_categories=()), min_size=1, max_size=12)),
    st.builds(Mark, st.text(st.characters(exclude_categories=()), min_size=1, max_size=70), anything),
    st.builds(Gap, st.integers(1, 255)),
)
wild = st.builds(Document, st.just("ticket"), st.lists(wild_blocks, min_size=1, max_size=4).map(tuple))
profiles = st.builds(
    replace, st.sampled_from(list(PROFILES.values())), charset=st.sampled_from(["gb2312", "gbk", "gb18030"])
)


@settings(max_examples=2500)
@given(wild, profiles)
def test_any_text_at_all(document: Document, on: Profile) -> None:
    """Whatever Unicode a text holds, nothing raises, nothing is wider than the paper, no byte of it is a command."""
    assert printed(document, on).findings == []


@settings(max_examples=250)
@given(document=wild, on=profiles)
def test_any_text_at_all_with_a_font(document: Document, on: Profile, font: Path) -> None:
    """The same where lines are drawn."""
    assert printed(document, on, font).findings == []


def _span(picture: Picture) -> tuple[int, int]:
    """The first and the last column with ink."""
    inked = [x for x in range(len(picture.rows[0])) if any(row[x] for row in picture.rows)]
    return inked[0], inked[-1]
