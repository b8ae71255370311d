"""How calls are said aloud."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.setup import Name
from display.speech import announcements, lines, sentence, spell
from locales import LANGUAGES
from tests.display import make_board as make


@pytest.mark.parametrize(
    ("ticket", "chinese", "english"),
    [
        ("A023", "A 零 二 三", "A zero two three"),
        ("B1050", "B 一 零 五 零", "B one zero five zero"),
        ("K1-07", "K 一 零 七", "K one zero seven"),
    ],
)
def test_number_is_read_sign_by_sign(ticket: str, chinese: str, english: str) -> None:
    """A023 is never twenty-three, and signs between are not read."""
    assert spell(ticket, "zh-CN") == chinese
    assert spell(ticket, "en") == english


def test_sentence_names_number_and_room() -> None:
    """The sentence is the one clinics use; a repeated call says so."""
    (call,) = announcements(make.board(calls=(make.call(),)))
    (again,) = announcements(make.board(calls=(make.call(times=2),)))
    assert sentence(call, "zh-CN") == "请 A 零 二 三 号，到 3 号诊室 就诊。"
    assert sentence(call, "en") == "Ticket A zero two three, please go to Room 3."
    assert sentence(again, "zh-CN").startswith("再次呼叫，")


@given(st.text(min_size=1, max_size=12), st.sampled_from(LANGUAGES))
def test_star_is_never_read(room: str, language: str) -> None:
    """Whatever a room is called, and however names are masked, no voice says "asterisk"."""
    call = make.call(door=make.door(name=Name(f"{room}*", f"{room}*")))
    assert "*" not in sentence(announcements(make.board(calls=(call,)))[0], language)


def test_own_language_follows_once() -> None:
    """Chinese twice, then once in the language the patient chose; a Chinese patient hears no English."""
    (english,) = announcements(make.board(calls=(make.call(language="en"),)))
    (chinese,) = announcements(make.board(calls=(make.call(),)))
    assert [language for language, _ in lines(english, "zh-CN", 2)] == ["zh-CN", "zh-CN", "en"]
    assert [language for language, _ in lines(chinese, "zh-CN", 2)] == ["zh-CN", "zh-CN"]


def test_oldest_open_call_is_said_first() -> None:
    """Two calls at once are spoken in the order in which they were made; who has arrived is not called."""
    calls = (make.call("A3", 3, 1), make.call("A2", 2, 2, open=False), make.call("A1", 1, 3))
    assert [each.ticket for each in announcements(make.board(calls=calls))] == ["A1", "A3"]
    assert announcements(make.board(calls=calls))[0].at == make.NOW - timedelta(seconds=3)
