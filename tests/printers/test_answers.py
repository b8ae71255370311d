"""What printers answer, told apart in one stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printers.answers import (
    ERROR_CAUSE,
    OFFLINE_CAUSE,
    PAPER,
    STATUS,
    Answer,
    Answers,
    Status,
    acknowledges,
    ask,
    pushed_status,
    status_of,
)

STREAM = bytes.fromhex("12 3722 6a306221 00 00 14000000 13 1e 11 0f 5f4550534f4e00 72 80 03")
MEANING = [
    Answer("status", b"\x12"),
    Answer("block", b"7\x22j0b!\x00"),
    Answer("fence", b"\x00"),
    Answer("pushed", b"\x14\x00\x00\x00"),
    Answer("status", b"\x1e"),
    Answer("fence", b"\x0f"),
    Answer("block", b"_EPSON\x00"),
    Answer("status", b"\x72"),
    Answer("fence", b"\x03"),
]


def test_answers_are_told_apart() -> None:
    """Status, acknowledgement, fence, pushed status and flow control in one stream, each for what it is."""
    assert list(Answers().feed(STREAM)) == MEANING


@given(st.lists(st.integers(1, len(STREAM) - 1)))
def test_pieces_make_no_difference(cuts: list[int]) -> None:
    """However the network cuts the stream, the answers are the same."""
    answers, at, found = Answers(), 0, []
    for cut in [*sorted(set(cuts)), len(STREAM)]:
        found += list(answers.feed(STREAM[at:cut]))
        at = cut
    assert found == MEANING


@given(st.binary(max_size=200))
def test_rubbish_raises_nothing(data: bytes) -> None:
    """A printer may send anything."""
    list(Answers().feed(data))


def test_an_endless_block_does_not_block() -> None:
    """A block without its end is given up after a while, and later answers are heard."""
    answers = Answers()
    assert list(answers.feed(b"\x37" + b"\x93" * 100 + b"\x12")) == [Answer("status", b"\x12")]


@pytest.mark.parametrize(
    ("replies", "expected", "blocked"),
    [
        ({STATUS: 0x12}, Status(known=True), None),
        ({STATUS: 0x16, OFFLINE_CAUSE: 0x12, PAPER: 0x12}, Status(known=True), None),
        ({STATUS: 0x12, PAPER: 0x1E}, Status(known=True, paper="near_end"), None),
        ({STATUS: 0x1A, OFFLINE_CAUSE: 0x32, PAPER: 0x7E}, Status(known=True, online=False, paper="out"), "paper"),
        ({STATUS: 0x1A, OFFLINE_CAUSE: 0x16}, Status(known=True, online=False, cover_open=True), "cover"),
        ({STATUS: 0x1A, OFFLINE_CAUSE: 0x36}, Status(True, False, "out", cover_open=True), "paper"),
        ({STATUS: 0x1A, OFFLINE_CAUSE: 0x52, ERROR_CAUSE: 0x1A}, Status(True, False, fault="cutter"), "fault"),
        ({STATUS: 0x1A, OFFLINE_CAUSE: 0x52, ERROR_CAUSE: 0x32}, Status(True, False, fault="unrecoverable"), "fault"),
        ({STATUS: 0x1A, OFFLINE_CAUSE: 0x52}, Status(True, False, fault="recoverable"), "fault"),
        ({STATUS: 0x1A}, Status(known=True, online=False), "offline"),
    ],
)
def test_status(replies: dict[int, int], expected: Status, blocked: str | None) -> None:
    """The bits of DLE EOT as the manuals give them, and why the printer cannot print now."""
    assert status_of(replies) == expected
    assert status_of(replies).blocked == blocked


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("10000000", Status(known=True)),
        ("18000000", Status(known=True, online=False)),
        ("38000000", Status(known=True, online=False, cover_open=True)),
        ("18000C00", Status(known=True, online=False, paper="out")),
        ("10000300", Status(known=True, paper="near_end")),
        ("18080000", Status(known=True, online=False, fault="cutter")),
    ],
)
def test_pushed(body: str, expected: Status) -> None:
    """The four bytes a printer sends by itself."""
    assert pushed_status(bytes.fromhex(body)) == expected


def test_only_the_own_job_is_acknowledged() -> None:
    """The echo of another job, or another block, proves nothing."""
    assert acknowledges(Answer("block", b"7\x22j0b!\x00"), b"j0b!")
    assert not acknowledges(Answer("block", b"7\x22j0b?\x00"), b"j0b!")
    assert not acknowledges(Answer("block", b"_\x22j0b!\x00"), b"j0b!")
    assert not acknowledges(Answer("fence", b"\x00"), b"j0b!")


def test_the_question() -> None:
    """DLE EOT n."""
    assert ask(PAPER) == b"\x10\x04\x04"
