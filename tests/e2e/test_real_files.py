"""People of real exports and cards come, are called, get paper."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from playwright.sync_api import expect

from clinic.privacy import mask_name
from locales import words
from printers.preview import text_of
from server.devices import Kind
from tests.e2e import console, day, terminal, tv
from tests.e2e.clinic import Clinic
from tests.e2e.console import Console
from tests.e2e.painted import assert_painted
from tests.e2e.story import NewBrowser
from tests.e2e.terminal import Terminal
from tests.e2e.tv import Calls
from tests.e2e.waiting import until
from tests.infrastructure import ROOT
from tests.server.running import PASSWORD, hire, pair

SAY = words("zh-CN")
COLUMNS = ROOT / "demo" / "mappings" / "patients.yaml"
CARDS = ("440308199901101512", "33010219200403064X")
"""Resident IDs of the scanner strings, with right check digits."""
DRAWN = b"\x1dv0"
"""The command that prints dots: a printer has no letters for rare names."""
PHONE, BORN = "6195551111", date(1973, 10, 11)
"""Farrah Rolle's, of the patient export."""


def test_real_people(clinic: Clinic, new_browser: NewBrowser, test_data: Path) -> None:
    """Import, check in at desk and terminal, call, print: names of any script, masked where the public reads them."""
    far, rare = names(test_data)
    said = clinic.nextchair("import", *exports(test_data), "--mapping", str(COLUMNS), "--on", f"{clinic.today}", code=1)
    assert "Patient-newborn.json, resource 1: There is no name." in said
    clinic.server.start()
    kiosk, calls, reception = screens(clinic, new_browser)
    reception.find_and_check_in("Maria Garcia", "A001")
    reception.find_and_check_in("James Wilson", "A002")
    come_by_phone(kiosk, "A003")
    come_with_card(kiosk, CARDS[0], far, "A004")
    assert mask_name(far) in text_of(clinic.newest_sheet("A004")[1])
    come_with_card(kiosk, CARDS[1], rare, "A005")
    assert DRAWN in clinic.newest_sheet("A005")[1]
    # The bookings hold no birth dates: those two might be children, so the public reads their numbers only.
    public = {"A001": "", "A002": "", "A003": "F. R***", "A004": mask_name(far), "A005": mask_name(rare)}
    assert {call_one(reception, calls, public) for _ in public} == {*public}


def exports(test_data: Path) -> list[str]:
    """A clinic's bookings, HL7's own examples of patients, a table of patients."""
    folder = test_data / "01_appointments"
    patients = sorted((folder / "fhir_r4_official").glob("Patient-*.json"))
    table = folder / "csv" / "openemr_example_patients.csv"
    return [str(file) for file in (folder / "clinic_import_bundle_small.json", *patients, table)]


def names(test_data: Path) -> tuple[str, str]:
    """A name with a middle dot, and one with a character that few fonts have."""
    with (test_data / "05_names" / "names.csv").open(encoding="utf-8", newline="") as file:
        found = {row["kind"]: row["name"] for row in csv.DictReader(file)}
    return found["minority_dot"], f"王小{found['common_standard_extA_char']}"


def screens(clinic: Clinic, new_browser: NewBrowser) -> tuple[Terminal, Calls, Console]:
    """A terminal and a television that are paired already, and reception signed in."""
    with clinic.server.database() as database:
        hire(database, "zhou")
        cookies = pair(database, Kind.KIOSK) | pair(database, Kind.SCREEN, "calls")
    faces = [new_browser(face.WIDTH, face.HEIGHT) for face in (terminal, tv, console)]
    for context in faces[:2]:
        context.add_cookies(
            [{"name": name, "value": each, "url": clinic.server.origin} for name, each in cookies.items()]
        )
    reception = Console(faces[2], clinic.server.origin, SAY)
    reception.sign_in("zhou", PASSWORD)
    return Terminal(faces[0], clinic.server.origin, SAY), Calls(faces[1], clinic.server.origin), reception


def come_by_phone(kiosk: Terminal, ticket: str) -> None:
    """Known from an import, but without a booking of today."""
    kiosk.begin()
    kiosk.give_phone_and_birth_date(PHONE, BORN)
    kiosk.go_on_without_booking()
    kiosk.choose(day.HYGIENE)
    kiosk.have_no_red_flags()
    kiosk.expect_number(ticket)
    kiosk.leave()


def come_with_card(kiosk: Terminal, card: str, name: str, ticket: str) -> None:
    """A newcomer: the card says birth date and sex, so only name and phone are asked."""
    kiosk.begin()
    kiosk.scan(card)
    kiosk.go_on_without_booking()
    kiosk.give_name_and_phone(name, "19900000105")
    kiosk.choose(day.HYGIENE)
    kiosk.have_no_red_flags()
    kiosk.expect_number(ticket)
    kiosk.leave()


def call_one(reception: Console, calls: Calls, public: dict[str, str]) -> str:
    """Call the next patient of room 3, read the television, and let them finish; the ticket."""
    reception.call_next("3 号诊室")
    (ticket,) = until(lambda: reception.queues()[0].called)
    until(lambda: calls.board().large, lambda seen: seen == [(ticket, "3")])
    name = calls.page.locator(".call-name")
    expect(name).to_have_text(public[ticket])
    if public[ticket]:
        assert_painted(name)
    reception.do_in_room("3 号诊室", "at-room")
    until(lambda: reception.queues()[0].here, lambda here: here == {ticket: "at_room"})
    reception.do_in_room("3 号诊室", "finish")
    until(lambda: reception.queues()[0].here, lambda here: not here)
    return ticket
