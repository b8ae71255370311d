"""Every step of the terminal by its folder's name.

To add one: a folder with rules.py and Step.vue, one line in STEPS, its pages in kiosk/flow.py, its words in the
catalogues.
"""

from collections.abc import Mapping
from typing import Protocol

from kiosk.here import Here
from kiosk.page import Answer, Page, Problem
from kiosk.said import Said
from kiosk.steps.bookings import rules as bookings
from kiosk.steps.confirm import rules as confirm
from kiosk.steps.identify import rules as identify
from kiosk.steps.number import rules as number
from kiosk.steps.questionnaire import rules as questionnaire
from kiosk.steps.reason import rules as reason
from kiosk.steps.reception import rules as reception
from kiosk.steps.red_flags import rules as red_flags
from kiosk.steps.register import rules as register
from kiosk.steps.urgent import rules as urgent
from kiosk.steps.welcome import rules as welcome


class Step(Protocol):
    """What a step's rules.py offers. A page's id is the step's name alone, or `step.part` where it has parts."""

    def parts(self, said: Said, here: Here) -> tuple[str, ...]:
        """The parts this patient goes through, in order; ("",) for a step of one page."""

    def page(self, said: Said, part: str, here: Here) -> Page:
        """What the page says and asks."""

    def take(self, said: Said, part: str, answer: Answer, here: Here) -> Said | Problem:
        """The conversation after an answer, or why it is not taken."""


STEPS: Mapping[str, Step] = {
    "welcome": welcome,
    "identify": identify,
    "bookings": bookings,
    "confirm": confirm,
    "register": register,
    "reason": reason,
    "red_flags": red_flags,
    "urgent": urgent,
    "number": number,
    "questionnaire": questionnaire,
    "reception": reception,
}
