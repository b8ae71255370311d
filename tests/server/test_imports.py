"""Imports end to end, on both databases and on real files."""

import ast
import csv
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import insert, select

from clinic.setup import Setup
from locales import LANGUAGES, words
from server.commands import calling
from server.commands.checking_in import CheckIn, check_in
from server.commands.command import Ask
from server.commands.importing import Options, import_files
from server.imports.report import Report
from server.queries.replay import differences
from server.storage import tables as t
from server.storage.database import Database
from server.storage.days import load_setup
from tests import make
from tests.server.conftest import Clock

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "imports"
CLI = Ask(1, "cli")
TABLES = (t.patient, t.patient_identifier, t.practitioner, t.queue, t.queue_room, t.queue_service, t.appointment)

Furnish = Callable[..., Setup]
Counted = dict[str, dict[str, int]]


def mapping(name: str) -> dict[str, object]:
    loaded: dict[str, object] = yaml.safe_load((ROOT / "demo" / "mappings" / f"{name}.yaml").read_text("utf-8"))
    return loaded


def bring_in(database: Database, *files: Path | tuple[str, bytes], **options: Any) -> Report:
    read = [(file.name, file.read_bytes()) if isinstance(file, Path) else file for file in files]
    return import_files(database, CLI, read, Options(**options))


def counted(report: Report) -> Counted:
    """The counts that are not zero."""
    return {k: {o: n for o, n in row.items() if n} for k, row in report.counts.items() if any(row.values())}


def codes(report: Report) -> list[tuple[int, str]]:
    return [(each.number, each.code) for each in report.refusals]


def dump(database: Database, *tables: Any) -> dict[str, list[tuple[Any, ...]]]:
    with database.read() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table)).all()), key=repr)
            for table in tables or t.metadata.sorted_tables
        }


def rows(database: Database, table: Any) -> list[Any]:
    with database.read() as connection:
        return list(connection.execute(select(table).order_by(table.c.id)))


def resource(kind: str, id_: str, **fields: Any) -> tuple[str, bytes]:
    return f"{kind}-{id_}.json", json.dumps({"resourceType": kind, "id": id_, **fields}).encode()


def person(id_: str, name: str = "Ada Example", **fields: Any) -> tuple[str, bytes]:
    return resource("Patient", id_, name=[{"text": name}], **fields)


def booking(id_: str, patient: str = "Patient/p", display: str = "Ada Example", **fields: Any) -> tuple[str, bytes]:
    who = [{"actor": {"reference": patient, "display": display}}, *fields.pop("others", [])]
    plain = {"status": "booked", "start": "2026-11-23T11:00:00", "participant": who}
    return resource("Appointment", id_, **{**plain, **fields})


def test_a_bundle_comes_in(database: Database, furnish: Furnish) -> None:
    """Patients, dentists with queues and bookings are there; what was refused is named with its place."""
    furnish()
    report = bring_in(database, FIXTURES / "clinic.json")
    assert counted(report) == {
        "patient": {"created": 2},
        "practitioner": {"created": 2},
        "appointment": {"created": 2, "unchanged": 1, "refused": 2},
    }
    assert codes(report) == [(9, "not_booked"), (10, "start_unreadable")]
    assert report.passed_over == 2
    first, _ = rows(database, t.appointment)
    assert (first.starts, first.ends - first.starts) == (
        datetime(2026, 11, 23, 3, 30, tzinfo=UTC),
        timedelta(minutes=30),
    )


def test_bookings_come_in_from_a_table(database: Database, furnish: Furnish) -> None:
    """One dentist was known by name, one is new; the same patient twice is one."""
    furnish()
    report = bring_in(database, FIXTURES / "bookings-gbk.csv", mapping=mapping("appointments"))
    assert counted(report) == {
        "patient": {"created": 3},
        "practitioner": {"created": 1},
        "appointment": {"created": 3},
    }
    assert [row.status for row in rows(database, t.appointment)] == ["booked", "cancelled", "booked"]
    assert [row.service_id for row in rows(database, t.appointment)] == [1, 1, 1]
    assert [each.code for each in report.remarks] == ["service_assumed"]


