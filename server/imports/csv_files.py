"""Tables as text: encoding and separator found, columns by a mapping."""

import csv
from collections.abc import Iterator, Mapping
from datetime import timedelta

from server.imports import values
from server.imports.mapping import JOINED, Columns, parse_mapping
from server.imports.rows import MOST_ROWS, Booking, Dentist, How, Number, Person, Place, Read, Refusal, Row, Unfit

_LONGEST_RECORD = 20
"""Lines. A longer cell is a quotation mark that somebody forgot."""
_SEPARATORS = ",;\t|"
_ENCODINGS: Mapping[str, tuple[str, ...]] = {
    "auto": ("utf-8-sig", "gb18030"),
    "utf-8": ("utf-8-sig",),
    "gbk": ("gb18030",),
}
_LONGEST_APPOINTMENT = 24 * 60

Cells = Mapping[str, str]


def knows(data: bytes) -> bool:
    return bool(data.strip())


def read(data: bytes, file: str, how: How) -> Read:
    """Every line below the heading. Raises Unfit for a file, Refused for a mapping, that cannot be used."""
    if how.mapping is None:
        raise Unfit("mapping_missing")
    columns = parse_mapping(how.mapping)
    lines = _decoded(data, how.encoding).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MOST_ROWS + 2:
        raise Unfit("too_many_rows", most=MOST_ROWS)
    table = _Table(lines, columns)
    reader = _Reader(how, columns)
    return Read(tuple(reader.row(Place(file, "line", line), cells) for line, cells in table.records()))


def _decoded(data: bytes, encoding: str) -> str:
    """UTF-8 is tried first: text in GBK is practically never valid UTF-8, the reverse often is."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") and encoding == "auto":
        return _tried(data, ("utf-16",))
    if encoding not in _ENCODINGS:
        raise Unfit("encoding_unknown")
    return _tried(data, _ENCODINGS[encoding])


def _tried(data: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unfit("encoding")


class _Table:
    """The lines of a file below its heading, as cells by column."""

    def __init__(self, lines: list[str], columns: Columns) -> None:
        self.lines = lines
        self.top = next((at for at, line in enumerate(lines) if line.strip()), 0)
        headings = {mark: _heading(lines[self.top], mark) for mark in _SEPARATORS}
        self.mark = max(_SEPARATORS, key=lambda mark: (len(columns.names & set(headings[mark])), len(headings[mark])))
        self.heading = headings[self.mark]
        for name in sorted(columns.names):
            if self.heading.count(name) != 1:
                raise Unfit("column_twice" if name in self.heading else "column_missing", column=name[:60])

    def records(self) -> Iterator[tuple[int, Cells | Unfit]]:
        """Line numbers from 1. After a bad record reading goes on at the very next line, so that none is swallowed."""
        at = self.top + 1
        while at < len(self.lines):
            if not self.lines[at].strip():
                at += 1
                continue
            try:
                cells, used = self._record(at)
                yield at + 1, dict(zip(self.heading, cells, strict=True))
            except (csv.Error, ValueError):
                quoted = '"' in self.lines[at]
                yield at + 1, Unfit("quotes") if quoted else Unfit("columns", columns=len(self.heading))
                used = 1
            at += used

    def _record(self, at: int) -> tuple[list[str], int]:
        """The cells of the record that begins in a line, and how many lines it takes."""
        fed = (line + "\n" for line in self.lines[at : at + _LONGEST_RECORD])
        reader = csv.reader(fed, delimiter=self.mark, strict=True)
        cells = next(reader)
        if len(cells) != len(self.heading):
            raise ValueError("not as many cells as columns")
        return cells, reader.line_num


def _heading(line: str, mark: str) -> list[str]:
    try:
        cells = next(csv.reader([line], delimiter=mark, strict=True))
    except csv.Error:
        return []
    return [cell.strip().casefold() for cell in cells]


class _Reader:
    """The mapping applied to one line after the other."""

    def __init__(self, how: How, columns: Columns) -> None:
        self.how = how
        self.columns = columns

    def row(self, place: Place, cells: Cells | Unfit) -> Row | Refusal:
        kind = "appointment" if self.columns.appointment else "patient"
        if isinstance(cells, Unfit):
            return Refusal(place, kind, cells.reason)  # type: ignore[arg-type]
        patient = self._fields(self.columns.patient, cells)
        appointment = self._fields(self.columns.appointment, cells)
        try:
            booking = self._booking(appointment) if any(appointment.values()) else None
            person = self._person(patient)
        except Unfit as unfit:
            return Refusal(place, kind, unfit.reason)  # type: ignore[arg-type]
        remarks = ("phone_unreadable",) if patient.get("phone") and not person.phone else ()
        return Row(place, "appointment" if booking else "patient", person, booking=booking, remarks=remarks)

    def _fields(self, wanted: Mapping[str, tuple[str, ...]], cells: Cells) -> dict[str, str]:
        found = {}
        for field, names in wanted.items():
            filled = [cell for name in names if (cell := cells[name].strip()) and cell not in self.columns.empty]
            found[field] = self._text(field, filled)
        return found

    def _text(self, field: str, filled: list[str]) -> str:
        if field not in JOINED:
            said = filled[0] if filled else ""
            return self.columns.words.get(field, {}).get(said.casefold(), said)
        return values.joined(filled) if field == "name" else " ".join(filled)

    def _person(self, cells: Cells) -> Person:
        number = values.number(cells.get("number", ""))
        return Person(
            name=values.person_name(cells["name"]),
            numbers=(Number(self.how.source, number),) if number else (),
            birth_date=values.birth_date(cells.get("birth_date", ""), self.how.today, self.columns.dates),
            phone=values.phone(cells.get("phone", "")),
            document=values.document(cells.get("document", ""), self.how.today),
            sex=values.sex(cells.get("sex", "")),
            language=cells["language"] if cells.get("language") in ("zh-CN", "en") else "",
        )

    def _booking(self, cells: Cells) -> Booking:
        starts = values.moment(cells["starts"], self.how.zone, self.columns.dates)
        if starts is None:
            raise Unfit("start_missing")
        ends = values.moment(cells.get("ends", ""), self.how.zone, self.columns.dates)
        if cells.get("minutes"):
            ends = starts + timedelta(minutes=_minutes(cells["minutes"]))
        dentist = values.plain(cells.get("dentist", ""), values.LONGEST_TITLE)
        return Booking(
            number=values.number(cells.get("number", "")),
            status=values.status(cells.get("status", "")),
            starts=starts,
            ends=ends,
            dentist=Dentist(dentist, values.number(cells.get("dentist_number", ""))) if dentist else None,
            service=(service,) if (service := cells.get("service", "")[: values.LONGEST_TITLE]) else (),
        )


def _minutes(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:5]) <= _LONGEST_APPOINTMENT:
        raise Unfit("minutes_unreadable", most=_LONGEST_APPOINTMENT)
    return int(text)
