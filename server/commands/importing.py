"""Importing patients and appointments: one run is one command."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, bindparam, insert, select, update
from sqlalchemy import Row as Stored

from server.commands.command import Answer, Ask, Command, run
from server.commands.dentists import Dentists
from server.commands.recognising import Recogniser
from server.imports import read_file
from server.imports.report import KINDS, Outcome, Report, Tally
from server.imports.rows import Booking, How, Number, Read, Refusal, Row, Unfit
from server.storage import tables as t
from server.storage.database import Database

YEARS_AHEAD = 5
"""Appointments further off, or longer ago, are typing mistakes."""
LONGEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to import. `on` moves each file's first day of bookings to that date; the other days keep their distance.

    `mapping` is what a CSV mapping file holds (docs/import.md); `source` is the system the files come from.
    """

    dry_run: bool = False
    on: date | None = None
    mapping: Mapping[str, object] | None = None
    encoding: str = "auto"
    source: str = "import"


def _appointments(*columns: ColumnElement[Any]) -> Select[Any]:
    same = (column == bindparam(column.key) for column in (t.appointment.c.site_id, *columns))
    return select(t.appointment).where(*same).order_by(t.appointment.c.id)


# The second condition says nothing new, but without it no database may use the index of numbers.
_BY_NUMBER = _appointments(t.appointment.c.source, t.appointment.c.external_id).where(t.appointment.c.external_id != "")
_BY_TIME = _appointments(t.appointment.c.patient_id, t.appointment.c.starts)


class _Rehearsed(Exception):
    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


def import_files(database: Database, ask: Ask, files: Sequence[tuple[str, bytes]], options: Options) -> Report:
    """Read files (name, content) and write what they say; each row wholly or not at all.

    A dry run reports the same and changes nothing. Raises Refused `mapping_unfit`, and what `run` raises.
    """
    how = _how(database, ask.site_id, options)
    read = [read_file(name, data, how) for name, data in files]

    def work(command: Command) -> Answer:
        report = _Run(command, how, options.on).write(read)
        if options.dry_run:
            raise _Rehearsed(replace(report, rev=None))
        command.tell("imported", source=options.source[:80], **_told(report))
        return {"report": report.as_json()}

    try:
        answer = run(database, replace(ask, key="") if options.dry_run else ask, work)
    except _Rehearsed as rehearsed:
        return rehearsed.report
    return Report.from_json(answer["report"])


def _how(database: Database, site_id: int, options: Options) -> How:
    with database.read() as connection:
        zone = ZoneInfo(connection.execute(select(t.site.c.time_zone).where(t.site.c.id == site_id)).scalar_one())
    today = database.now().astimezone(zone).date()
    return How(zone, today, options.source[:80], options.encoding, options.mapping)


def _told(report: Report) -> dict[str, int]:
    return {f"{kind}_{outcome}": n for kind in KINDS for outcome, n in report.counts[kind].items() if n}


class _Run:
    """One run: dentists first, then patients, then what points to both."""

    def __init__(self, command: Command, how: How, on: date | None) -> None:
        self.command = command
        self.how = how
        self.on = on
        self.tally = Tally()
        self.dentists = Dentists(command)
        self.people = Recogniser(command, how.source)
        self.appointments: set[int] = set()
        self.refused: set[Number] = set()

    def write(self, files: Sequence[Read]) -> Report:
        for kind in ("practitioner", "patient", "appointment", None):
            for read in files:
                self._write_kind(read, kind)
        self.dentists.raise_setup_rev()
        return self.tally.report(sum(read.passed_over for read in files), self.command.rev)

    def _write_kind(self, read: Read, kind: str | None) -> None:
        shift = self._shift(read) if kind == "appointment" else timedelta()
        for row in read.rows:
            if row.kind != kind:
                continue
            if isinstance(row, Refusal):
                self.tally.refuse(row.place, row.kind, row.reason)
                self.refused.update(row.numbers)
            else:
                self._write_row(row, shift)

    def _write_row(self, row: Row, shift: timedelta) -> None:
        """A row of its own savepoint: what it wrote goes again when any part of it is refused."""
        setup = self.dentists.setup
        written = _Written(self, row)
        try:
            with self.command.connection.begin_nested():
                written.write(shift)
        except Unfit as unfit:
            self.dentists.setup = setup
            self.tally.refuse(row.place, row.kind, unfit.reason)
            if row.kind == "patient" and row.person:
                self.refused.update(row.person.numbers)
            return
        written.count()

    def _shift(self, read: Read) -> timedelta:
        """How many days the bookings of a file move."""
        zone = self.how.zone
        days = [
            row.booking.starts.astimezone(zone).date()
            for row in read.rows
            if isinstance(row, Row) and row.booking and row.booking.starts
        ]
        return self.on - min(days) if self.on and days else timedelta()