DIRTY = [
    (3, "name_missing"),
    (4, "start_unreadable"),
    (5, "date_out_of_range"),
    (6, "status_unknown"),
    (7, "number_mangled"),
    (8, "birth_date"),
    (9, "columns"),
    (10, "quotes"),
    (11, "start_unreadable"),
    (12, "minutes_unreadable"),
    (13, "document_unreadable"),
    (14, "too_little_known"),
    (15, "number_of_another"),
    (16, "start_unreadable"),
    (17, "appointment_twice"),
    (18, "patient_twice"),
    (19, "name_unreadable"),
    (20, "too_long"),
]


def test_every_bad_row_of_a_dirty_table_is_named(database: Database, furnish: Furnish) -> None:
    """The good ones come in whole, the bad ones not at all."""
    furnish()
    report = bring_in(database, FIXTURES / "dirty.csv", mapping=mapping("appointments"))
    assert sorted(codes(report)) == DIRTY
    assert counted(report) == {"patient": {"created": 3}, "appointment": {"created": 3, "refused": len(DIRTY)}}
    assert [row.name for row in rows(database, t.patient)] == ["林知夏", "钱一鸣", "吴一鸣"]
    assert [(each.number, each.code) for each in report.remarks] == [(21, "phone_unreadable")]


@pytest.mark.parametrize("file", ["clinic.json", "bookings.csv", "dirty.csv"])
def test_the_same_file_twice_changes_nothing(database: Database, furnish: Furnish, file: str) -> None:
    """Everything that came in is unchanged, everything refused is refused again."""
    furnish()
    first = bring_in(database, FIXTURES / file, mapping=mapping("appointments"))
    before = dump(database, *TABLES)
    again = bring_in(database, FIXTURES / file, mapping=mapping("appointments"))
    assert dump(database, *TABLES) == before
    assert again.refusals == first.refusals
    assert not [1 for row in again.counts.values() if row["created"] or row["changed"]]


@pytest.mark.parametrize("file", ["clinic.json", "bookings.csv", "dirty.csv"])
def test_a_dry_run_says_the_same_and_changes_nothing(database: Database, furnish: Furnish, file: str) -> None:
    """Not a row, not a rev, and the set-up in memory stays right."""
    furnish()
    before = dump(database)
    rehearsed = bring_in(database, FIXTURES / file, mapping=mapping("appointments"), dry_run=True)
    assert dump(database) == before
    done = bring_in(database, FIXTURES / file, mapping=mapping("appointments"))
    assert (rehearsed.counts, rehearsed.refusals) == (done.counts, done.refusals)
    assert (rehearsed.rev, done.rev) == (None, 1)


def test_a_new_dentist_can_be_booked_and_called(database: Database, furnish: Furnish) -> None:
    """The queue is theirs, offers the walk-in services and is called from a free room; screens read the set-up anew."""
    furnish()
    someone = [{"actor": {"reference": "Practitioner/n", "display": "Dr Noether"}}]
    bring_in(database, booking("a", others=someone))
    with database.read() as connection:
        site = connection.execute(select(t.site)).one()
        setup = load_setup(database, connection, site)
    assert site.setup_rev == 1
    queue = next(queue for queue in setup.queues if queue.name.zh == "Dr Noether")
    assert (queue.service_ids, queue.room_ids) == ((1,), (1,))
    appointment = rows(database, t.appointment)[0]
    visit = check_in(database, Ask(1, "device:1"), CheckIn(patient_id=1, appointment_id=appointment.id), origin=None)
    assert calling.call_next(database, CLI, 1)["visit"] == visit["visit"]


def test_a_new_dentist_gets_the_room_nobody_has(database: Database, furnish: Furnish) -> None:
    """Only then the rooms of the first queue."""
    furnish(rooms=2)
    with database.write() as connection:
        connection.execute(t.queue.update().where(t.queue.c.id == 2).values(practitioner_id=None))
        connection.execute(t.site.update().values(setup_rev=1))
    for n in ("one", "two"):
        bring_in(database, booking(n, others=[{"actor": {"reference": f"Practitioner/{n}", "display": f"Dr {n}"}}]))
    name = {row.id: row.name_zh for row in rows(database, t.queue)}
    with database.read() as connection:
        called = {(name[row.queue_id], row.room_id) for row in connection.execute(select(t.queue_room))}
    assert {("Dr one", 2), ("Dr two", 1)} == {pair for pair in called if pair[0].startswith("Dr")}


