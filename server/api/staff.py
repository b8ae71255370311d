"""The door of sign-in: who is at this desk."""

from datetime import datetime
from typing import Annotated

from apiflask import APIBlueprint
from flask import request
from pydantic import BaseModel

from clinic.roles import Role
from clinic.setup import Name
from server.api.access import (
    DESK_COOKIE,
    caller,
    drop_cookie,
    for_staff,
    lock_after,
    open_to_all,
    send_cookie,
)
from server.api.errors import GET_PROBLEMS, POST_PROBLEMS
from server.api.fields import Body, Id, Nothing, line
from server.api.house import House
from server.settings import Settings
from server.staff import desks
from server.staff.desks import Desk
from server.staff.passwords import PASSWORD_LENGTH, PIN_LENGTH
from server.staff.people import LOGIN_LENGTH, Person
from server.storage.database import Database

Password = Annotated[str, line(PASSWORD_LENGTH[1], 1)]
Pin = Annotated[str, line(PIN_LENGTH[1], 1)]


class SignIn(Body):
    """By password; at a desk that is signed in already, one more person."""

    login: Annotated[str, line(LOGIN_LENGTH, 1)]
    password: Password


class Switch(Body):
    """Another person of the desk takes over."""

    staff_id: Id
    pin: Pin


class Unlock(Body):
    """Whoever locked the desk is back."""

    pin: Pin


class NewPin(Body):
    """The own PIN, for the next switch."""

    password: Password
    pin: Pin


class Colleague(BaseModel):
    """Somebody who may act at this desk."""

    id: int
    name: Name
    roles: tuple[Role, ...]
    has_pin: bool


class Me(BaseModel):
    """Who acts at this desk. `room` is the room they work in; `desk` are all who may switch to it by PIN.

    After `idle_minutes` without a request of this desk's that changes something, or `here`, it is locked.
    """

    id: int
    name: Name
    roles: tuple[Role, ...]
    room: int | None
    has_pin: bool
    locked: bool
    idle_minutes: float
    ends_at: datetime
    desk: tuple[Colleague, ...]


def blueprint(house: House) -> APIBlueprint:
    database, settings = house.database, house.settings
    bp = APIBlueprint("staff", __name__, url_prefix="/api/staff", tag="Staff")

    @bp.post("/sign-in")
    @bp.input(SignIn, arg_name="body")
    @bp.output(Me)
    @bp.doc(summary="Sign in by password", responses=POST_PROBLEMS)
    @open_to_all
    def sign_in(body: SignIn) -> Me:
        token = desks.sign_in(
            database,
            body.login,
            body.password,
            address=request.remote_addr or "",
            token=request.cookies.get(DESK_COOKIE),
        )
        send_cookie(settings, DESK_COOKIE, token, desks.LASTS)
        return _state(database, settings, token)

    @bp.post("/switch")
    @bp.input(Switch, arg_name="body")
    @bp.output(Me)
    @bp.doc(summary="Act as another person of this desk, by PIN; unlocks it", responses=POST_PROBLEMS)
    @for_staff(while_locked=True)
    def switch(body: Switch) -> Me:
        desks.switch(database, _desk(), body.staff_id, body.pin)
        return _state(database, settings)

    @bp.post("/lock")
    @bp.output(Me)
    @bp.doc(summary="Hide the patients until somebody of this desk is back", responses=POST_PROBLEMS)
    @for_staff(while_locked=True)
    def lock() -> Me:
        desks.lock(database, _desk().id)
        return _state(database, settings)

    @bp.post("/unlock")
    @bp.input(Unlock, arg_name="body")
    @bp.output(Me)
    @bp.doc(summary="Go on as the person who acted last, by PIN", responses=POST_PROBLEMS)
    @for_staff(while_locked=True)
    def unlock(body: Unlock) -> Me:
        desks.switch(database, _desk(), _desk().person.id, body.pin)
        return _state(database, settings)

    @bp.post("/here")
    @bp.output(Me)
    @bp.doc(summary="Somebody is at the desk: it does not lock itself yet", responses=POST_PROBLEMS)
    @for_staff()
    def here() -> Me:
        return _state(database, settings)

    @bp.post("/pin")
    @bp.input(NewPin, arg_name="body")
    @bp.output(Me)
    @bp.doc(summary="Choose the own PIN", responses=POST_PROBLEMS)
    @for_staff()
    def pin(body: NewPin) -> Me:
        desks.change_pin(database, _desk(), body.password, body.pin)
        return _state(database, settings)

    @bp.post("/sign-out")
    @bp.output(Nothing)
    @bp.doc(summary="End this desk for all its people", responses=POST_PROBLEMS)
    @for_staff(while_locked=True)
    def sign_out() -> Nothing:
        desks.sign_out(database, _desk().id)
        drop_cookie(settings, DESK_COOKIE)
        return Nothing()

    @bp.get("/me")
    @bp.output(Me)
    @bp.doc(summary="Who is at this desk", responses=GET_PROBLEMS)
    @for_staff(while_locked=True)
    def me() -> Me:
        return _state(database, settings)

    return bp


def _desk() -> Desk:
    desk = caller().desk
    if desk is None:
        raise desks.SignedOut
    return desk


def _state(database: Database, settings: Settings, token: str | None = None) -> Me:
    """The desk as it is after this request."""
    desk = desks.read_desk(database, token or request.cookies.get(DESK_COOKIE), lock_after(settings))
    me = _colleague(desk.person)
    return Me(
        **dict(me),
        room=desk.person.room_id,
        locked=desk.locked,
        idle_minutes=settings.lock_minutes,
        ends_at=desk.ends_at,
        desk=tuple(_colleague(person) for person in desk.members),
    )


def _colleague(person: Person) -> Colleague:
    roles = tuple(role for role in Role if role in person.roles)
    return Colleague(id=person.id, name=person.name, roles=roles, has_pin=person.has_pin)
