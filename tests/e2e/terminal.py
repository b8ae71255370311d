"""What a patient does at the check-in terminal."""

from contextlib import suppress
from datetime import date

from playwright.sync_api import BrowserContext, Locator, Page, TimeoutError, expect

from clinic.setup import Name
from locales import LANGUAGES, Words, words

WIDTH, HEIGHT = 1080, 1920
SCANS = (3_000, 3_000, 10_000)
"""Milliseconds until a scan must have led to another page, try by try."""


class Terminal:
    """One terminal: a browser of its own that shows /kiosk. Patients touch it, or hold a code to its scanner."""

    def __init__(self, context: BrowserContext, origin: str, say: Words) -> None:
        self.say = say
        self.page: Page = context.new_page()
        self.page.goto(f"{origin}/kiosk")

    def pairing_code(self) -> str:
        return self.page.locator("output").inner_text().replace(" ", "")

    def begin(self) -> None:
        """Somebody stands before the first page and chooses the own language."""
        self._welcome()
        self._press("kiosk.own_name")

    def scan(self, text: str) -> None:
        """A scanner types: fast, and Enter at the end.

        A busy test machine may stall between two keys, which no scanner does: then it is scanned once more.
        """
        here = self.page.wait_for_selector("h1")
        assert here is not None
        for patience in SCANS:
            self.page.keyboard.type(text)
            self.page.keyboard.press("Enter")
            with suppress(TimeoutError):
                here.wait_for_element_state("hidden", timeout=patience)
                return
        raise AssertionError("the scan was not taken")

    def give_phone_and_birth_date(self, phone: str, born: date) -> None:
        """With the on-screen keys alone."""
        self._press("kiosk.welcome.phone")
        self._heading("kiosk.identify.phone")
        self._key_in(phone)
        self._press("kiosk.action.next")
        self._heading("kiosk.identify.birth_date")
        self._key_in(f"{born:%Y%m%d}")
        self._press("kiosk.action.next")

    def confirm(self, masked: str) -> None:
        """It is me: the page greets with the masked name."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(masked)
        self._press("kiosk.confirm.me")

    def give_name_and_phone(self, name: str, phone: str) -> None:
        self._heading("kiosk.register.name")
        # Slower than a scanner, or it would be taken for one.
        self.page.get_by_label(self.say.text("kiosk.field.name")).press_sequentially(name, delay=60)
        self._press("kiosk.action.next")
        self._heading("kiosk.register.phone")
        self._key_in(phone)
        self._press("kiosk.action.next")

    def give_birth_date_and_sex(self, born: date, sex: str) -> None:
        self._heading("kiosk.register.birth_date")
        self._key_in(f"{born:%Y%m%d}")
        self._press("kiosk.action.next")
        self.page.get_by_role("radio", name=self.say.text(f"kiosk.sex.{sex}"), exact=True).click()

    def choose(self, service: Name) -> None:
        self._heading("kiosk.reason.title")
        self.page.get_by_role("radio", name=service.in_(self.say.language)).click()

    def come_without_booking(self) -> None:
        self._press("kiosk.welcome.walk_in")

    def go_on_without_booking(self) -> None:
        """No booking was found: a number all the same."""
        self._press("kiosk.reception.way_walk_in")

    def have_no_red_flags(self) -> None:
        """Two taps: none of these, next."""
        self._heading("kiosk.red_flags.title")
        while self.page.get_by_role("heading", name=self.say.text("kiosk.red_flags.title")).count():
            self.page.locator(".apart .option").click()
            self._go_on("kiosk.action.next")

    def expect_number(self, ticket: str) -> Locator:
        """The own number is on the screen."""
        number = self.page.locator(".ticket .number")
        expect(number).to_have_text(ticket)
        return number

    def expect_people_ahead(self, people: int) -> None:
        words = "kiosk.number.people" if people else "kiosk.number.nobody"
        expect(self.page.locator(".tiles strong").first).to_have_text(self.say.text(words, n=people))

    def leave(self) -> None:
        self._press("kiosk.number.done")
        self._welcome()

    def _welcome(self) -> None:
        """This page greets in both languages, whatever the patient before spoke."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words(LANGUAGES[0]).text("kiosk.welcome.title"))

    def _go_on(self, key: str) -> None:
        """Press a button that leads to another page, and wait for that."""
        here = self.page.wait_for_selector("h1")
        assert here is not None
        self._press(key)
        here.wait_for_element_state("hidden")

    def _heading(self, key: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.say.text(key))

    def _press(self, key: str) -> None:
        self.page.get_by_role("button", name=self.say.text(key)).click()

    def _key_in(self, digits: str) -> None:
        for digit in digits:
            self.page.get_by_role("button", name=digit, exact=True).click()