def test_a_refused_row_leaves_no_dentist_behind(database: Database, furnish: Furnish) -> None:
    """Patient, dentist and queue of a row go with its appointment."""
    furnish()
    before = dump(database, *TABLES)
    someone = [{"actor": {"display": "Dr Noether", "reference": "Practitioner/n"}}]
    report = bring_in(database, booking("a", start="2040-01-01T09:00:00", others=someone))
    assert codes(report) == [(1, "date_out_of_range")]
    assert dump(database, *TABLES) == before
    assert rows(database, t.site)[0].setup_rev == 0


def test_the_first_day_of_a_file_moves(database: Database, furnish: Furnish) -> None:
    """Clock times stay in the clinic's zone, the other days keep their distance."""
    furnish()
    days = ("2013-03-09T16:30:00Z", "2013-03-12T01:00:00Z")  # 00:30 of the 10th and 09:00 of the 12th in Shanghai.
    whole = [json.loads(booking(str(n), start=start)[1]) for n, start in enumerate(days)]
    bring_in(database, ("two.json", json.dumps(whole).encode()), on=make.TODAY)
    zone = make.setup().site.zone
    assert [row.starts.astimezone(zone) for row in rows(database, t.appointment)] == [
        datetime(2026, 11, 23, 0, 30, tzinfo=zone),
        datetime(2026, 11, 25, 9, 0, tzinfo=zone),
    ]


def test_a_moved_day_at_the_end_of_the_calendar_is_refused(database: Database, furnish: Furnish) -> None:
    """A date is out of range, never a crash."""
    furnish()
    whole = [json.loads(booking(str(n), start=f"{year}-01-01T09:00")[1]) for n, year in enumerate((1990, 2190))]
    report = bring_in(database, ("far.json", json.dumps(whole).encode()), on=date(9990, 1, 1))
    assert codes(report) == [(1, "date_out_of_range"), (2, "date_out_of_range")]


def test_changes_arrive_and_gaps_erase_nothing(database: Database, furnish: Furnish) -> None:
    """A new name or time replaces the old one; what a file no longer says stays."""
    furnish()
    phone = [{"system": "phone", "value": "13800138000"}]
    bring_in(database, person("p", birthDate="1990-01-02", gender="female", telecom=phone), booking("a"))
    before = rows(database, t.patient)[0]
    report = bring_in(database, person("p", "Ada Neumann", birthDate="1990-01-02"), booking("a", status="cancelled"))
    after = rows(database, t.patient)[0]
    assert counted(report) == {"patient": {"changed": 1}, "appointment": {"changed": 1}}
    assert (after.name, after.initials) == ("Ada Neumann", "an")
    assert (after.phone_key, after.sex) == (before.phone_key, "female")
    assert rows(database, t.appointment)[0].status == "cancelled"


def test_people_are_found_by_particulars_from_another_system(database: Database, furnish: Furnish) -> None:
    """Name, birth date and phone together; with one of them other it is somebody new."""
    furnish()
    phone = [{"system": "phone", "value": "+86 138 0013 8000"}]
    bring_in(database, person("p", birthDate="1990-01-02", telecom=phone), source="one")
    same = bring_in(database, person("77", birthDate="1990-01-02", telecom=phone), source="two")
    other = bring_in(database, person("78", birthDate="1990-01-03", telecom=phone), source="two")
    assert (counted(same), counted(other)) == ({"patient": {"unchanged": 1}}, {"patient": {"created": 1}})


