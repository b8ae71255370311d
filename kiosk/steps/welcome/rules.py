"""Where everybody begins: a scan is caught here at any time."""

from kiosk.here import Here
from kiosk.page import Action, Answer, Page, Problem, Text
from kiosk.said import Said

ACTIONS = (
    Action("phone", Text("kiosk.welcome.phone"), "secondary"),
    Action("walk_in", Text("kiosk.welcome.walk_in"), "secondary"),
)


def parts(said: Said, here: Here) -> tuple[str, ...]:
    return ("",)


def page(said: Said, part: str, here: Here) -> Page:
    return Page(
        id="welcome", title=Text("kiosk.welcome.title"), idle="identity", actions=ACTIONS, back=False, scan=True
    )


def take(said: Said, part: str, answer: Answer, here: Here) -> Said | Problem:
    if answer.action not in {action.name for action in ACTIONS}:
        return said
    return said.go("welcome", answer.action)
