"""Everybody of one day, and whether their screens agree."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from itertools import zip_longest
from pathlib import Path

import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page

from locales import words
from printers.preview import text_of
from tests.e2e import console, phone, terminal, tv
from tests.e2e.clinic import Clinic
from tests.e2e.console import Console, Queue, Room
from tests.e2e.day import CAST, slots
from tests.e2e.painted import assert_painted
from tests.e2e.phone import Phone
from tests.e2e.terminal import Terminal
from tests.e2e.tv import Calls, Progress
from tests.e2e.waiting import until

NewBrowser = Callable[[int, int], BrowserContext]
"""Makes a browser of its own with a screen of this width and height."""

ROWS = 4
"""So many people who come next are on a television at once."""


class Story:
    """One clinic's screens. `phones` are those of patients, by their tickets; `blinks` how long calls took, in ms."""

    def __init__(self, clinic: Clinic, new_browser: NewBrowser, language: str, pictures: Path) -> None:
        self.clinic = clinic
        self.new_browser = new_browser
        self.say = words(language)
        self.pictures = pictures
        self.origin = clinic.server.origin
        self.kiosk = Terminal(new_browser(terminal.WIDTH, terminal.HEIGHT), self.origin, self.say)
        self.calls = Calls(new_browser(tv.WIDTH, tv.HEIGHT), self.origin)
        self.progress = Progress(new_browser(tv.WIDTH, tv.HEIGHT), self.origin)
        self.reception = Console(self._desk(), self.origin, self.say)
        self.dentist = Room(self._desk(), self.origin, self.say)
        self.imaging = Room(self._desk(), self.origin, self.say)
        self.cast = CAST[language]
        self.slots = slots(clinic.now)
        self.blinks: list[float] = []
        self.phones: dict[str, Phone] = {}

    def calls_told(self, ticket: str) -> list[int]:
        """How many times somebody was called, as the television, the own phone and reception's console say."""
        return [self.calls.times(ticket), self.phones[ticket].times(), self.reception.times(ticket)]

    def mark_pages(self) -> None:
        """Whatever loads a page anew loses the mark."""
        for page in self.pages.values():
            page.evaluate("window.stayed = true")

    def reloaded(self) -> list[str]:
        """The screens that have lost their mark."""
        return [name for name, page in self.pages.items() if not page.evaluate("window.stayed")]

    def _desk(self) -> BrowserContext:
        return self.new_browser(console.WIDTH, console.HEIGHT)

    @property
    def pages(self) -> dict[str, Page]:
        """Every screen that is open, by name."""
        boards = {"calls": self.calls.page, "progress": self.progress.page, "kiosk": self.kiosk.page}
        desks = {"reception": self.reception.page, "dentist": self.dentist.page, "imaging": self.imaging.page}
        return {**boards, **desks, **{ticket: phone.page for ticket, phone in self.phones.items()}}

    def look(self, name: str, words: Locator) -> None:
        """A picture of a screen, on which these words must really be painted."""
        assert_painted(words)
        words.page.screenshot(path=self.pictures / f"{name}.png")

    def paper(self, ticket: str) -> tuple[str, str]:
        """The newest sheet: its text, and where its QR code leads."""
        sheet, data = self.clinic.newest_sheet(ticket)
        picture = self.reception.sheet_picture(sheet)
        (self.pictures / f"paper-{ticket}.png").write_bytes(picture)
        (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture)).convert("L"))
        return text_of(data), code.text

    def open_phone(self, ticket: str, address: str) -> Phone:
        self.phones[ticket] = Phone(self.new_browser(phone.WIDTH, phone.HEIGHT), address, self.say)
        return self.phones[ticket]

    def agree(self) -> list[Queue]:
        """Wait until televisions, phones and consoles say the same; what reception's console then says."""
        until(self._disagreements, lambda found: not found)
        return self.reception.queues()

    def _disagreements(self) -> list[str]:
        queues = self.reception.queues()
        tickets = {"calls": self._calls_board(queues), "rooms": self._rooms_board(queues)}
        tickets |= {"dentist": self._own_rooms(queues), "phones": self._phones(queues)}
        return [f"{where}: {what}" for where, found in tickets.items() for what in found]

    def _calls_board(self, queues: list[Queue]) -> list[str]:
        ranks = zip_longest(*([(ticket, queue.door) for ticket in queue.waiting] for queue in queues))
        coming = [each for rank in ranks for each in rank if each][:ROWS]
        called = {(ticket, queue.door) for queue in queues for ticket in queue.called}
        board = self.calls.board()
        found = [] if board.next == coming else [f"next {board.next} and not {coming}"]
        if not set(board.large) <= called <= {*board.large, *board.called}:
            found.append(f"called {board.large}, {board.called} and not {called}")
        return found

    def _rooms_board(self, queues: list[Queue]) -> list[str]:
        rooms = self.progress.rooms()
        found = []
        for queue in queues:
            room = rooms[queue.door]
            if room.next != (queue.waiting[0] if queue.waiting else ""):
                found.append(f"next at {queue.door} is {room.next} and not {queue.waiting[:1]}")
            if {*queue.here} != set(room.here):
                found.append(f"in {queue.door} are {room.here} and not {queue.here}")
        return found

    def _own_rooms(self, queues: list[Queue]) -> list[str]:
        li, _, imaging = queues
        return [
            f"{face.next()} and not {queue.waiting[:1]}"
            for face, queue in ((self.dentist, li), (self.imaging, imaging))
            if face.next() != (queue.waiting[0] if queue.waiting else "")
        ]

    def _phones(self, queues: list[Queue]) -> list[str]:
        ahead = {ticket: at for queue in queues for at, ticket in enumerate(queue.waiting)}
        doors = {ticket: queue.door for queue in queues for ticket in queue.called}
        return [
            f"{ticket}: {each.people_ahead()} ahead, called to {each.called_to()!r}"
            for ticket, each in self.phones.items()
            if each.people_ahead() != ahead.get(ticket) or each.called_to() != doors.get(ticket, "")
        ]
