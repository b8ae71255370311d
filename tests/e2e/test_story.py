"""A clinic's day in real browsers, from the first code to the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from locales import LANGUAGES
from tests.e2e import day
from tests.e2e.clinic import DENTIST, IMAGING, RECEPTION, Clinic
from tests.e2e.console import Console
from tests.e2e.day import Person
from tests.e2e.story import NewBrowser, Story
from tests.e2e.waiting import until

BLINK = 500
"""Milliseconds from the click to the call on the glass of the television."""

IN_ORDER = ["A001", "A002", "A003", "A004"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_day(language: str, clinic: Clinic, new_browser: NewBrowser, tmp_path: Path) -> None:
    """Pair, import, check in, print, move, call, treat, lose power, finish: all screens agree all the time."""
    with clinic.hiring(RECEPTION, DENTIST, IMAGING):
        clinic.server.start()
        story = Story(clinic, new_browser, language, tmp_path)
    pair_screens(story)
    import_day(story, tmp_path)
    check_everybody_in(story)
    move_walk_in_and_undo(story)
    treat_with_imaging(story)
    lose_power(story)
    finish_day(story)
    assert median(story.blinks) < BLINK
    assert "Nothing found." in clinic.nextchair("check")


def pair_screens(story: Story) -> None:
    """New screens show a code each; reception lets them in by it."""
    story.look("kiosk-pairing", story.kiosk.page.locator("output"))
    story.look("tv-pairing", story.calls.page.locator("#code"))
    for desk, person in ((story.reception, RECEPTION), (story.dentist, DENTIST), (story.imaging, IMAGING)):
        desk.sign_in(person.login)
    reception = story.reception
    reception.open_page("devices")
    reception.approve(story.kiosk.pairing_code(), "Entrance", "kiosk")
    reception.approve(story.calls.pairing_code(), "Hall", "screen", "calls")
    reception.approve(story.progress.pairing_code(), "Corridor", "screen", "progress")
    story.look("devices", reception.page.get_by_role("table"))
    reception.open_page("queues")
    story.calls.await_board()
    story.progress.await_board()


def import_day(story: Story, folder: Path) -> None:
    """The bookings come as a table in GBK, or as FHIR. The file is of another day."""
    file = folder / "bookings"
    as_table = story.say.language == LANGUAGES[0]
    file.write_bytes((day.as_table if as_table else day.as_bundle)(story.cast, story.slots))
    how = ["--mapping", str(day.MAPPING)] if as_table else []
    said = story.clinic.nextchair("import", str(file), "--on", f"{story.clinic.today}", *how)
    assert "Appointments: 3 new" in said
    assert "Dentists: 0 new" in said


def check_everybody_in(story: Story) -> None:
    """By ID card, by phone and birth date, by the appointment's code, and without any booking."""
    kiosk, cast = story.kiosk, story.cast
    kiosk.begin()
    story.look("kiosk-welcome", kiosk.page.get_by_role("heading", level=1))
    kiosk.scan(cast.first.document)
    kiosk.confirm(cast.first.masked)
    take_number(story, "A001", cast.first)
    kiosk.begin()
    kiosk.give_phone_and_birth_date(cast.second.phone, cast.second.born)
    kiosk.confirm(cast.second.masked)
    take_number(story, "A002", cast.second)
    kiosk.begin()
    kiosk.scan(story.clinic.code_of(story.slots[2]))
    kiosk.confirm(cast.third.masked)
    take_number(story, "A003", cast.third)
    kiosk.begin()
    kiosk.come_without_booking()
    kiosk.give_name_and_phone(cast.walk_in.name, cast.walk_in.phone)
    kiosk.give_birth_date_and_sex(cast.walk_in.born, "male")
    kiosk.choose(day.HYGIENE)
    take_number(story, "A004", cast.walk_in)


def take_number(story: Story, ticket: str, person: Person) -> None:
    """No red flags: the number is on the screen and on paper, and the paper's code opens the own page."""
    kiosk, ahead = story.kiosk, IN_ORDER.index(ticket)
    kiosk.have_no_red_flags()
    number = kiosk.expect_number(ticket)
    kiosk.expect_people_ahead(ahead)
    text, address = story.paper(ticket)
    chinese = "前面没有人" if ahead == 0 else f"前面 {ahead} 位"
    for line in (ticket, person.masked, "3 号诊室", "Room 3", chinese, "健康问卷还没填，请扫码填写"):
        assert line in text
    assert person.name not in text
    phone = story.open_phone(ticket, address)
    assert phone.ticket() == ticket
    assert phone.people_ahead() == ahead
    if ahead in (0, 3):
        story.look(f"kiosk-{ticket}", number)
        story.look(f"phone-{ticket}", phone.page.locator(".card-ticket"))
    kiosk.leave()
    wait_for(story, IN_ORDER[: ahead + 1])


