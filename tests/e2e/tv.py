"""What the waiting room reads on its televisions."""

from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page

WIDTH, HEIGHT = 1920, 1080

_CALLS = """() => {
    const text = (root, selector) => (root.querySelector(selector)?.textContent ?? '').trim();
    const lines = (root, row, ticket) => [...root.querySelectorAll(row)].map(
        each => [text(each, ticket), text(each, '.door-code')]);
    const [called, next] = document.querySelectorAll('.list');
    const row = '.row:not(.row-empty):not(.row-waits)';
    return [
        lines(document, '.panel:not(.panel-none) .call', '.ticket'),
        lines(called, row, '.row-ticket'),
        lines(next, row, '.row-ticket'),
    ];
}"""
_ROOMS = """() => [...document.querySelectorAll('.room')].map(room => ({
    door: room.querySelector('.door-code').textContent.trim(),
    next: room.querySelector('.cell-next .num').textContent.trim().replace('—', ''),
    here: [...room.querySelectorAll('.spot-ticket:not(.spot-free)')].map(spot => spot.textContent.trim()),
}))"""
_EXPECT_CALL = """([ticket, door]) => {
    window.paintedAt = 0;
    const picture = document.getElementById('picture');
    const text = (root, selector) => root.querySelector(selector).textContent.trim();
    const watching = new MutationObserver(() => {
        const calls = [...picture.querySelectorAll('.panel:not(.panel-none) .call')];
        if (!calls.some(call => text(call, '.ticket') === ticket && text(call, '.door-code') === door)) return;
        watching.disconnect();
        // The frame after the next one: then this one is on the glass.
        requestAnimationFrame(() => requestAnimationFrame(() => { window.paintedAt = Date.now(); }));
    });
    watching.observe(picture, {childList: true, subtree: true, characterData: true});
}"""


@dataclass(frozen=True)
class Board:
    """Lines of (ticket, door): calls shown large, other calls with the newest first, and who comes next."""

    large: list[tuple[str, str]]
    called: list[tuple[str, str]]
    next: list[tuple[str, str]]


@dataclass(frozen=True)
class RoomLine:
    """A room on the board of rooms: who is next, '' when nobody, and who is called, at the door or in a chair."""

    door: str
    next: str
    here: list[str]


class Tv:
    """One television: a browser of its own that shows /screen."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.page: Page = context.new_page()
        self.page.goto(f"{origin}/screen")

    def pairing_code(self) -> str:
        code = self.page.locator("#code")
        self.page.wait_for_function("() => /\\d/.test(document.getElementById('code').textContent)")
        return code.inner_text()

    def await_board(self) -> None:
        """Reception has approved: the board comes by itself."""
        self.page.locator(".head-clock").wait_for()


class Calls(Tv):
    """The board of calls."""

    def board(self) -> Board:
        """All that the board says now."""
        seen: list[list[tuple[str, str]]] = self.page.evaluate(_CALLS)
        large, called, coming = ([(ticket, door) for ticket, door in lines] for lines in seen)
        return Board(large, called, coming)

    def times(self, ticket: str) -> int:
        """How many times the large call of this ticket says that it was called."""
        call = self.page.locator(f"[id^='ticket-{ticket}-']")
        return int((call.get_attribute("id") or "").rpartition("-")[2])

    def expect_call(self, ticket: str, door: str) -> None:
        """From now on, note when this call is painted."""
        self.page.evaluate(_EXPECT_CALL, [ticket, door])

    def painted_at(self) -> float:
        """When the expected call was on the glass, in milliseconds of this machine's clock."""
        self.page.wait_for_function("() => window.paintedAt")
        return float(self.page.evaluate("window.paintedAt"))


class Progress(Tv):
    """The board of rooms."""

    def rooms(self) -> dict[str, RoomLine]:
        """Every room by its door."""
        return {room["door"]: RoomLine(**room) for room in self.page.evaluate(_ROOMS)}
