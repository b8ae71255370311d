"""Calls are heard once, whole, one after the other.

Real Chromium; only the voice, which it lacks without a screen, is a stand-in.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.display import make_board as make
from tests.display.serving import Picture, Screens, picture, until

LISTEN = """
window.heard = [];
const note = (...what) => window.heard.push(what);
const make = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { note('note'); return make.call(this); };
"""
VOICE = """
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
Object.defineProperty(window, 'speechSynthesis', { value: {
  getVoices: () => [{ lang: 'zh-CN', name: 'zh' }, { lang: 'en_US', name: 'en' }],
  cancel: () => {},
  speak: (line) => {
    note('begin', line.text, line.voice.name, line.rate);
    setTimeout(() => { note('end', line.text); line.onend(); }, 60);
  },
} });
"""


def listen(page: Page, screens: Screens, shown: Picture, *, voice: bool = True) -> None:
    """Open a screen whose sounds are written down, and press the key that lets it play."""
    page.add_init_script(LISTEN + (VOICE if voice else ""))
    screens.show("calls", shown)
    page.goto(screens.url)
    expect(page.locator("#muted")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#muted")).to_be_hidden()
    until(lambda: len(screens.watches) > 0)


def wait(page: Page, true: str) -> None:
    """Wait for something in the page; `wait_for_function` would need what the security policy forbids."""
    until(lambda: bool(page.evaluate(true)))


def quiet(page: Page) -> list[list[Any]]:
    """Everything heard, once nothing more is to be said."""
    page.wait_for_timeout(150)
    wait(page, "!window.nextchair.busy")
    heard: list[list[Any]] = page.evaluate("window.heard")
    return heard


def push(page: Page, screens: Screens, rev: int, *calls: Any, later: float = 1) -> None:
    screens.push(picture("calls", make.board(calls=calls), rev, later=later).message())


def spoken(heard: list[list[Any]]) -> list[str]:
    """The tickets spoken, in order."""
    tickets = [line[1].split(" 号")[0].split(" ", 1)[1] for line in heard if line[0] == "begin"]
    return [ticket for index, ticket in enumerate(tickets) if index == 0 or tickets[index - 1] != ticket]


def test_calls_are_spoken_whole_and_in_order(page: Page, screens: Screens) -> None:
    """Two calls at once: chime, first call twice, chime, second call twice; nothing over anything else."""
    listen(page, screens, picture("calls", make.board()))
    push(page, screens, 2, make.call("A002", 2, 0), make.call("A001", 1, 1))
    heard = quiet(page)
    assert [line[0] for line in heard] == ["note", "note", *["begin", "end"] * 2] * 2
    assert spoken(heard) == ["A 零 零 一", "A 零 零 二"]
    assert {tuple(line[2:]) for line in heard if line[0] == "begin"} == {("zh", 0.9)}


def test_call_is_spoken_once(page: Page, screens: Screens) -> None:
    """Later pictures carry the call for a minute, and a page may load again: it is not said again."""
    listen(page, screens, picture("calls", make.board()))
    call = make.call("A001", 1, 0)
    push(page, screens, 2, call)
    first = len(quiet(page))
    push(page, screens, 3, call, later=5)
    assert len(quiet(page)) == first
    screens.show("calls", picture("calls", make.board(calls=(call,)), 3))
    page.reload()
    assert quiet(page) == []


def test_second_call_of_a_patient_is_said_again(page: Page, screens: Screens) -> None:
    """Calling again is a call of its own, and says that it is."""
    listen(page, screens, picture("calls", make.board()))
    push(page, screens, 2, make.call("A001", 1, 0))
    quiet(page)
    push(page, screens, 3, make.call("A001", 5, -3, times=2), later=3)
    assert quiet(page)[-1][1].startswith("再次呼叫")


def test_urgent_call_goes_first(page: Page, screens: Screens) -> None:
    """An urgent call waits for the one being said, not for those behind it, and has three notes."""
    listen(page, screens, picture("calls", make.board()))
    one, two = make.call("A001", 1, 1), make.call("A002", 2, 0)
    push(page, screens, 2, two, one)
    wait(page, "window.heard.some(each => each[0] === 'begin')")
    push(page, screens, 3, make.call("A003", 3, -1, urgent=True), two, one)
    heard = quiet(page)
    assert spoken(heard) == ["A 零 零 一", "A 零 零 三", "A 零 零 二"]
    assert sum(line[0] == "note" for line in heard) == 2 + 3 + 2


def test_withdrawn_call_is_not_spoken(page: Page, screens: Screens) -> None:
    """A call that was taken back while it waited for its turn is dropped."""
    listen(page, screens, picture("calls", make.board()))
    one = make.call("A001", 1, 1)
    push(page, screens, 2, make.call("A002", 2, 0), one)
    wait(page, "window.heard.some(each => each[0] === 'begin')")
    push(page, screens, 3, one)
    assert spoken(quiet(page)) == ["A 零 零 一"]


def test_english_follows_for_who_chose_it(page: Page, screens: Screens) -> None:
    """The patient's own language comes once, after the clinic's, with a voice of that language."""
    listen(page, screens, picture("calls", make.board()))
    push(page, screens, 2, make.call("A001", 1, 0, language="en"))
    voices = [line[2] for line in quiet(page) if line[0] == "begin"]
    assert voices == ["zh", "zh", "en"]


def test_without_a_voice_the_chime_calls(page: Page, screens: Screens) -> None:
    """Many televisions have no voice: two notes per call, and the queue goes on."""
    listen(page, screens, picture("calls", make.board()), voice=False)
    push(page, screens, 2, make.call("A002", 2, 0), make.call("A001", 1, 1))
    assert [line[0] for line in quiet(page)] == ["note"] * 4


def test_old_call_is_shown_and_not_spoken(page: Page, screens: Screens) -> None:
    """A screen that was switched on later does not call who was called minutes ago."""
    listen(page, screens, picture("calls", make.board(calls=(make.call("A001", 1, 300),))))
    expect(page.locator(".panel .ticket")).to_have_text("A001")
    assert quiet(page) == []


def test_silent_screen_stays_silent(page: Page, screens: Screens) -> None:
    """With the sound off nothing is heard and no key is asked for."""
    page.add_init_script(LISTEN + VOICE)
    screens.show("calls", picture("calls", make.board(calls=(make.call(),)), sound=False))
    page.goto(screens.url)
    page.keyboard.press("Enter")
    assert quiet(page) == []
    expect(page.locator("#muted")).to_be_hidden()
