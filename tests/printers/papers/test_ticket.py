"""The ticket: what is on it, and what must not be."""

from datetime import datetime

import pytest

from clinic.setup import Name
from clinic.waits import Wait
from printers.document import Both, Document, Qr, Text, from_json, to_json
from printers.papers.reprint import reprint
from printers.papers.ticket import ticket
from tests.printers import make
from tests.printers.make import AT


def words_of(document: Document) -> str:
    """Everything the document says, block by block."""
    return "\n".join(str(value) for block in to_json(document)["blocks"] for value in block.values())


def test_the_whole_ticket() -> None:
    """Clinic, number, masked name, room, service, dentist, people ahead, wait, time and place, in two languages."""
    said = words_of(ticket(make.slip()))
    for wanted in ("白榆口腔", "Baiyu Dental", "A023", "王*明", "3 号诊室", "Room 3", "洁牙", "Scaling", "Dr Li Wen"):
        assert wanted in said
    for wanted in ("前面 2 位", "2 ahead", "约等 10–20 分钟", "about 10–20 min", "2026-11-23 10:12", "自助机 1"):
        assert wanted in said


def test_it_survives_storage() -> None:
    """The document in the database is the document that was made."""
    assert from_json(to_json(ticket(make.slip()))) == ticket(make.slip())


@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        (Wait(10, 20, "planned"), "约等 10–20 分钟"),
        (Wait(0, 5, "planned"), "5 分钟内"),
        (Wait(45, 60, "planned", capped=True), "约等 45 分钟以上"),
        (Wait(60, 60, "recent", capped=True), "60 min or more"),
        (None, "现在还估不出时间"),
    ],
)
def test_wait(wait: Wait | None, expected: str) -> None:
    """A range, a least, or the honest answer that there is none; never 0 or None."""
    said = words_of(ticket(make.slip(wait=wait)))
    assert expected in said
    assert "None" not in said


@pytest.mark.parametrize(("ahead", "zh", "en"), [(0, "前面没有人", "No one ahead"), (1, "前面 1 位", "1 ahead")])
def test_people_ahead(ahead: int, zh: str, en: str) -> None:
    """Nobody ahead is said in words."""
    said = words_of(ticket(make.slip(ahead=ahead)))
    assert zh in said
    assert en in said


def test_no_room_yet() -> None:
    """Without a room the ticket sends people to the screen, not to a door called None."""
    said = words_of(ticket(make.slip(room=None)))
    assert "请看屏幕" in said
    assert "Watch the screen" in said
    assert "→" not in said


def test_number_only() -> None:
    """Where no name and no service may be shown, neither leaves a trace, and nothing raises."""
    document = ticket(make.slip(patient="", service=None, dentist=None))
    assert "王" not in words_of(document)
    assert "洁牙" not in words_of(document)
    assert all(block.text for block in document.blocks if isinstance(block, Text))


def test_no_english_names() -> None:
    """A clinic that gave no English names has no Chinese repeated in their place."""
    document = ticket(make.slip(clinic=Name("白榆口腔"), service=Name("洁牙"), dentist=Name("李文"), room=Name("3 号")))
    assert words_of(document).count("白榆口腔") == 1
    assert Both(("洁牙 · 李文",), ("",)) in document.blocks


def test_without_qr() -> None:
    """Where phones cannot reach the clinic there is no code, and nobody is told to scan."""
    document = ticket(make.slip(qr=None, form_pending=True))
    assert not any(isinstance(block, Qr) for block in document.blocks)
    assert "扫" not in words_of(document)
    assert "请到前台填写" in words_of(document)


def test_form_pending() -> None:
    """The form that is still to do is named only while it is."""
    assert "健康问卷还没填，请扫码填写" in words_of(ticket(make.slip(form_pending=True)))
    assert "问卷" not in words_of(ticket(make.slip()))


def test_the_clinics_own_missed_call_rule() -> None:
    """A rule of the clinic's own replaces the usual line."""
    said = words_of(ticket(make.slip(missed_call=Name("过号请到 2 楼前台", "Missed it? See desk 2."))))
    assert "过号请到 2 楼前台" in said
    assert "没赶上" not in said


def test_times_are_aware() -> None:
    """A naive time, or fewer than no people ahead, is a bug and raises."""
    with pytest.raises(ValueError, match="zone"):
        make.slip(printed_at=datetime(2026, 11, 23, 10, 12))  # noqa: DTZ001
    with pytest.raises(ValueError, match="ahead"):
        make.slip(ahead=-1)


def test_a_second_reprint_replaces_the_first_mark() -> None:
    """However often a ticket is printed again, it carries one mark, the last."""
    once = reprint(ticket(make.slip()), 1, AT)
    twice = reprint(once, 2, AT)
    assert len(once.blocks) == len(twice.blocks) == len(ticket(make.slip()).blocks) + 1
    assert "Copy 2" in words_of(twice)
    assert "Copy 1" not in words_of(twice)


@pytest.mark.parametrize(("copy", "at"), [(0, AT), (1, AT.replace(tzinfo=None))])
def test_a_reprint_has_a_number_and_a_time(copy: int, at: datetime) -> None:
    """Copy 0 is not a copy, and its time is aware."""
    with pytest.raises(ValueError, match="reprint"):
        reprint(ticket(make.slip()), copy, at)
