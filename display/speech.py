"""How a call is said aloud."""

from dataclasses import dataclass
from datetime import datetime

from clinic.board import Board
from clinic.setup import Name
from locales import LANGUAGES, words


@dataclass(frozen=True, slots=True)
class Announcement:
    """A call to be announced once; `id` is unique per call. Aloud only the number is said, never the name."""

    id: int
    at: datetime
    ticket: str
    room: Name
    again: bool
    urgent: bool
    language: str


def announcements(board: Board) -> tuple[Announcement, ...]:
    """The open calls, the oldest first: that is the order in which they are spoken."""
    return tuple(
        Announcement(
            id=call.id,
            at=call.at,
            ticket=call.ticket,
            room=call.door.name,
            again=call.times > 1,
            urgent=call.urgent,
            language=call.language,
        )
        for call in reversed(board.calls)
        if call.open
    )


def lines(announcement: Announcement, language: str, repeat: int) -> tuple[tuple[str, str], ...]:
    """What is said, as (language, sentence): `repeat` times in the screen's language, then once in the patient's."""
    own = announcement.language if announcement.language in LANGUAGES else LANGUAGES[0]
    languages = [language] * repeat + [own] * (own != language)
    return tuple((each, sentence(announcement, each)) for each in languages)


def sentence(announcement: Announcement, language: str) -> str:
    """One spoken sentence. A star is never read: voices say "asterisk"."""
    say = words(language)
    key = "display.spoken.again" if announcement.again else "display.spoken.call"
    text = say.text(key, ticket=spell(announcement.ticket, language), room=announcement.room.in_(language))
    return text.replace("*", "")


def spell(ticket: str, language: str) -> str:
    """A ticket sign by sign, as "A 零 二 三" or "A zero two three": a voice would read 023 as a number."""
    return " ".join(_sign(sign, language) for sign in ticket if sign.isalnum())


def _sign(sign: str, language: str) -> str:
    return words(language).text(f"display.spoken.{sign}") if sign in "0123456789" else sign
