"""Who may enter which door: every route says so, or nobody gets in."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from apiflask import APIFlask
from flask import Response, after_this_request, g, request
from sqlalchemy import select

from clinic.roles import Role, Task, tasks_of, verbs_of
from clinic.verbs import Verb
from server import devices
from server.api.errors import Denied
from server.api.house import House
from server.commands.command import Ask, hash_body
from server.devices import Device, Kind
from server.settings import Settings
from server.staff import desks
from server.staff.desks import Desk
from server.staff.people import Person
from server.storage import tables as t
from server.storage.database import Database

DESK_COOKIE = "nextchair_desk"
TEN_YEARS = timedelta(days=3650)
BODY_LIMIT = 64 * 1024
DEEPEST = 8
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")

View = TypeVar("View", bound=Callable[..., Any])
Need = Task | Verb


class Who(StrEnum):
    """Whom a route is for."""

    ALL = "all"
    DEVICE = "device"
    STAFF = "staff"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks of its caller. `while_locked`: a locked desk may enter too, for it shows no patient."""

    who: Who
    kind: Kind | None = None
    need: Need | None = None
    while_locked: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who was let in. `actor` is what the journal says: staff:3, device:5, phone:17 (a visit).

    `language` is the one a phone's patient checked in with.
    """

    actor: str
    site_id: int
    desk: Desk | None = None
    device: Device | None = None
    visit_id: int | None = None
    language: str = ""

    @property
    def person(self) -> Person | None:
        return self.desk.person if self.desk else None

    @property
    def roles(self) -> frozenset[Role]:
        return self.person.roles if self.person else frozenset()

    @property
    def desk_label(self) -> str:
        return self.desk.label if self.desk else ""

    def may(self, need: Need) -> bool:
        """Whether this person's roles allow a task, or a verb of a visit."""
        return need in (verbs_of(self.roles) if isinstance(need, Verb) else tasks_of(self.roles))

    def require(self, need: Need) -> None:
        """Raises Denied 403 `not_allowed`."""
        if not self.may(need):
            raise Denied(403, "not_allowed")


def open_to_all(view: View) -> View:
    """Let anybody in, signed in or not."""
    return _mark(view, Access(Who.ALL))


def for_device(kind: Kind) -> Callable[[View], View]:
    """Let paired devices of one kind in."""
    return lambda view: _mark(view, Access(Who.DEVICE, kind=kind))


def for_staff(need: Need | None = None, *, while_locked: bool = False) -> Callable[[View], View]:
    """Let signed-in staff in whose roles allow `need`; None: all of them (the view asks `caller().require`)."""
    return lambda view: _mark(view, Access(Who.STAFF, need=need, while_locked=while_locked))


def for_phone(view: View) -> View:
    """Let the phone in whose token stands in the address as `<token>`."""
    return _mark(view, Access(Who.PHONE))


def access_of(view: Callable[..., Any]) -> Access | None:
    """What a view asks of its caller; None for one that forgot to say so."""
    return getattr(view, "access", None)


def guard(app: APIFlask, house: House) -> None:
    """Stand in front of every route of an app."""
    database, settings = house.database, house.settings
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT

    @app.before_request
    def admit() -> None:
        if request.endpoint is None:
            return
        access = access_of(app.view_functions[request.endpoint])
        if access is None:
            raise RuntimeError(f"nobody said who may call {request.endpoint}: see server/api/access.py")
        changes = request.method not in SAFE
        if changes:
            _check_origin(settings)
        caller = _admit(database, settings, access)
        if changes:
            _check_form()
        if changes and caller is not None:
            _note_life(database, caller)
        g.caller = caller


def caller() -> Caller:
    """Who calls, within a view that is not open to all."""
    known: Caller = g.caller
    return known


def asked() -> Ask:
    """The caller's request, as commands want it."""
    known = caller()
    body = {"path": request.path, "body": request.get_json(silent=True)}
    return Ask(known.site_id, known.actor, request.headers["Idempotency-Key"], hash_body(body), known.desk_label)


def admit_staff(
    database: Database,
    settings: Settings,
    cookies: Mapping[str, str],
    need: Need | None = None,
    *,
    while_locked: bool = False,
) -> Caller:
    """The person at the desk of these cookies. Raises SignedOut; Denied 401 `locked`, 403 `not_allowed`."""
    desk = desks.read_desk(database, cookies.get(DESK_COOKIE), lock_after(settings))
    if desk.locked and not while_locked:
        raise Denied(401, "locked")
    known = Caller(f"staff:{desk.person.id}", desk.site_id, desk=desk)
    if need is not None:
        known.require(need)
    return known


