"""The ESC/POS commands we send, by name.

Sizes only by GS !, which enlarges hanzi and Latin letters alike; ESC ! leaves hanzi small on many printers.
"""

from printers.profiles import Cutter

INIT = b"\x1b@"
HANZI_ON = b"\x1c&"
"""Double-byte mode, said explicitly: models differ in whether they start in it."""
HANZI_SPACING_OFF = b"\x1cS\x00\x00"
FENCE = b"\x1dr\x01"
"""GS r 1: asks for the paper status, answered when its turn comes, so after everything before it."""
LINE_FEED = b"\n"

ALIGN = {"left": b"\x1ba\x00", "center": b"\x1ba\x01", "right": b"\x1ba\x02"}
BOLD = {False: b"\x1bE\x00", True: b"\x1bE\x01"}
CUT: dict[Cutter, bytes] = {
    "partial": b"\x1dVB\x03",  # Feeds to the cutter and leaves a bridge, so that a ticket does not fall to the floor.
    "full": b"\x1dVA\x03",
    "none": b"\x1bd\x05",  # Only feeds, past the bar where the sheet is torn off.
}


def size(wide: int, high: int) -> bytes:
    return b"\x1d!" + bytes([(wide - 1) << 4 | (high - 1)])


def column(dots: int) -> bytes:
    """ESC $: the next character stands this far from the left edge."""
    return b"\x1b$" + dots.to_bytes(2, "little")


def feed(dots: int) -> bytes:
    return b"\x1bJ" + bytes([dots])


def process_id(job_id: bytes) -> bytes:
    """GS ( H function 48: the printer answers `37 22 <job_id> 00` once everything before it is on paper."""
    return b"\x1d(H\x06\x0000" + job_id


def qr(payload: bytes, module: int) -> bytes:
    """GS ( k: model 2, `module` dots a module, error correction M, store, print."""
    stored = b"\x31\x50\x30" + payload
    return b"".join(
        b"\x1d(k" + len(body).to_bytes(2, "little") + body
        for body in (b"\x31\x41\x32\x00", b"\x31\x43" + bytes([module]), b"\x31\x45\x31", stored, b"\x31\x51\x30")
    )


def picture(across: int, rows: int, data: bytes) -> bytes:
    """GS v 0, "obsolete" in Epson's manuals and yet the one picture command nearly every printer knows."""
    return b"\x1dv0\x00" + across.to_bytes(2, "little") + rows.to_bytes(2, "little") + data