def test_two_who_fit_are_reception_s_to_decide(database: Database, furnish: Furnish) -> None:
    """Never a merge on a guess."""
    furnish()
    key = database.vault.keyed("phone", "13800138000")
    row = {
        "site_id": 1,
        "name": "Ada Example",
        "birth_date": date(1990, 1, 2),
        "phone_key": key,
        "created_at": make.NOW,
    }
    with database.write() as connection:
        connection.execute(insert(t.patient), [row, row])
    phone = [{"system": "phone", "value": "13800138000"}]
    report = bring_in(database, person("p", birthDate="1990-01-02", telecom=phone), booking("a"))
    assert [each.code for each in report.refusals] == ["patient_unclear", "patient_refused"]
    assert len(rows(database, t.patient)) == 2


def test_a_number_that_means_somebody_else_is_refused(database: Database, furnish: Furnish) -> None:
    """Two systems may both have a patient 1."""
    furnish()
    bring_in(database, person("1", "林知夏", birthDate="1988-05-06"))
    report = bring_in(database, person("1", "Bob Sample", birthDate="1970-01-01"))
    assert [each.code for each in report.refusals] == ["number_of_another"]
    assert [row.name for row in rows(database, t.patient)] == ["林知夏"]


def test_a_document_of_two_numbers_is_refused(database: Database, furnish: Furnish) -> None:
    """A number and a document that point to two patients are unclear."""
    furnish()
    document = [{"type": {"coding": [{"code": "NI"}]}, "value": "11010519491231002X"}]
    bring_in(database, person("1", identifier=document), person("2", "Ada Sample"))
    report = bring_in(database, person("2", "Ada Sample", identifier=document))
    assert [each.code for each in report.refusals] == ["patient_unclear"]


def test_a_visit_of_today_keeps_its_appointment(database: Database, furnish: Furnish) -> None:
    """Whoever has checked in is left alone."""
    furnish()
    bring_in(database, booking("a"))
    check_in(database, CLI, CheckIn(patient_id=1, appointment_id=1), origin=None)
    before = dump(database, t.appointment)
    report = bring_in(database, booking("a", start="2026-11-23T17:00:00", status="cancelled"))
    assert counted(report) == {"appointment": {"unchanged": 1}}
    assert [each.code for each in report.remarks] == ["visit_exists"]
    assert dump(database, t.appointment) == before


def test_a_withdrawn_booking_is_cancelled_only_where_it_is_known(database: Database, furnish: Furnish) -> None:
    """Entered in error: no patient is made for it."""
    furnish()
    unknown = bring_in(database, booking("a", status="entered-in-error"))
    assert counted(unknown) == {"appointment": {"unchanged": 1}}
    assert rows(database, t.patient) == []
    bring_in(database, booking("a"))
    assert counted(bring_in(database, booking("a", status="entered-in-error", start=None))) == {
        "appointment": {"changed": 1}
    }
    assert rows(database, t.appointment)[0].status == "cancelled"


def test_an_appointment_without_a_number_is_found_by_its_time(database: Database, furnish: Furnish) -> None:
    """Patient and start together."""
    furnish()
    columns = {"patient": {"number": "id", "name": "name"}, "appointment": {"starts": "at", "service": "what"}}
    file = ("f.csv", "id,name,at,what\n1,Ada,2026-11-23 11:00,初诊\n".encode())
    bring_in(database, file, mapping=columns)
    assert counted(bring_in(database, file, mapping=columns))["appointment"] == {"unchanged": 1}


