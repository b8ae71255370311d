"""The number first, the form after it: here, or on the own phone."""

from collections.abc import Iterator
from dataclasses import replace

from clinic.visit import AT_DOOR, Form, State
from kiosk.here import Here
from kiosk.page import Action, Answer, Page, Problem, Text
from kiosk.said import Said
from kiosk.ticket import prints, ticket

DONE = Action("done", Text("kiosk.number.done"))
NOTED = Action("done", Text("kiosk.number.noted"))
FILL = Action("fill", Text("kiosk.number.fill"), "secondary")
REPRINT = Action("reprint", Text("kiosk.number.reprint"), "bar")

STATES = {State.MISSED: "missed", State.ON_HOLD: "aside", State.STEPPED_OUT: "aside"}


def parts(said: Said, here: Here) -> tuple[str, ...]:
    return ("",)


def page(said: Said, part: str, here: Here) -> Page:
    shown = ticket(here, again=said.again)
    return Page(
        id="number",
        title=Text(f"kiosk.number.title_{_state(said, here)}"),
        idle="identity",
        actions=tuple(_actions(here)),
        back=False,
        scan=True,
        note=_form_note(said, here),
        ticket=shown,
    )


def take(said: Said, part: str, answer: Answer, here: Here) -> Said | Problem:
    if answer.action not in {action.name for action in _actions(here)}:
        return said
    if answer.action == REPRINT.name:
        return replace(said, reprint=True)
    if answer.action == FILL.name:
        return said.go("number", FILL.name)
    return Said(language=said.language, over=True)


def _state(said: Said, here: Here) -> str:
    state = here.slip.state if here.slip else State.WAITING
    if state in AT_DOOR:
        return "called"
    if state != State.WAITING:
        return STATES.get(State(state), "over")
    if not prints(here):
        return "note"
    return "again" if said.again else "new"


def _actions(here: Here) -> Iterator[Action]:
    yield DONE if prints(here) else NOTED
    if here.slip and here.slip.form == Form.PENDING:
        yield FILL
    if here.printing:
        yield REPRINT


def _form_note(said: Said, here: Here) -> Text | None:
    if said.filled:
        return Text("kiosk.number.filled")
    pending = here.slip is not None and here.slip.form == Form.PENDING
    return Text("kiosk.number.pending") if pending and not here.qr else None
