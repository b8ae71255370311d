"""The patient's phone: the own number, who is ahead, where to go."""

from dataclasses import dataclass
from datetime import datetime

from clinic.board import Door, Slip
from clinic.ordering import Ahead
from clinic.setup import Name
from clinic.waits import Wait

NAMELESS = Name("")

MARKS = 3
"""So many people ahead are drawn one by one; of more, only the foremost two are, behind dots."""


@dataclass(frozen=True, slots=True)
class Options:
    """`clinic` stands at the top; `step_out_minutes` is how long the clinic keeps a place for somebody who goes out."""

    clinic: Name = NAMELESS
    step_out_minutes: int = 15


@dataclass(frozen=True, slots=True)
class View:
    """All that a phone page shows. Wall-clock texts are '' where there is nothing to say."""

    clinic: Name
    ticket: str
    name: str
    state: str
    position: int | None
    people_ahead: int
    marks: tuple[int, ...]
    ahead: tuple[Ahead, ...]
    wait: Wait | None
    service: Name
    dentist: Name | None
    door: Door | None
    calls: int
    called: str
    slot: str
    form_pending: bool
    out_until: str
    withdrawn: bool
    step_out_minutes: int


def view(slip: Slip, options: Options) -> View:
    """One's own place, and nothing of anybody else but how many and why."""
    people = slip.people_ahead
    return View(
        clinic=options.clinic,
        ticket=slip.ticket,
        name=slip.name,
        state=slip.state,
        position=slip.position,
        people_ahead=people,
        marks=tuple(range(people if people <= MARKS else MARKS - 1, 0, -1)),
        ahead=slip.ahead,
        wait=slip.wait,
        service=slip.service,
        dentist=slip.dentist,
        door=slip.door,
        calls=slip.calls,
        called=_clock(slip.called_at),
        slot=_clock(slip.slot),
        form_pending=slip.form == "pending",
        out_until=_clock(slip.out_until),
        withdrawn=slip.withdrawn,
        step_out_minutes=options.step_out_minutes,
    )


def _clock(at: datetime | None) -> str:
    return f"{at:%H:%M}" if at else ""
