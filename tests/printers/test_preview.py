"""The preview: bytes as a picture that a person and a scanner can read."""

from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from printers.document import Document, Number, Qr, Rule, Text
from printers.escpos import render
from printers.papers.samples import SAMPLES
from printers.papers.ticket import ticket
from printers.preview import preview, text_of
from printers.profiles import PROFILES, Profile
from tests.printers import make
from tests.printers.make import AT, JOB

each_profile = pytest.mark.parametrize("on", PROFILES.values(), ids=PROFILES.keys())


def picture(document: Document, on: Profile, font: Path) -> Image.Image:
    data = render(document, on, job_id=JOB, font=font)
    return Image.open(BytesIO(preview(data, on, font))).convert("L")


@each_profile
def test_the_qr_code_can_be_scanned(on: Profile, font: Path) -> None:
    """Native or drawn, the code on the picture of a ticket reads as its payload."""
    codes = zxingcpp.read_barcodes(picture(ticket(make.slip()), on, font))
    assert [code.text for code in codes] == [make.slip().qr]


@pytest.mark.parametrize("kind", SAMPLES)
@each_profile
def test_every_paper_has_a_picture(kind: str, on: Profile, font: Path) -> None:
    """As wide as the printer's dots, black on white, neither empty nor black."""
    shown = picture(SAMPLES[kind](AT), on, font)
    ink = shown.histogram()[0] / (shown.width * shown.height)
    assert shown.width == on.dots
    assert 0.03 < ink < 0.3


def test_the_number_dominates(font: Path) -> None:
    """The number's digits are several times as tall as text, and stand in the middle."""
    on = make.profile()
    box = _ink(picture(Document("ticket", (Number("A023"),)), on, font))
    text = _ink(picture(Document("ticket", (Text("A023"),)), on, font))
    assert box[3] - box[1] > 6 * (text[3] - text[1])
    assert abs((box[0] + box[2]) / 2 - on.dots / 2) < 12
    assert text[0] < 4


def test_a_rule_reaches_both_edges(font: Path) -> None:
    """A dashed line goes from one side of the paper to the other."""
    box = _ink(picture(Document("ticket", (Rule(),)), make.profile(), font))
    assert box[0] < 12
    assert box[2] > 372


@each_profile
def test_the_qr_code_has_its_quiet_zone(on: Profile, font: Path) -> None:
    """Four blank modules on every side of the code, whatever stands above and below it."""
    shown = picture(Document("ticket", (Text("口"), Qr("http://x/"), Text("口"))), on, font)
    blank = [
        row.getextrema() == (255, 255) for row in (shown.crop((0, y, on.dots, y + 1)) for y in range(shown.height))
    ]
    first = blank.index(False)
    top = blank.index(False, blank.index(True, first))
    bottom = blank.index(True, top)
    left, _, right, _ = _ink(shown.crop((0, top, on.dots, bottom)))
    quiet = 4 * (bottom - top) // 21
    assert top - blank.index(True, first) >= quiet
    assert blank.index(False, bottom) - bottom >= quiet
    assert left >= quiet
    assert on.dots - right >= quiet


def test_native_and_drawn_codes_agree(font: Path) -> None:
    """What the preview draws for a printer's own QR code is what we draw for a printer without."""
    document = Document("ticket", (*ticket(make.slip()).blocks[-8:],))
    native, drawn = (picture(document, make.profile(native_qr=own), font) for own in (True, False))
    assert native.tobytes() == drawn.tobytes()


def test_text_of_a_sheet(font: Path) -> None:
    """The text of a sheet comes back line by line."""
    text = text_of(render(ticket(make.slip()), make.profile(), job_id=JOB, font=font))
    assert text.splitlines()[:2] == ["白榆口腔", "Baiyu Dental"]
    assert "2026-11-23 10:12  自助机 1" in text.splitlines()


@pytest.mark.parametrize("data", [b"\x1b!\x30", b"\x00", b"\x1b@\x1d(k\x09\x00\x31", b"\x1b@\xbf", b"\x1b"])
def test_foreign_or_broken_bytes_are_refused(data: bytes, font: Path) -> None:
    """Bytes that we never make raise ValueError instead of a wrong picture."""
    with pytest.raises(ValueError, match=" "):
        preview(data, make.profile(), font)


def _ink(shown: Image.Image) -> tuple[int, int, int, int]:
    box = shown.point(lambda level: 255 - level).getbbox()
    assert box
    return box
