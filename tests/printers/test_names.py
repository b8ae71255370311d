"""Real names of patients from many countries, on paper."""

import csv
import unicodedata
from pathlib import Path

import pytest

from printers.document import Document, Text
from tests.printers import make
from tests.printers.byte_checker import Line, Report
from tests.printers.make import printed

SAME = str.maketrans({"￥": "¥", "–": "-", "—": "―", "·": "・", "•": "・"})


@pytest.mark.parametrize("paper", ["generic-58", "generic-80"])
@pytest.mark.parametrize("charset", ["gb2312", "gbk", "gb18030"])
def test_every_name_prints(paper: str, charset: str, font: Path, test_data: Path) -> None:
    """Each name comes out as the same text, or its lines are pictures; the job is clean."""
    on = make.profile(paper, charset=charset)
    with (test_data / "05_names" / "names.csv").open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    reports = {name: printed(Document("ticket", (Text(name, "center", size=2),)), on, font) for name in names}
    assert len(reports) > 400
    assert {name: report.findings for name, report in reports.items() if report.findings} == {}
    assert [name for name, report in reports.items() if not _shows(name, report)] == []
    as_text = sum(len(report.lines) == len(report.printed) for report in reports.values())
    assert as_text > {"gb2312": 130, "gbk": 250, "gb18030": 250}[charset]


def _shows(name: str, report: Report) -> bool:
    """Whether all lines are text and say the name, or a line of them is drawn."""
    if not all(isinstance(each, Line) for each in report.printed):
        return True
    return _plain("".join(line.text for line in report.lines)) == _plain(name)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(SAME)
    return "".join(ch for ch in folded if not ch.isspace() and unicodedata.category(ch)[0] != "C")
