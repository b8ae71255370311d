"""The services that take walk-ins today."""

from kiosk.here import Here
from kiosk.options import Share, shares, split
from kiosk.options import part as part_name
from kiosk.page import Action, Answer, Field, Option, Page, Problem, Text
from kiosk.said import Said

MORE = Action("more", Text("kiosk.action.more"), "secondary")


def parts(said: Said, here: Here) -> tuple[str, ...]:
    """The page with the chosen service is the last one."""
    pages = _pages(here)
    chosen = said.value("service")
    last = next((at for at, share in enumerate(pages) if chosen in share.codes), len(pages) - 1)
    asked = [part_name("service", at) for at in range(len(pages))]
    answered = said.turn(f"reason.{asked[last]}") == "next"
    return tuple(asked[: last + 1] if answered else asked)


def page(said: Said, part: str, here: Here) -> Page:
    _, index = split(part)
    share = _pages(here)[index]
    asked = Field(
        name="service",
        kind="choice",
        label=Text("kiosk.reason.title"),
        options=share.options,
        value=said.value("service"),
        at_once=True,
    )
    return Page(
        id=f"reason.{part}",
        title=Text("kiosk.reason.title"),
        lead=Text("kiosk.reason.lead"),
        idle="form",
        fields=(asked,),
        actions=() if share.last else (MORE,),
    )


def take(said: Said, part: str, answer: Answer, here: Here) -> Said | Problem:
    _, index = split(part)
    share = _pages(here)[index]
    if answer.action == MORE.name and not share.last:
        return said.go(f"reason.{part}", MORE.name)
    code = answer.text("service")
    return said.go(f"reason.{part}", service=code) if code in share.codes else Problem("required")


def _pages(here: Here) -> tuple[Share, ...]:
    return shares([Option(code=str(each.id), label=each.name) for each in here.walk_in_services])
