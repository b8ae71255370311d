"""One question a page; answers decide which come, a review ends it."""

from collections.abc import Iterator
from dataclasses import replace

from clinic.questionnaire import Item, Questionnaire, check, clean, pages, prefilled, red_flags
from clinic.setup import Name
from kiosk.here import Here
from kiosk.options import part as part_name
from kiosk.options import split
from kiosk.page import NEXT, Action, Answer, Line, Page, Phrase, Problem, Text
from kiosk.questions import field_of, given, problem_of, shares_of, spoken
from kiosk.said import Said

CONSENT = "consent_sensitive"
"""The question without whose yes nothing may be asked further; a no leads to reception."""

SEND = Action("send", Text("kiosk.questionnaire.send"))
CHANGE = "change:"


def parts(said: Said, here: Here) -> tuple[str, ...]:
    return (*(part for item in _questions(said, here) for part in _parts_of(item, said)), "review")


def page(said: Said, part: str, here: Here) -> Page:
    if part == "review":
        return _review(said, here)
    name, index = split(part)
    item = next(item for item in _questions(said, here) if item.link_id == name)
    return Page(
        id=f"questionnaire.{part}",
        title=Name(item.text.zh, item.text.en),
        lead=_lead(said, here, item, index),
        idle="form",
        fields=(field_of(item, said.answers, shares_of(item)[index]),),
        actions=(NEXT,),
        progress=_progress(said, here, name),
    )


def take(said: Said, part: str, answer: Answer, here: Here) -> Said | Problem:
    if part == "review":
        return _take_review(said, answer, here)
    name, index = split(part)
    item = next(item for item in _questions(said, here) if item.link_id == name)
    share = shares_of(item)[index]
    answers = {**said.answers, **given(item, answer, said.answers, share)}
    known = prefilled(_questionnaire(said, here), answers, said.known_answers(here.today))
    problem = problem_of(_questionnaire(said, here), known, item)
    if problem and (share.last or problem.code != "required"):
        return problem
    if name == CONSENT and answers[name] is False:
        return replace(said, answers={}, passed=(), trouble="no_consent")
    return replace(said, answers=answers).go(f"questionnaire.{part}")


def _take_review(said: Said, answer: Answer, here: Here) -> Said | Problem:
    if answer.action.startswith(CHANGE):
        name = answer.action.removeprefix(CHANGE)
        return _edit(said, name) if name in _names(said, here) else said
    if answer.action != SEND.name:
        return said
    questionnaire = _questionnaire(said, here)
    answers = prefilled(questionnaire, said.answers, said.known_answers(here.today))
    wrong = next((problem.link_id for problem in check(questionnaire, answers) if problem.link_id), "")
    if wrong in _names(said, here):
        return _edit(said, wrong)
    return replace(said, answers=clean(questionnaire, answers)).go("questionnaire.review", SEND.name)


def _edit(said: Said, name: str) -> Said:
    """Open a question from the review; the further pages of its options come again, too."""
    first = f"questionnaire.{name}"
    return replace(
        said, editing=first, passed=tuple(each for each in said.passed if not each[0].startswith(f"{first}~"))
    )


def _review(said: Said, here: Here) -> Page:
    return Page(
        id="questionnaire.review",
        title=Text("kiosk.questionnaire.review"),
        lead=Text("kiosk.questionnaire.review_lead"),
        idle="form",
        actions=(SEND,),
        lines=tuple(_lines(said, here)),
    )


def _lines(said: Said, here: Here) -> Iterator[Line]:
    for item in _questions(said, here):
        answer = _joined(spoken(item, said.answers))
        yield Line(Name(item.text.zh, item.text.en), answer, f"{CHANGE}{item.link_id}")


def _joined(phrases: tuple[Phrase, ...]) -> Phrase:
    """Several answers as one phrase."""
    if not phrases:
        return Text("kiosk.questionnaire.unanswered")
    joined = phrases[0]
    for phrase in phrases[1:]:
        joined = Text("kiosk.questionnaire.and", {"one": joined, "other": phrase})
    return joined


def _questionnaire(said: Said, here: Here) -> Questionnaire:
    return here.questionnaires[said.questionnaire(here.today)]


def _questions(said: Said, here: Here) -> tuple[Item, ...]:
    """What is asked, given the answers so far: without signatures, and without red flags that were asked already."""
    questionnaire = _questionnaire(said, here)
    answers = prefilled(questionnaire, said.answers, said.known_answers(here.today))
    asked_before = {item.link_id for item in red_flags(questionnaire)} if said.flags_asked else set()
    items = [item for each in pages(questionnaire, answers, "question") for item in each.items]
    return tuple(
        item for item in items if item.is_question and item.type != "attachment" and item.link_id not in asked_before
    )


def _progress(said: Said, here: Here, name: str) -> tuple[int, int]:
    """Which question this is of how many. Before consent is given all those count that follow from it."""
    likely = said if CONSENT in said.answers else replace(said, answers={**said.answers, CONSENT: True})
    order = [item.link_id for item in _questions(likely, here)]
    return order.index(name) + 1, len(order)


def _names(said: Said, here: Here) -> set[str]:
    return {item.link_id for item in _questions(said, here)}


def _parts_of(item: Item, said: Said) -> Iterator[str]:
    """The pages of one question; once a single answer is chosen the rest of its options need not be seen."""
    for index, share in enumerate(shares_of(item)):
        yield part_name(item.link_id, index)
        if not item.repeats and said.answers.get(item.link_id) in share.codes:
            return


def _lead(said: Said, here: Here, item: Item, index: int) -> Phrase | None:
    if index > 0:
        return Text("kiosk.questionnaire.more")
    return _display(said, here, item) or (Text("kiosk.questionnaire.several") if item.repeats else None)


def _display(said: Said, here: Here, item: Item) -> Phrase | None:
    """A text to read that stands before the question."""
    questionnaire = _questionnaire(said, here)
    answers = prefilled(questionnaire, said.answers, said.known_answers(here.today))
    shown = next((each for each in pages(questionnaire, answers, "question") if each.link_id == item.link_id), None)
    texts = [each.text for each in shown.items if not each.is_question] if shown else []
    return Name(" ".join(text.zh for text in texts), " ".join(text.en for text in texts)) if texts else None
