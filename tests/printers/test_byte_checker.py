"""The byte checker itself: it must see every fault it is there for."""

import pytest

from tests.printers.byte_checker import Token, Tokens, check

INIT = b"\x1b@\x1c&"
CUT = b"\x1dVB\x03"
MOUTH = "口".encode("gb18030")


@pytest.mark.parametrize(
    ("data", "finding"),
    [
        (b"\x1c&a\n" + CUT, "no-init"),
        (b"\x1b@a\n" + CUT, "kanji-mode-implicit"),
        (INIT + b"a\n", "no-cut"),
        (INIT + b"a" + CUT, "cut-mid-line"),
        (INIT + b"a" + INIT + b"\n" + CUT, "init-drops-text"),
        (INIT + CUT + b"a\n", "text-after-cut"),
        (INIT + CUT + b"a", "text-without-line-feed"),
        (INIT + b"a" * 33 + b"\n" + CUT, "line-too-wide"),
        (INIT + b"\x1d!\x11" + b"a" * 17 + b"\n" + CUT, "line-too-wide"),
        (INIT + MOUTH * 17 + b"\n" + CUT, "line-too-wide"),
        (INIT + b"ab\x1b$\x06\x00c\n" + CUT, "overprint"),
        (INIT + b"a\x1ba\x01\n" + CUT, "align-mid-line"),
        (INIT + b"\x1b!\x30" + CUT, "esc-excl-han"),
        (INIT + b"\x1cS\x01\x00" + CUT, "hanzi-spacing"),
        (INIT + b"\x1d!\x88" + CUT, "size-out-of-range"),
        (INIT + b"\x07" + CUT, "unknown-command"),
        (INIT + b"\x1b\x07" + CUT, "unknown-command"),
        (INIT + b"\x1d(k\x09\x00\x31" + CUT, "truncated-command"),
        (INIT + b"\x7f\n" + CUT, "bad-multibyte"),
        (INIT + b"\xff\n" + CUT, "bad-multibyte"),
        (INIT + b"\x81\x30\x84\x36\n" + CUT, "gb18030-4byte"),
        (INIT + b"\xaa\xa1\n" + CUT, "private-use"),
        (INIT + b"\xa9\x96\n" + CUT, "outside-gb2312"),
        (INIT + "欢迎光临".encode() + b"\n" + CUT, "looks-like-utf8"),
        (INIT + b"\x1d(k\x03\x001Q0" + CUT, "qr-empty"),
        (INIT + b"\x1dv0\x00\x31\x00\x01\x00" + bytes(49) + CUT, "image-too-wide"),
        (INIT + b"\x1dv0\x00\x04\x00\x01\x00\x00\x10\x04\x01" + CUT, "realtime-in-image"),
        (INIT + CUT + b"\x1d(H\x06\x0000ab\x01c", "bad-process-id"),
        (INIT + b"\x1d(H\x06\x0000abcd" + CUT, "process-id-before-cut"),
        (INIT + b"a\n" + CUT, "expected-text-missing"),
        (INIT + b"a\n" + CUT, "expected-qr-missing"),
    ],
)
def test_every_fault_is_found(data: bytes, finding: str) -> None:
    """A job with one planted fault is reported with its name."""
    report = check(data, columns=32, dots=384, charset="gb2312", expected=("诊所",), qr="http://x/")
    assert any(each.startswith(finding) for each in report.findings)


def test_a_good_job_has_none() -> None:
    """Nothing is found in a job without fault, and everything in it is read."""
    data = INIT + b"\x1d!\x11" + MOUTH + b"\n\x1d!\x00a\x1b$\x20\x01b\n" + CUT + b"\x1d(H\x06\x0000abcd\x1dr\x01"
    report = check(data, columns=32, dots=384, charset="gb2312", expected=("口",))
    assert report.findings == []
    assert [(line.text, line.reach, line.sizes) for line in report.lines] == [
        ("口", 48, {(2, 2)}),
        ("a  b", 300, {(1, 1)}),
    ]
    assert (report.cuts, report.process_ids, report.fences) == (1, [b"abcd"], 1)


def test_tokens_wait_for_their_end() -> None:
    """Byte by byte the tokens are the same as in one piece."""
    data = INIT + MOUTH + b"a\n\x1dv0\x00\x01\x00\x02\x00\xff\x81" + CUT + b"\x1d(H\x06\x0000abcd\x1dr\x01"
    slowly = Tokens()
    pieces = [token for at in range(len(data)) for token in slowly.feed(data[at : at + 1])]
    assert pieces == list(Tokens().feed(data))
    assert Token(b"", MOUTH) in pieces
