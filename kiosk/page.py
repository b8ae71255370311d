"""What one page of the terminal says and asks, as data for any language.

Words are given by their key, or as a name in both languages: the page need not be asked for again when the
language is switched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from clinic.setup import Name


@dataclass(frozen=True, slots=True)
class Text:
    """Words by catalogue key; `facts` fill its placeholders and may be texts or names themselves."""

    key: str
    facts: Mapping[str, "int | str | Text | Name"] = field(default_factory=dict)


Phrase = Text | Name

Idle = Literal["identity", "form"]
"""How long a page waits for somebody who has left: the server knows the seconds."""

FieldKind = Literal["choice", "choices", "phone", "date", "number", "text"]
Keyboard = Literal["none", "digits", "decimal", "letters", "all"]
"""`letters` has no digits: a name is shorter to type without them."""
Look = Literal["primary", "secondary", "quiet", "bar"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A possible answer. Choosing an `apart` one clears all others; it stands below a line."""

    code: str
    label: Phrase
    detail: Phrase | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Something asked. Answers are sent as text, of `choices` as a list of codes; `value` is the answer so far.

    `at_once`: choosing is answering, no further button is pressed. `most` is the longest text in characters.
    """

    name: str
    kind: FieldKind
    label: Phrase
    keyboard: Keyboard = "none"
    options: tuple[Option, ...] = ()
    most: int = 0
    unit: str = ""
    hint: Phrase | None = None
    value: str | tuple[str, ...] = ""
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A button: what is sent when it is pressed. `bar` ones stand in the bottom bar, in the place of Back."""

    name: str
    label: Phrase
    look: Look = "primary"


@dataclass(frozen=True, slots=True)
class Line:
    """Something said before, or known: its heading and its value. `change` is the action that goes back to it."""

    label: Phrase
    value: Phrase
    change: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A room as it is shown: `code` on the door, the name below it."""

    code: str
    name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A booking on the confirm page: local time and day, whether early or late, and the rest as lines."""

    time: str
    day: Phrase
    standing: Phrase
    late: bool
    lines: tuple[Line, ...]
    door: Mark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A number with its place in the queue. `notice` is about paper, `trouble` when there is none.

    `qr` is an image address (data:) of the phone page's code, empty where phones cannot reach the server.
    """

    number: str
    about: tuple[Phrase, ...]
    door: Mark | None
    waiting: bool
    ahead: Phrase | None
    reasons: tuple[Phrase, ...]
    wait: Phrase | None
    qr: str
    scan: Phrase
    scan_detail: Phrase
    notice: Phrase | None
    notice_detail: Phrase | None
    trouble: bool
    advice: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page. Its `id` is sent back with the answer; `step` is the folder whose Step.vue draws it.

    `scan`: a scanned code is welcome here. `progress` is (which question, of how many).
    """

    id: str
    title: Phrase
    idle: Idle
    lead: Phrase | None = None
    fields: tuple[Field, ...] = ()
    actions: tuple[Action, ...] = ()
    back: bool = True
    scan: bool = False
    progress: tuple[int, int] | None = None
    lines: tuple[Line, ...] = ()
    note: Phrase | None = None
    appointment: Appointment | None = None
    ticket: Ticket | None = None
    step: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", self.id.partition(".")[0])


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an answer was not taken, worded by `kiosk.problem.<code>`; never what was typed."""

    code: str
    facts: Mapping[str, int | str] = field(default_factory=dict)


Values = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A pressed button and what the fields held."""

    action: str = "next"
    values: Values = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def codes(self, name: str) -> tuple[str, ...]:
        """The ticked codes, each once, in the order they came."""
        value = self.values.get(name, ())
        given = (value,) if isinstance(value, str) else value
        return tuple(dict.fromkeys(code for code in given if code))


NEXT = Action("next", Text("kiosk.action.next"))

MOST_OPTIONS = 6
"""More possible answers than these go to a second page (look: 5)."""


def clock(moment: datetime) -> str:
    """A local time as people read it."""
    return f"{moment:%H:%M}"


def day(moment: datetime) -> Text:
    """A local day with its weekday: 11月23日 周一, Mon 23 Nov."""
    facts: dict[str, int | str | Text | Name] = {
        "day": moment.day,
        "month": Text(f"kiosk.month.{moment.month}"),
        "weekday": Text(f"kiosk.weekday.{moment.isoweekday()}"),
    }
    return Text("kiosk.day", facts)
