"""The console's picture, and what concerns more than one visit."""

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import request
from pydantic import BaseModel, Field

from clinic.roles import Task
from reception.view import Console
from server.api.access import asked, caller, for_staff
from server.api.answers import Changed, PictureOf
from server.api.errors import GET_PROBLEMS, POST_PROBLEMS
from server.api.fields import ID_IN_PATH, Body, Id
from server.api.house import House
from server.api.sockets import console_watch
from server.commands import calling, cards, undoing

MOST_SKIPPED = 50


class ConsolePicture(PictureOf[Console]):
    """The console for the roles of whoever asks."""


class CallNext(Body):
    """`finish` is the one visit that is done with the call; `skipping` keep their places."""

    finish: Id | None = None
    skipping: Annotated[list[Id], Field(default_factory=list, max_length=MOST_SKIPPED)]


class Called(Changed):
    """Who was called."""

    visit: int
    ticket: str


class Undo(Body):
    """The command to take back, by the rev it answered."""

    rev: Id


class Undone(Changed):
    """The visits that are as they were."""

    visits: list[int]


class CardTaken(BaseModel):
    rev: int
    card: int


def add(door: APIBlueprint, house: House) -> None:
    database = house.database

    @door.get("/picture")
    @door.output(ConsolePicture)
    @door.doc(summary="The console's newest picture", responses=GET_PROBLEMS)
    @for_staff()
    def console_picture() -> dict[str, Any]:
        return house.pictures.now(console_watch(caller(), request.args.get("language", ""))).as_json()

    @door.post(f"/rooms/<{ID_IN_PATH}:room_id>/call-next")
    @door.input(CallNext, arg_name="body")
    @door.output(Called)
    @door.doc(summary="Call a room's next patient", responses=POST_PROBLEMS)
    @for_staff(Task.CALL_NEXT)
    def call_next(room_id: int, body: CallNext) -> dict[str, Any]:
        return calling.call_next(database, asked(), room_id, skipping=body.skipping, finish=body.finish)

    @door.post("/undo")
    @door.input(Undo, arg_name="body")
    @door.output(Undone)
    @door.doc(summary="Take one command back", responses=POST_PROBLEMS)
    @for_staff(Task.UNDO)
    def undo(body: Undo) -> dict[str, Any]:
        return undoing.undo(database, asked(), body.rev)

    @door.post(f"/cards/<{ID_IN_PATH}:card_id>/take")
    @door.output(CardTaken)
    @door.doc(summary="See to a card", responses=POST_PROBLEMS)
    @for_staff(Task.CARDS)
    def take_card(card_id: int) -> dict[str, Any]:
        return cards.take_card(database, asked(), card_id)
