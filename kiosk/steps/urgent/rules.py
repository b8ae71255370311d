"""Said to somebody whose signs should be looked at now."""

from dataclasses import replace

from kiosk.here import Here
from kiosk.page import Action, Answer, Page, Problem, Text
from kiosk.said import Said
from kiosk.ticket import ticket

SEEN = Action("next", Text("kiosk.urgent.next"))


def parts(said: Said, here: Here) -> tuple[str, ...]:
    return ("",)


def page(said: Said, part: str, here: Here) -> Page:
    return Page(
        id="urgent",
        title=Text("kiosk.urgent.title"),
        lead=Text("kiosk.urgent.lead"),
        idle="form",
        actions=(SEEN,),
        back=False,
        note=Text("kiosk.urgent.worse"),
        ticket=ticket(here) if here.slip else None,
    )


def take(said: Said, part: str, answer: Answer, here: Here) -> Said | Problem:
    return replace(said, urgent=False)
