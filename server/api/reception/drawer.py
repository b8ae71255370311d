"""One visit in the drawer: what happened to it, and its questionnaire."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import request
from pydantic import Field, RootModel

from clinic.interview import Asked
from clinic.privacy import visible_answers
from clinic.questionnaire import Answers, clean
from clinic.roles import Task
from clinic.verbs import Verb
from clinic.visit import Visit
from locales import words
from reception.history import Details, details
from reception.interview import Interview, interview
from reception.rows import Desk
from server.api.access import asked, caller, for_staff
from server.api.answers import Changed
from server.api.errors import GET_PROBLEMS, POST_PROBLEMS, Denied
from server.api.fields import ID_IN_PATH, Body, line
from server.api.house import House
from server.api.sockets import known_language
from server.commands import forms
from server.commands.command import Answer
from server.queries.forms import form_of
from server.queries.history import read_history

LONGEST_ANSWER = 2000

LinkId = Annotated[str, line(64, 1)]
Given = (
    bool
    | int
    | float
    | Annotated[str, Field(max_length=LONGEST_ANSWER)]
    | Annotated[list[Annotated[str, line(64)]], Field(max_length=60)]
)


class DetailsOut(RootModel[Details]):
    """A visit and its history."""


class InterviewOut(RootModel[Interview]):
    """What is asked, given the answers so far."""


class AnswersBody(Body):
    """What was answered, by link id: '' takes an earlier answer back. Questions that are not asked do not count."""

    answers: Annotated[dict[LinkId, Given], Field(max_length=200)]


def add(door: APIBlueprint, house: House) -> None:
    database = house.database

    @door.get(f"/visits/<{ID_IN_PATH}:visit_id>")
    @door.output(DetailsOut)
    @door.doc(summary="A visit and what happened to it", responses=GET_PROBLEMS)
    @for_staff(Task.SEE_PATIENTS)
    def visit_details(visit_id: int) -> Details:
        language = known_language(request.args.get("language"))
        desk, visit = _desk(house, visit_id, language)
        known = caller()
        history = read_history(database, known.site_id, desk.day.date, visit_id, by=known.actor, desk=known.desk_label)
        undo = history.undo if known.may(Task.UNDO) else None
        return details(desk, visit, history.told, undo, words(language))

    @door.get(f"/visits/<{ID_IN_PATH}:visit_id>/form")
    @door.output(InterviewOut)
    @door.doc(summary="The questionnaire of a visit, as answered so far", responses=GET_PROBLEMS)
    @for_staff(Verb.FORM)
    def visit_form(visit_id: int) -> Interview:
        return _interview(_asked(house, visit_id), {})

    @door.post(f"/visits/<{ID_IN_PATH}:visit_id>/form/ask")
    @door.input(AnswersBody, arg_name="body")
    @door.output(InterviewOut)
    @door.doc(summary="What is asked after these answers; keeps nothing", responses=POST_PROBLEMS)
    @for_staff(Verb.FORM)
    def ask_form(visit_id: int, body: AnswersBody) -> Interview:
        return _interview(_asked(house, visit_id), body.answers)

    @door.post(f"/visits/<{ID_IN_PATH}:visit_id>/form")
    @door.input(AnswersBody, arg_name="body")
    @door.output(Changed)
    @door.doc(summary="Keep a complete questionnaire", responses=POST_PROBLEMS)
    @for_staff(Verb.FORM)
    def fill_form(visit_id: int, body: AnswersBody) -> Answer:
        answered = _asked(house, visit_id).answered(body.answers)
        return forms.fill_form(database, asked(), visit_id, answered)


def _desk(house: House, visit_id: int, language: str = "zh-CN") -> tuple[Desk, Visit]:
    """The day as the caller may see it, and a visit of it. Raises Denied 404 for a visit of another site or day."""
    site_id = caller().site_id
    snapshot = house.pictures.snapshot(site_id, house.pictures.revs(frozenset({site_id}))[site_id])
    if visit_id not in snapshot.day.visits:
        raise Denied(404, "not_found")
    staff = {actor: names[language] for actor, names in snapshot.staff.items()}
    return Desk(snapshot.day, snapshot.people, caller().roles, snapshot.at, staff), snapshot.day.visits[visit_id]


def _asked(house: House, visit_id: int) -> Asked:
    _desk(house, visit_id)
    return form_of(house.database, house.questionnaires, visit_id)


def _interview(form: Asked, sent: Answers) -> Interview:
    """Answers to confidential questions go in and, but for clinicians, never come back out."""
    whole = form.whole(sent)
    readable = visible_answers(form.questionnaire, clean(form.questionnaire, whole), caller().roles)
    shown = {name: answer for name, answer in readable.items() if name not in form.known}
    return interview(form.questionnaire, whole, shown)