def admit_device(database: Database, cookies: Mapping[str, str], kind: Kind) -> Caller:
    """The paired device of these cookies. Raises Denied 401 `device_unknown`."""
    device = devices.identify(database, cookies.get(device_cookie(kind)))
    if device is None or device.kind != kind:
        raise Denied(401, "device_unknown")
    return Caller(f"device:{device.id}", device.site_id, device=device)


def admit_phone(database: Database, token: str) -> Caller:
    """The visit of a phone page's token. Raises Denied 404 `link_unknown`, for an unknown and an old one alike."""
    link = t.phone_link.c
    with database.read() as connection:
        row = connection.execute(
            select(link.site_id, link.visit_id, t.visit.c.language)
            .join_from(t.phone_link, t.visit, t.visit.c.id == link.visit_id)
            .where(link.token_key == database.vault.keyed("phone_link", token), link.expires_at > database.now())
        ).one_or_none()
    if row is None:
        raise Denied(404, "link_unknown")
    return Caller(f"phone:{row.visit_id}", row.site_id, visit_id=row.visit_id, language=row.language)


def lock_after(settings: Settings) -> timedelta:
    return timedelta(minutes=settings.lock_minutes)


def device_cookie(kind: Kind) -> str:
    """One cookie per kind, so that one browser can be a terminal, a screen and a console: demos, small clinics."""
    return f"nextchair_{kind}"


def send_cookie(settings: Settings, name: str, token: str, lasts: timedelta) -> None:
    """Let the answer of this request set a cookie that no script and no other site can use."""

    @after_this_request
    def send(response: Response) -> Response:
        response.set_cookie(
            name, token, max_age=lasts, secure=settings.secure_cookies, httponly=True, samesite="Strict"
        )
        return response


def drop_cookie(settings: Settings, name: str) -> None:
    """Let the answer of this request remove a cookie."""

    @after_this_request
    def drop(response: Response) -> Response:
        response.delete_cookie(name, secure=settings.secure_cookies, httponly=True, samesite="Strict")
        return response


def _mark(view: View, access: Access) -> View:
    if access_of(view) is not None:
        raise TypeError(f"{view.__name__} is for one kind of caller")
    view.access = access  # type: ignore[attr-defined]
    return view


def _admit(database: Database, settings: Settings, access: Access) -> Caller | None:
    if access.who is Who.STAFF:
        return admit_staff(database, settings, request.cookies, access.need, while_locked=access.while_locked)
    if access.who is Who.DEVICE and access.kind is not None:
        return admit_device(database, request.cookies, access.kind)
    if access.who is Who.PHONE:
        return admit_phone(database, (request.view_args or {})["token"])
    return None


def _check_origin(settings: Settings) -> None:
    """A browser names the page that asks: only our own may. Programs name none."""
    origin = request.headers.get("Origin")
    own = {request.host, urlsplit(settings.public_url).netloc} - {""}
    if origin is not None and urlsplit(origin).netloc not in own:
        raise Denied(403, "other_origin")


def _check_form() -> None:
    """Raises Denied for what no command takes: no key, no JSON, too much, too deep."""
    if (request.content_length or 0) > BODY_LIMIT:
        raise Denied(413, "too_large")
    if (request.mimetype or request.content_length) and request.mimetype != "application/json":
        raise Denied(415, "not_json")
    if _KEY.fullmatch(request.headers.get("Idempotency-Key", "")) is None:
        raise Denied(422, "key_missing")
    if _is_too_deep():
        raise Denied(400, "bad_request")


def _is_too_deep() -> bool:
    """Nested further than any body of ours: thousands of brackets would exhaust the stack of whoever reads them."""
    try:
        level = [request.get_json(silent=True)]
    except RecursionError:
        return True
    for _ in range(DEEPEST):
        level = [inner for each in level for inner in _inside(each)]
    return bool(level)


def _inside(value: object) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _note_life(database: Database, known: Caller) -> None:
    if known.desk is not None:
        desks.touch(database, known.desk)
    if known.device is not None:
        devices.heartbeat(database, known.device.id, known.device.seen_at)
