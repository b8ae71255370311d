"""What reception, dentists and imaging do at their consoles."""

import re
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Locator, Page, expect

from locales import LANGUAGES, Words
from tests.e2e.clinic import PASSWORD

WIDTH, HEIGHT = 1440, 900

_QUEUES = """() => [...document.querySelectorAll('section.column')].map(column => ({
    name: column.getAttribute('aria-label'),
    door: column.querySelector('header .door').textContent.trim(),
    waiting: [...column.querySelectorAll('ol > [data-visit] .number')].map(number => number.textContent.trim()),
    here: Object.fromEntries([...column.querySelectorAll('button.status')].map(row =>
        [row.querySelector('.number').textContent.trim(), row.className.replace('status', '').trim()])),
}))"""


@dataclass(frozen=True)
class Queue:
    """A column: the door of its room, who waits in order, and who is at or in the room, by state."""

    name: str
    door: str
    waiting: list[str]
    here: dict[str, str]

    @property
    def called(self) -> list[str]:
        return [ticket for ticket, state in self.here.items() if state == "called"]


class Console:
    """One desk: a browser of its own that shows /reception, with somebody signed in."""

    def __init__(self, context: BrowserContext, origin: str, say: Words) -> None:
        self.say = say
        self.page: Page = context.new_page()
        self.page.goto(f"{origin}/reception")

    def sign_in(self, login: str, password: str = PASSWORD) -> None:
        self.page.get_by_role("heading", level=1).wait_for()
        if self.page.locator("html").get_attribute("lang") != self.say.language:
            other = self.say.text("reception.language") if self.say.language == LANGUAGES[0] else "English"
            self.page.get_by_role("button", name=other).click()
        self.page.get_by_label(self.say.text("reception.sign_in.login")).fill(login)
        self.page.get_by_label(self.say.text("reception.sign_in.password"), exact=True).fill(password)
        self.page.keyboard.press("Enter")
        self.page.get_by_role("navigation").wait_for()

    def open_page(self, name: str) -> None:
        rail = self.page.get_by_role("navigation")
        rail.get_by_role("button", name=self.say.text(f"reception.page.{name}"), exact=True).click()

    def approve(self, code: str, name: str, kind: str, screen: str = "") -> None:
        """Let a new terminal or screen in by the code that it shows."""
        self._field("reception.devices.code").fill(code)
        self._field("reception.devices.name").fill(name)
        self._field("reception.devices.kind").select_option(kind)
        if screen:
            self._field("reception.devices.screen").select_option(screen)
        self._field("reception.devices.language").select_option(self.say.language)
        self.page.get_by_role("button", name=self.say.text("reception.devices.approve")).click()
        expect(self.page.get_by_role("table")).to_contain_text(name)

    def queues(self) -> list[Queue]:
        """Every queue from left to right."""
        return [Queue(**column) for column in self.page.evaluate(_QUEUES)]

    def times(self, ticket: str) -> int:
        """How many times the head of the queue says that somebody was called."""
        status = self.page.locator("button.status.called").filter(has_text=ticket).locator(".since")
        found = re.search(r"\d+", status.inner_text())
        return int(found[0]) if found else 0

    def line(self, ticket: str) -> Locator:
        """The row of a ticket, wherever it stands."""
        opens = self.page.get_by_role("button", name=self.say.text("reception.open", ticket=ticket), exact=True)
        return self.page.locator("[data-visit]").filter(has=opens)

    def find_and_check_in(self, text: str, ticket: str) -> None:
        """The one field: type, Enter."""
        field = self.page.get_by_role("combobox", name=self.say.text("reception.find.label"))
        field.fill(text)
        field.press("Enter")
        self._done("check-in", ticket=ticket)

    def move_up_by_keyboard(self, ticket: str, reason: str) -> None:
        """Alt+↑ on the row, the reason, Enter."""
        self.line(ticket).get_by_role("button", name=self.say.text("reception.open", ticket=ticket)).focus()
        self.page.keyboard.press("Alt+ArrowUp")
        self._give_reason(reason)

    def drag_above(self, ticket: str, other: str, reason: str) -> None:
        """Take the row by its handle, let it go above another one, say why."""
        handle = self.line(ticket).get_by_title(self.say.text("reception.drag", ticket=ticket)).bounding_box()
        target = self.line(other).bounding_box()
        assert handle
        assert target
        mouse = self.page.mouse
        mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
        mouse.down()
        mouse.move(handle["x"] + 20, target["y"] + target["height"] / 2, steps=6)
        mouse.move(handle["x"] + 20, target["y"] + 4, steps=4)
        mouse.up()
        self._give_reason(reason)

    def undo(self) -> None:
        """From the message that tells what was done."""
        self.page.get_by_role("status").get_by_role("button", name=self.say.text("reception.undo"), exact=True).click()
        self._done("undo")

    def undo_by_keyboard(self) -> None:
        self.page.keyboard.press("Control+z")
        self._done("undo")

    def do_with(self, ticket: str, verb: str, choice: str = "") -> None:
        """A verb of the row's menu, and what has to be chosen for it."""
        row = self.line(ticket)
        row.hover()
        row.get_by_role("button", name=self.say.text("reception.more.of", ticket=ticket)).click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name=self.say.text(f"reception.verb.{verb}"), exact=True).click()
        if choice:
            dialog.get_by_role("button", name=self.say.text(choice), exact=True).click()
        dialog.wait_for(state="detached")

    def history(self, ticket: str) -> str:
        """What happened to a visit, as the drawer tells it."""
        self.line(ticket).get_by_role("button", name=self.say.text("reception.open", ticket=ticket)).click()
        told = self.page.locator("aside .history").inner_text()
        self.page.keyboard.press("Escape")
        return told

    def call_next(self, room: str) -> None:
        strip = self.page.get_by_role("region", name=room, exact=True).first
        strip.get_by_role("button", name=self.say.text("reception.call_next")).click()

    def do_in_room(self, room: str, verb: str) -> None:
        """A verb of the menu in the head of the queue, for whoever is called there or sits there."""
        strip = self.page.get_by_role("region", name=room, exact=True).first
        strip.get_by_role("button", name=self.say.text("reception.more.room", room=room)).click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name=self.say.text(f"reception.verb.{verb}"), exact=True).click()
        dialog.wait_for(state="detached")

    def note_click(self) -> None:
        """Note when the mouse is clicked next."""
        self.page.evaluate(
            "addEventListener('click', () => window.clickedAt = Date.now(), {capture: true, once: true})"
        )

    def clicked_at(self) -> float:
        """The noted click, in milliseconds of this machine's clock."""
        return float(self.page.evaluate("window.clickedAt"))

    def sheet_picture(self, sheet: str) -> bytes:
        """A printed sheet as the console shows it."""
        self.open_page("sheets")
        picture = self.page.locator(f"img[src*='{sheet}']")
        address = picture.evaluate("picture => picture.src")
        self.open_page("queues")
        return self.page.request.get(address).body()

    def _field(self, key: str) -> Locator:
        """A field by the words before it; the choices of a list count as words, too."""
        return self.page.get_by_label(re.compile(f"^{re.escape(self.say.text(key))}"))

    def _give_reason(self, reason: str) -> None:
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name=self.say.text(f"clinic.move.{reason}"), exact=True).click()
        self.page.keyboard.press("Enter")
        dialog.wait_for(state="detached")

    def _done(self, verb: str, **facts: str) -> None:
        """The message that something was done."""
        text = self.say.text(f"reception.done.{verb}", **facts)
        expect(self.page.get_by_role("status").filter(has_text=text).first).to_be_visible()


