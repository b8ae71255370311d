"""Values for the tests of paper."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from printers.document import Document, Text
from printers.escpos import render
from printers.papers.samples import sample_slip
from printers.papers.ticket import TicketSlip
from printers.profiles import PROFILES, Profile
from tests.printers.byte_checker import Report, check

JOB = b"j0b!"
AT = datetime(2026, 11, 23, 10, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def slip(**changes: Any) -> TicketSlip:
    return replace(sample_slip(AT), **changes)


def profile(name: str = "generic-58", **changes: Any) -> Profile:
    return replace(PROFILES[name], **changes)


def document(*texts: str) -> Document:
    return Document("ticket", tuple(Text(text) for text in texts))


def read(data: bytes, on: Profile, **expected: Any) -> Report:
    """What the byte checker makes of a job for this profile."""
    return check(data, columns=on.columns, dots=on.dots, charset=on.charset, **expected)


def printed(what: Document, on: Profile, font: Path | None = None, **expected: Any) -> Report:
    return read(render(what, on, job_id=JOB, font=font), on, **expected)
