"""All red flags on one page: two taps for most people."""

from dataclasses import replace

from clinic.questionnaire import Item, red_flags
from kiosk.here import Here
from kiosk.page import NEXT, Answer, Page, Problem, Text
from kiosk.questions import field_of, given, problem_of
from kiosk.said import Said


def parts(said: Said, here: Here) -> tuple[str, ...]:
    return tuple(item.link_id for item in _items(said, here))


def page(said: Said, part: str, here: Here) -> Page:
    item = next(item for item in _items(said, here) if item.link_id == part)
    return Page(
        id=f"red_flags.{part}",
        title=Text("kiosk.red_flags.title"),
        lead=Text("kiosk.red_flags.lead"),
        idle="form",
        fields=(field_of(item, said.answers),),
        actions=(NEXT,),
    )


def take(said: Said, part: str, answer: Answer, here: Here) -> Said | Problem:
    item = next(item for item in _items(said, here) if item.link_id == part)
    answers = {**said.answers, **given(item, answer)}
    problem = problem_of(here.questionnaires[said.questionnaire(here.today)], answers, item)
    return problem or replace(said, answers=answers).go(f"red_flags.{part}")


def _items(said: Said, here: Here) -> tuple[Item, ...]:
    return red_flags(here.questionnaires[said.questionnaire(here.today)])