class Room(Console):
    """The console of somebody in a room: the patient here on the left, who comes next on the right."""

    def next(self) -> str:
        """Who would be called now, '' when nobody."""
        return "".join(self.page.locator(".next-who .number").all_inner_texts())

    def patient(self) -> str:
        """Who is here, '' when nobody."""
        panel = "panels => panels.map(panel => panel.getAttribute('aria-label')).join()"
        return str(self.page.get_by_role("article").evaluate_all(panel))

    def call_next(self, room: str = "") -> None:
        """The large button."""
        button = self.page.get_by_role("region", name=self.say.text("reception.room.next"), exact=True)
        button.get_by_role("button", name=re.compile(self.say.text("reception.call_next"), re.IGNORECASE)).click()

    def turn_to(self, ticket: str) -> None:
        """Of several people in the room, show this one."""
        if self.patient() != ticket:
            self.page.get_by_role("tab", name=ticket).click()

    def do(self, verb: str) -> None:
        self.page.get_by_role("article").locator(f"[data-verb={verb}]").click()

    def seat(self, chair: str = "") -> None:
        """Seat who was called; with several free chairs one has to be chosen."""
        self.do("seat")
        if chair:
            name = self.say.text("reception.room.chair", code=chair)
            self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()

    def is_asked_for_form(self) -> bool:
        """Whether the health form stands before the chair; closes it again."""
        form = self.page.get_by_role("complementary").filter(has_text=self.say.text("form.title"))
        form.wait_for()
        self.page.keyboard.press("Escape")
        form.wait_for(state="detached")
        return True

    def check_identity(self) -> None:
        """Two of the identifiers match what the patient says."""
        self.page.get_by_role("article").get_by_role("button", name=self.say.text("reception.verb.identity")).click()
        dialog = self.page.get_by_role("dialog")
        for identifier in ("name", "birth_date"):
            dialog.get_by_role("checkbox", name=self.say.text(f"reception.identifier.{identifier}")).check()
        dialog.get_by_role("button", name=self.say.text("reception.identity.confirm"), exact=True).click()
        dialog.wait_for(state="detached")
