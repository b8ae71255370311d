"""The next step, given what was said so far.

A conversation is a `Said`. `take`, `scan` and `back` change it, `current` names the page it has come to, or a `Need`:
something the server must do first and tell by `learned`. To add a step see kiosk/steps/__init__.py.
"""

from collections.abc import Iterator
from dataclasses import replace

from clinic.identity import LONGEST
from clinic.questionnaire import flags, prefilled, triage_level
from clinic.visit import EMERGENCY
from kiosk.here import Here
from kiosk.needs import (
    AskReception,
    Done,
    FindPerson,
    FindScan,
    Found,
    HasNumber,
    Need,
    Newcomer,
    NotFound,
    NotRead,
    NumberTaken,
    Reprint,
    Result,
    SaveForm,
    TakeNumber,
)
from kiosk.page import Answer, Page, Problem
from kiosk.said import Said
from kiosk.steps import STEPS
from kiosk.steps.reception import rules as reception

BACK = "back"
"""The button that every page with a way back understands."""


def begin(language: str) -> Said:
    """A new conversation, at the welcome page."""
    return Said(language=language)


def current(said: Said, here: Here) -> str | Need:
    """The page the conversation has come to, or what must be done before there is one."""
    if said.editing:
        return said.editing
    passed = dict(said.passed)
    return next(each for each in _plan(said, here) if not isinstance(each, str) or each not in passed)


def page(said: Said, here: Here) -> Page:
    """The page to show. To be called while nothing is needed."""
    now = current(said, here)
    if not isinstance(now, str):
        raise ValueError(f"first do {type(now).__name__}")
    step, _, part = now.partition(".")
    return STEPS[step].page(said, part, here)


def take(said: Said, page_id: str, answer: Answer, here: Here) -> Said | Problem:
    """The conversation after an answer. One to a page already left changes nothing: it was sent twice."""
    if current(said, here) != page_id:
        return said
    if answer.action == BACK:
        return back(said, here)
    step, _, part = page_id.partition(".")
    return STEPS[step].take(said, part, answer, here)


def scan(said: Said, text: str, here: Here) -> Said | Problem:
    """A scanned code, where one is welcome, begins anew. Elsewhere it changes nothing."""
    if not page(said, here).scan:
        return said
    if len(text) > LONGEST:
        return Problem("unreadable")
    return replace(begin(said.language), scan=text).go("welcome", "scan")


def back(said: Said, here: Here) -> Said:
    """One page back; answers given stay. From the number on nothing before it can be reached."""
    return said.back() if said.editing or page(said, here).back else said


def learned(said: Said, result: Result, here: Here) -> Said | Problem:
    """The conversation once the server has done what was needed. A Problem takes nothing: it stays where it was."""
    match result:
        case NotRead(code):
            return Problem(code)
        case Found(person, bookings):
            trouble = "" if bookings else "not_found"
            return replace(said, scan="", sought=True, person=person, bookings=bookings, trouble=trouble)
        case NotFound(holder):
            return replace(said, scan="", sought=True, holder=holder, trouble="not_found")
        case AskReception(code):
            return _to_reception(said, code)
        case HasNumber(visit_id, person):
            return replace(_at_number(said, visit_id), person=person or said.person, again=True)
        case NumberTaken(visit_id, person):
            return replace(_at_number(said, visit_id), person=person, urgent=_is_urgent(said, here), flags_asked=True)
        case Done():
            return (
                replace(said, reprint=False, again=False)
                if said.reprint
                else replace(said, filled=True, passed=(), answers={})
            )


def _plan(said: Said, here: Here) -> Iterator[str | Need]:
    """The pages of this patient's way and what the server must do between them, as far as is known now."""
    yield from _after_number(said, here, said.visit_id) if said.visit_id is not None else _before_number(said, here)


def _before_number(said: Said, here: Here) -> Iterator[str | Need]:
    yield "welcome"
    way = said.turn("welcome")
    if way == "phone":
        yield from _pages("identify", said, here)
    if way != "walk_in" and not said.sought:
        yield _find(said, way)
    if said.trouble:
        yield f"reception.{said.trouble}"
    if len(said.bookings) > 1:
        yield "bookings"
    if said.bookings:
        yield "confirm"
    if said.person is None:
        yield from _pages("register", said, here)
    if not said.bookings:
        yield from _pages("reason", said, here) if here.walk_in_services else ("reception.service_not_offered",)
    yield from _pages("red_flags", said, here)
    yield _take_number(said, here)


def _after_number(said: Said, here: Here, visit_id: int) -> Iterator[str | Need]:
    if said.reprint:
        yield Reprint(visit_id)
    if here.slip is None:
        yield "reception.no_ticket"
    if said.trouble:
        yield f"reception.{said.trouble}"
    if said.urgent:
        yield "urgent"
    yield "number"
    yield from _pages("questionnaire", said, here)
    yield SaveForm(visit_id, said.questionnaire(here.today), said.answers)


def _pages(step: str, said: Said, here: Here) -> Iterator[str]:
    return (f"{step}.{part}" for part in STEPS[step].parts(said, here))


def _find(said: Said, way: str) -> Need:
    born = said.birth_date
    if way == "scan" or born is None:
        return FindScan(said.scan)
    return FindPerson(said.value("phone"), born)


def _take_number(said: Said, here: Here) -> TakeNumber:
    booking = said.booking
    return TakeNumber(
        patient_id=said.person.patient_id if said.person else None,
        newcomer=None if said.person else _newcomer(said),
        appointment_id=booking.appointment_id if booking else None,
        service_id=None if booking else int(said.value("service")),
        language=said.language,
        questionnaire=said.questionnaire(here.today),
        answers=said.answers,
    )


def _newcomer(said: Said) -> Newcomer:
    return Newcomer(
        name=said.holder.name or said.value("name"),
        phone=said.value("phone"),
        birth_date=said.birth_date,
        sex=said.sex,
        document=said.holder.document,
    )


def _to_reception(said: Said, code: str) -> Said:
    """Another way from here on. What led to the no is asked again; the same no, if it comes again, is shown again."""
    code = code if code in reception.WAYS else "ask"
    if said.visit_id is not None:
        return replace(said, passed=(), trouble=code, reprint=False)
    kept = tuple(each for each in said.passed if each[0].partition(".")[0] not in ("reception", "reason"))
    return replace(said, passed=kept, scan="", sought=True, bookings=(), trouble=code)


def _at_number(said: Said, visit_id: int) -> Said:
    """From the number on the way begins anew, so that nothing before it can be reached."""
    return replace(said, visit_id=visit_id, passed=(), values={}, scan="", trouble="", bookings=())


def _is_urgent(said: Said, here: Here) -> bool:
    questionnaire = here.questionnaires[said.questionnaire(here.today)]
    given = prefilled(questionnaire, said.answers, said.known_answers(here.today))
    return triage_level(flags(questionnaire, given)) <= EMERGENCY