def wait_for(story: Story, waiting: list[str], here: dict[str, str] | None = None) -> None:
    """Dr Li's queue and room come to this on reception's console, and every other screen agrees."""

    def li() -> tuple[list[str], dict[str, str]]:
        queue = story.reception.queues()[0]
        return queue.waiting, queue.here

    until(li, lambda seen: seen == (waiting, here or {}))
    story.agree()


def call(story: Story, press: Callable[[], None], desk: Console, ticket: str, door: str) -> None:
    """The press of a button is a call on the television at once, and on every other screen."""
    desk.note_click()
    story.calls.expect_call(ticket, door)
    press()
    story.blinks.append(story.calls.painted_at() - desk.clicked_at())
    until(lambda: called_to(story, door), lambda seen: seen == [ticket])
    story.agree()


def called_to(story: Story, door: str) -> list[str]:
    return [ticket for queue in story.reception.queues() if queue.door == door for ticket in queue.called]


def move_walk_in_and_undo(story: Story) -> None:
    """Up by keyboard, undone; to the top by dragging, undone: every screen follows."""
    reception = story.reception
    reception.move_up_by_keyboard("A004", "doctor_request")
    wait_for(story, ["A001", "A002", "A004", "A003"])
    reception.undo()
    wait_for(story, IN_ORDER)
    reception.drag_above("A004", "A001", "agreed_swap")
    wait_for(story, ["A004", "A001", "A002", "A003"])
    story.look("queues", reception.page.get_by_role("heading", level=1))
    told = reception.history("A004")
    reasons = [story.say.text(f"clinic.move.{reason}") for reason in ("agreed_swap", "doctor_request")]
    assert all(reason in told for reason in reasons)
    assert (RECEPTION.zh if story.say.language == LANGUAGES[0] else RECEPTION.en) in told
    reception.undo_by_keyboard()
    wait_for(story, IN_ORDER)


def treat_with_imaging(story: Story) -> None:
    """The form stands before the chair, the identity, too; then to imaging and back into the chair."""
    dentist, imaging = story.dentist, story.imaging
    call(story, dentist.call_next, dentist, "A001", "3")
    story.look("tv-called", story.calls.page.locator(".panel-head"))
    story.look("tv-rooms", story.progress.page.locator(".columns"))
    story.look("room-called", dentist.page.get_by_role("article"))
    story.look("phone-called", story.phones["A001"].page.locator("h1"))
    dentist.do("seat")
    assert dentist.is_asked_for_form()
    story.phones["A001"].fill_form()
    dentist.check_identity()
    dentist.seat("1")
    wait_for(story, ["A002", "A003", "A004"], {"A001": "seated"})
    dentist.do("imaging")
    wait_for(story, ["A002", "A003", "A004"])
    call(story, imaging.call_next, imaging, "A001", "影像")
    imaging.do("images-ready")
    wait_for(story, IN_ORDER)
    call(story, dentist.call_next, dentist, "A001", "3")
    dentist.seat("1")
    wait_for(story, ["A002", "A003", "A004"], {"A001": "seated"})
    story.look("room-seated", dentist.page.get_by_role("article"))


def lose_power(story: Story) -> None:
    """The server is killed while somebody is called; every screen comes back by itself, with the same queue."""
    dentist, kiosk = story.dentist, story.kiosk
    room = "3 号诊室" if story.say.language == LANGUAGES[0] else "Room 3"
    call(story, lambda: story.reception.call_next(room), story.reception, "A002", "3")
    story.phones["A002"].fill_form()
    dentist.turn_to("A002")
    before = story.agree()
    story.mark_pages()
    story.clinic.server.kill()
    story.clinic.server.start()
    assert story.agree() == before
    dentist.do("call-again")
    until(lambda: story.calls_told("A002"), lambda told: told == [2, 2, 2])
    assert story.agree() == before
    kiosk.begin()
    kiosk.scan(story.cast.third.document)
    kiosk.expect_number("A003")
    kiosk.leave()
    assert story.reloaded() == []


def finish_day(story: Story) -> None:
    """After the restart everything works; nobody is left at the end."""
    dentist, reception = story.dentist, story.reception
    dentist.check_identity()
    dentist.seat()
    wait_for(story, ["A003", "A004"], {"A001": "seated", "A002": "seated"})
    dentist.do("finish")
    wait_for(story, ["A003", "A004"], {"A001": "seated"})
    dentist.do("finish")
    wait_for(story, ["A003", "A004"])
    call(story, dentist.call_next, dentist, "A003", "3")
    dentist.do("no-show")
    wait_for(story, ["A004"])
    reception.do_with("A003", "cancel", "reception.cancel.left")
    call(story, dentist.call_next, dentist, "A004", "3")
    dentist.do("at-room")
    dentist.do("finish")
    wait_for(story, [])
    story.look("queues-at-the-end", reception.page.get_by_role("heading", level=1))
    assert {ticket: phone.state() for ticket, phone in story.phones.items()} == {
        "A001": "finished",
        "A002": "finished",
        "A003": "cancelled",
        "A004": "finished",
    }