def test_nothing_personal_is_told(
    database: Database, furnish: Furnish, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Journal, report and output hold counts, places and codes alone."""
    furnish()
    report = bring_in(database, FIXTURES / "dirty.csv", FIXTURES / "clinic.json", mapping=mapping("appointments"))
    journal = repr(dump(database, t.journal, t.patient_identifier))
    said = "".join("\n".join(report.lines(words(language))) for language in LANGUAGES)
    printed = "".join(capfd.readouterr())
    for private in ("知夏", "鸣", "Ada", "13800138", "138 0013", "11010519491231002", "B1'", "Patient/p"):
        assert private not in journal + said + repr(report) + caplog.text + printed
    facts = [row for row in dump(database, t.journal)["journal"] if "imported" in row]
    assert [row[-1]["about"] for row in facts] == [
        {
            "source": "import",
            "patient_created": 4,
            "practitioner_created": 2,
            "appointment_created": 5,
            "appointment_unchanged": 1,
            "appointment_refused": len(DIRTY) + 2,
        }
    ]


def test_a_report_survives_json() -> None:
    """A repeated request answers with the first report."""
    report = Report({"patient": {"created": 1}}, rev=3)
    assert Report.from_json(json.loads(json.dumps(report.as_json()))) == report


def test_a_repeated_request_imports_once(database: Database, furnish: Furnish) -> None:
    """The same key gives the first answer."""
    furnish()
    ask = Ask(1, "staff:1", "key-12345678", "body")
    first, again = (import_files(database, ask, [person("p")], Options()) for _ in range(2))
    assert first == again
    assert counted(again) == {"patient": {"created": 1}}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words(language: str) -> None:
    """Every code a row can be refused with, and every remark, says its cure."""
    refused: set[str] = set()
    remarked: set[str] = {"phone_unreadable", "service_assumed"}
    sources = [*(ROOT / "server" / "imports").glob("*.py"), *(ROOT / "server" / "commands").glob("*.py")]
    for node in (node for file in sources for node in ast.walk(ast.parse(file.read_text("utf-8")))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            refused |= {str(node.args[0].value)} if called == "Unfit" else set()
            remarked |= {str(node.args[0].value)} if called == "_unchanged" else set()
    said = words(language)
    assert len(refused) > 30
    wanted = [f"imports.refused.{code}" for code in refused] + [f"imports.remark.{code}" for code in remarked]
    assert [key for key in wanted if not said.has(key)] == []


def abuse(folder: Path) -> list[str]:
    """Every hostile string of the collection."""
    found: list[str] = json.loads((folder / "blns.json").read_text("utf-8"))
    for file in sorted(folder.glob("*.txt")):
        found += file.read_text("utf-8", errors="replace").splitlines()
    return found


def test_hostile_strings_arrive_unharmed_or_are_refused(database: Database, furnish: Furnish, test_data: Path) -> None:
    """As names of patients and dentists; nothing is lost without a reason."""
    furnish()
    strings = abuse(test_data / "06_abuse")
    people = [json.loads(person(str(n), text)[1]) for n, text in enumerate(strings)]
    report = bring_in(database, ("abuse.json", json.dumps(people).encode()))
    refused = {each.number for each in report.refusals}
    kept = [" ".join(text.split()) for n, text in enumerate(strings, start=1) if n not in refused]
    assert [row.name for row in rows(database, t.patient)] == kept
    assert len(kept) > len(strings) / 2
    assert {each.code for each in report.refusals} <= {
        "name_missing",
        "name_unreadable",
        "control_characters",
        "too_long",
    }


def test_real_names_come_in(database: Database, furnish: Furnish, test_data: Path) -> None:
    """Every name of the collection, each with a number of its own, exactly as written."""
    furnish()
    with (test_data / "05_names" / "names.csv").open(encoding="utf-8", newline="") as file:
        names = [" ".join(row["name"].split()) for row in csv.DictReader(file)]
    people = [json.loads(person(str(n), name)[1]) for n, name in enumerate(names)]
    report = bring_in(database, ("names.json", json.dumps(people).encode()))
    refused = {each.number: each.code for each in report.refusals}
    assert [row.name for row in rows(database, t.patient)] == [
        name for n, name in enumerate(names, start=1) if n not in refused
    ]
    assert len(refused) < len(names) / 10


def test_the_real_clinic_bundle_comes_in_and_is_called(
    database: Database, furnish: Furnish, clock: Clock, test_data: Path
) -> None:
    """Its two patients check in with their bookings and are called to their dentists."""
    furnish()
    file = test_data / "01_appointments" / "clinic_import_bundle_small.json"
    report = bring_in(database, file, on=make.TODAY)
    assert counted(report) == {
        "patient": {"created": 2},
        "practitioner": {"created": 2},
        "appointment": {"created": 2},
    }
    assert report.passed_over == 19
    zone = make.setup().site.zone
    assert [f"{row.starts.astimezone(zone):%d %H:%M}" for row in rows(database, t.appointment)] == [
        "23 10:00",
        "23 08:30",
    ]
    check_in_and_call_all(database)
    assert counted(bring_in(database, file, on=make.TODAY))["appointment"] == {"unchanged": 2}


def test_the_official_fhir_examples_come_in_and_are_called(
    database: Database, furnish: Furnish, test_data: Path
) -> None:
    """Of nine patients one has no name; two dentists, and two appointments of 2013 moved to today."""
    furnish()
    files = sorted((test_data / "01_appointments" / "fhir_r4_official").glob("*.json"))
    report = bring_in(database, *files, on=make.TODAY)
    assert counted(report) == {
        "patient": {"created": 8, "refused": 1},
        "practitioner": {"created": 2},
        "appointment": {"created": 2},
    }
    assert (len(files), report.passed_over) == (32, 19)
    assert [(each.file, each.code) for each in report.refusals] == [("Patient-newborn.json", "name_missing")]
    booked = {row.patient_id for row in rows(database, t.appointment)}
    assert [row.name for row in rows(database, t.patient) if row.id in booked] == ["Peter James Chalmers"]
    check_in_and_call_all(database)


def test_the_official_appointments_are_too_old_where_they_stand(
    database: Database, furnish: Furnish, test_data: Path
) -> None:
    """Each is refused by itself; the patients come in all the same."""
    furnish()
    files = sorted((test_data / "01_appointments" / "fhir_r4_official").glob("*.json"))
    report = bring_in(database, *files)
    assert [each.code for each in report.refusals] == ["name_missing", "date_out_of_range", "date_out_of_range"]


def test_the_real_patient_table_comes_in_and_is_called(database: Database, furnish: Furnish, test_data: Path) -> None:
    """Fourteen patients, checked in as walk-ins."""
    furnish()
    file = test_data / "01_appointments" / "csv" / "openemr_example_patients.csv"
    report = bring_in(database, file, mapping=mapping("patients"), source="openemr")
    assert counted(report) == {"patient": {"created": 14}}
    patients = rows(database, t.patient)
    assert (patients[0].name, patients[0].birth_date, patients[0].phone_tail) == (
        "Farrah A. Rolle",
        date(1973, 10, 11),
        "1111",
    )
    assert [row.name for row in patients if row.phone_key is None] == ["Jason Binder"]
    for row in patients:
        check_in(database, Ask(1, "device:1"), CheckIn(patient_id=row.id, service_id=1), origin=None)
    check_in_and_call_all(database)
    again = bring_in(database, file, mapping=mapping("patients"), source="openemr")
    assert counted(again) == {"patient": {"unchanged": 14}}


def test_a_real_table_with_rounded_numbers_is_refused(database: Database, furnish: Furnish, test_data: Path) -> None:
    """Eleven of thirteen rows have one; the other two are ten years old."""
    furnish()
    columns = {
        "patient": {"number": "PatientId", "name": "Neighbourhood", "sex": "Gender"},
        "appointment": {"number": "AppointmentID", "starts": "AppointmentDay"},
    }
    file = test_data / "01_appointments" / "csv" / "noshow_brazil_excel_mangled_ids.csv"
    report = bring_in(database, file, mapping=columns)
    found = [each.code for each in report.refusals]
    assert (found.count("number_mangled"), found.count("date_out_of_range"), len(found)) == (11, 2, 13)
    assert rows(database, t.patient) == []


def check_in_and_call_all(database: Database) -> None:
    """Check in whoever is booked and not here yet, and call everybody; the journal tells the same as the tables."""
    here = {row.patient_id for row in rows(database, t.visit)}
    for booked in rows(database, t.appointment):
        if booked.patient_id not in here:
            answer = CheckIn(patient_id=booked.patient_id, appointment_id=booked.id)
            check_in(database, Ask(1, "device:1"), answer, origin=None)
            here.add(booked.patient_id)
    with database.read() as connection:
        rooms = {row.queue_id: row.room_id for row in connection.execute(select(t.queue_room))}
    waiting = rows(database, t.visit)
    assert waiting
    for visit in waiting:
        assert calling.call_this(database, CLI, visit.id, rooms[visit.queue_id])["rev"] > 0
        calling.no_show(database, CLI, visit.id)
    assert differences(database, 1) == []
