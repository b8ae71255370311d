"""The door of the health questionnaire on the patient's phone."""

from typing import Annotated, Any, Literal

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import BaseModel, Field
from sqlalchemy import select

from clinic.interview import Asked
from clinic.setup import Name
from clinic.visit import Form
from display import form, page
from server.api.access import asked as ask
from server.api.access import caller, for_phone
from server.api.errors import GET_PROBLEMS, POST_PROBLEMS
from server.api.fields import Body
from server.api.house import House
from server.api.sockets import known_language
from server.commands.forms import fill_form
from server.queries.forms import form_of
from server.storage import tables as t

LinkId = Annotated[str, Field(max_length=64)]
Text = Annotated[str, Field(max_length=2000)]
Codes = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=60)]
Answer = bool | int | float | Text | Codes


class FormTurn(Body):
    """All answers so far, what was entered on `page`, and which way to go."""

    answers: Annotated[dict[LinkId, Answer], Field(max_length=200)]
    raw: Annotated[dict[LinkId, Text | Codes], Field(max_length=60)]
    page: LinkId
    action: Literal["next", "back"]


class FormTurned(BaseModel):
    """The next group as HTML, and all answers so far; `done` once the form is kept."""

    body: str
    answers: dict[str, Any]
    done: bool


def blueprint(house: House) -> APIBlueprint:
    door = APIBlueprint("phone_form", __name__, tag="phone")

    @door.get("/t/<string(maxlength=64):token>/form")
    @door.doc(hide=True)
    @for_phone
    def phone_form_page(token: str) -> Response:
        """The questionnaire's first group."""
        language = known_language(request.args.get("language") or caller().language)
        view, _ = _turned(house, FormTurn(answers={}, raw={}, page="", action="next"), "open", language)
        return Response(page.form_page(view, language=language, token=token), mimetype="text/html")

    @door.post("/api/phone/<string(maxlength=64):token>/form")
    @door.input(FormTurn, arg_name="turn")
    @door.output(FormTurned)
    @door.doc(responses=sorted({*GET_PROBLEMS, *POST_PROBLEMS}))
    @for_phone
    def phone_form(token: str, turn: FormTurn) -> dict[str, Any]:
        """One group answered. After the last one the whole form is kept, and seating is no longer blocked."""
        language = known_language(request.args.get("language") or caller().language)
        view, is_kept = _turned(house, turn, turn.action, language)
        if view.done and not is_kept:
            visit_id = caller().visit_id or 0
            asked = form_of(house.database, house.questionnaires, visit_id)
            fill_form(house.database, ask(), visit_id, asked.answered(view.answers))
        return {"body": page.form(view, language), "answers": view.answers, "done": view.done}

    return door


def _turned(house: House, turn: FormTurn, action: form.Action, language: str) -> tuple[form.View, bool]:
    """What to show, and whether the form is kept already: then staff have read it, and a phone changes it no more."""
    visit_id = caller().visit_id or 0
    asked: Asked = form_of(house.database, house.questionnaires, visit_id)
    with house.database.read() as connection:
        row = connection.execute(
            select(t.visit.c.ticket, t.visit.c.form, t.site.c.name_zh, t.site.c.name_en)
            .join_from(t.visit, t.site)
            .where(t.visit.c.id == visit_id)
        ).one()
    clinic = Name(row.name_zh, row.name_en)
    if row.form == Form.DONE:
        return form.finished(asked, clinic=clinic, ticket=row.ticket, language=language), True
    view = form.turn(
        asked, turn.answers, turn.raw, turn.page, action, clinic=clinic, ticket=row.ticket, language=language
    )
    return view, False