class _Written:
    """What one row came to; counted only once all of it stands."""

    def __init__(self, run: _Run, row: Row) -> None:
        self.run = run
        self.row = row
        self.outcomes: list[tuple[Any, Outcome]] = []
        self.remarks: list[str] = list(row.remarks)
        self.patient_id: int | None = None
        self.appointment_id: int | None = None

    def write(self, shift: timedelta) -> None:
        if self.row.booking and self._cancels_nothing(self.row.booking):
            return self._unchanged("nothing_to_cancel")
        if self.row.person:
            self._patient()
        if self.row.dentist:
            self.outcomes.append(("practitioner", self.run.dentists.keep(self.row.dentist)[1]))
        if self.row.booking:
            self._appointment(self.row.booking, shift)
        return None

    def count(self) -> None:
        """Only now are patient and appointment seen: an id given in a savepoint that was taken back is given again."""
        for kind, outcome in self.outcomes:
            self.run.tally.count(kind, outcome)
        for code in self.remarks:
            self.run.tally.remark(self.row.place, code)
        if self.patient_id is not None and self.row.person and self.row.person.whole:
            self.run.people.seen.add(self.patient_id)
        if self.appointment_id is not None:
            self.run.appointments.add(self.appointment_id)

    def _patient(self) -> None:
        person = self.row.person
        assert person is not None  # noqa: S101 - `write` has asked
        if self.row.kind == "appointment" and self.run.refused & set(person.numbers):
            raise Unfit("patient_refused")
        self.patient_id, outcome = self.run.people.keep(person)
        again = self.patient_id in self.run.people.seen and outcome == "unchanged"
        if self.row.kind == "patient" or outcome == "created" or (person.whole and not again):
            self.outcomes.append(("patient", outcome))

    def _appointment(self, booking: Booking, shift: timedelta) -> None:
        starts = self._moved(booking.starts, shift)
        known = self._known(booking, starts)
        if known is not None and any(v.appointment_id == known.id for v in self.run.command.day.visits.values()):
            return self._unchanged("visit_exists")
        return self._store(known, self._columns(booking, starts, known, shift))

    def _cancels_nothing(self, booking: Booking) -> bool:
        """Whether a booking that never was, or a cancelled one without a time, is not known here either."""
        if booking.status != "entered-in-error" and booking.starts is not None:
            return False
        return not booking.number or self._known(booking, None) is None

    def _unchanged(self, remark: str) -> None:
        self.outcomes.append(("appointment", "unchanged"))
        self.remarks.append(remark)

    def _columns(
        self, booking: Booking, starts: datetime | None, known: Stored[Any] | None, shift: timedelta
    ) -> dict[str, Any]:
        status = "cancelled" if booking.status == "entered-in-error" else booking.status
        if starts is None:
            return {"status": status}
        service, named = self.run.dentists.service(booking.service)
        ends = self._moved(booking.ends, shift) or starts + timedelta(minutes=service.minutes)
        self._check(starts, ends)
        if booking.service and not named:
            self.remarks.append("service_assumed")
        return {
            "patient_id": self.patient_id,
            "practitioner_id": self._dentist(booking),
            "service_id": service.id,
            "starts": starts,
            "ends": ends,
            "status": status,
        }

    def _dentist(self, booking: Booking) -> int | None:
        if booking.dentist is None:
            return None
        practitioner_id, outcome = self.run.dentists.keep(booking.dentist)
        if outcome == "created":
            self.outcomes.append(("practitioner", outcome))
        self.run.dentists.give_queue(practitioner_id)
        return practitioner_id

    def _store(self, known: Stored[Any] | None, columns: dict[str, Any]) -> None:
        connection, booking = self.run.command.connection, self.row.booking
        if known is not None:
            changes = {name: value for name, value in columns.items() if getattr(known, name) != value}
            if changes and known.id in self.run.appointments:
                raise Unfit("appointment_twice")
            if changes:
                connection.execute(update(t.appointment).where(t.appointment.c.id == known.id).values(changes))
            self.appointment_id = known.id
            self.outcomes.append(("appointment", "changed" if changes else "unchanged"))
            return
        number = booking.number if booking else ""
        row = {**columns, "site_id": self.run.command.ask.site_id, "external_id": number}
        row["source"] = self.run.how.source
        made = connection.execute(insert(t.appointment).returning(t.appointment.c.id), row)
        self.appointment_id = made.scalar_one()
        self.outcomes.append(("appointment", "created"))

    def _known(self, booking: Booking, starts: datetime | None) -> Stored[Any] | None:
        """The appointment of this number; without one, the patient's at this very time."""
        connection, site_id = self.run.command.connection, self.run.command.ask.site_id
        if booking.number:
            named = {"source": self.run.how.source, "external_id": booking.number}
            return connection.execute(_BY_NUMBER, {"site_id": site_id, **named}).first()
        if starts is None:
            return None
        at = {"patient_id": self.patient_id, "starts": starts}
        return connection.execute(_BY_TIME, {"site_id": site_id, **at}).first()

    def _moved(self, moment: datetime | None, shift: timedelta) -> datetime | None:
        """The same clock time in the clinic's zone, some days off. Raises Unfit `date_out_of_range`."""
        if moment is None:
            return None
        local = moment.astimezone(self.run.how.zone)
        try:
            return datetime.combine(local.date() + shift, local.time(), self.run.how.zone)
        except OverflowError as error:
            raise Unfit("date_out_of_range", years=YEARS_AHEAD) from error

    def _check(self, starts: datetime, ends: datetime) -> None:
        away = abs(starts - self.run.command.now)
        if away > timedelta(days=366 * YEARS_AHEAD):
            raise Unfit("date_out_of_range", years=YEARS_AHEAD)
        if not timedelta() < ends - starts <= LONGEST:
            raise Unfit("end_unfit")
