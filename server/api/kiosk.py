"""The door of the terminal: takes an answer, gives the next page."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import request
from pydantic import BaseModel, Field, RootModel, TypeAdapter

from clinic.board import slip
from kiosk import flow
from kiosk.here import Here, Printing
from kiosk.needs import Need
from kiosk.page import Answer, Page, Problem
from kiosk.said import Said
from server.api.access import asked, caller, for_device
from server.api.answers import PictureOf
from server.api.errors import GET_PROBLEMS, POST_PROBLEMS
from server.api.fields import Body, Nothing, line
from server.api.house import House
from server.api.kiosk_needs import meet
from server.api.qr import qr_image
from server.api.sockets import known_language
from server.commands import cards
from server.commands.command import Ask, hash_body
from server.conversations import drop_talk, keep_talk, read_talk
from server.devices import Kind
from server.pictures import Watch
from server.queries.snapshot import Snapshot

SAID: TypeAdapter[Said] = TypeAdapter(Said)
MOST_NEEDS = 4
"""More than any answer leads to; a longer chain is a bug, not a patient."""

LOOK_SOON, LOOK_LATER = 2, 15
"""Seconds until the number's page is looked at again: while the paper is on its way, and after that."""

Talk = Annotated[str, line(64)]
PageId = Annotated[str, line(80)]
Text = Annotated[str, Field(max_length=2000)]


class Start(Body):
    """`talk` is empty before the first answer: nobody has said anything yet."""

    talk: Talk = ""
    language: Annotated[str, line(8)] = ""


class Press(Start):
    """A button of a page, and what its fields held."""

    page: PageId
    action: Annotated[str, line(40)]
    values: Annotated[
        dict[Annotated[str, line(80)], Text | Annotated[list[Text], Field(max_length=60)]], Field(max_length=40)
    ]


class Back(Start):
    page: PageId


class Scan(Start):
    """Whatever the scanner typed."""

    text: Annotated[str, Field(max_length=8192)]


class Leave(Body):
    talk: Talk


class TerminalPage(RootModel[Page]):
    """What the terminal shows: texts by key or in both languages."""


class TerminalProblem(BaseModel):
    """Why an answer was not taken, worded by `kiosk.problem.<code>`."""

    code: str
    facts: dict[str, int | str]


class Turn(BaseModel):
    """The next page. `idle` and `countdown` in seconds (0: waits for ever); `look_in`: when to look at it again."""

    talk: str
    page: TerminalPage
    problem: TerminalProblem | None
    idle: float
    countdown: float
    look_in: int | None
    clinic: dict[str, str]
    now: datetime
    time_zone: str
    device: str
    language: str


class WaitingRoom(BaseModel):
    """What a terminal hears while nobody uses it; `help` names the terminals whose call is still open."""

    waiting: int
    help: list[str]


class KioskPicture(PictureOf[WaitingRoom]):
    """A picture for a terminal."""


class HelpAsked(BaseModel):
    rev: int
    card: int


def blueprint(house: House) -> APIBlueprint:
    door = APIBlueprint("kiosk", __name__, url_prefix="/api/kiosk", tag="kiosk")

    @door.get("/picture")
    @door.output(KioskPicture)
    @door.doc(responses=GET_PROBLEMS)
    @for_device(Kind.KIOSK)
    def kiosk_picture() -> dict[str, Any]:
        """How many wait, and which calls for help are open."""
        return house.pictures.now(Watch(caller().site_id, "kiosk")).as_json()

    @door.post("/start")
    @door.input(Start, arg_name="body")
    @door.output(Turn)
    @door.doc(responses=POST_PROBLEMS)
    @for_device(Kind.KIOSK)
    def start(body: Start) -> Turn:
        """The first page, for whoever comes next."""
        return _turn(house, flow.begin(_language(body.language)), "", None)

    @door.post("/answer")
    @door.input(Press, arg_name="body")
    @door.output(Turn)
    @door.doc(responses=POST_PROBLEMS)
    @for_device(Kind.KIOSK)
    def answer(body: Press) -> Turn:
        """A page is answered. Sent twice, it counts once."""
        given = Answer(body.action, body.values)
        return _go_on(house, body, lambda said, here: flow.take(said, body.page, given, here))

    @door.post("/back")
    @door.input(Back, arg_name="body")
    @door.output(Turn)
    @door.doc(responses=POST_PROBLEMS)
    @for_device(Kind.KIOSK)
    def back(body: Back) -> Turn:
        """One page back; what was answered stays."""
        return _go_on(house, body, lambda said, here: flow.take(said, body.page, Answer(flow.BACK), here))

    @door.post("/scan")
    @door.input(Scan, arg_name="body")
    @door.output(Turn)
    @door.doc(responses=POST_PROBLEMS)
    @for_device(Kind.KIOSK)
    def scan(body: Scan) -> Turn:
        """A code was scanned. Its text is kept nowhere."""
        return _go_on(house, body, lambda said, here: flow.scan(said, body.text, here))

    @door.get("/look")
    @door.output(Turn)
    @door.doc(responses=GET_PROBLEMS)
    @for_device(Kind.KIOSK)
    def look() -> Turn:
        """The present page once more: place and paper change while it is shown."""
        said, talk = _said(house, request.headers.get("X-Talk", ""), request.args.get("language", ""))
        return _turn(house, said, talk, None)

    @door.post("/leave")
    @door.input(Leave, arg_name="body")
    @door.output(Nothing)
    @door.doc(responses=POST_PROBLEMS)
    @for_device(Kind.KIOSK)
    def leave(body: Leave) -> Nothing:
        """Forget what was said."""
        drop_talk(house.database, _device_id(), body.talk)
        return Nothing()

    @door.post("/help")
    @door.output(HelpAsked)
    @door.doc(responses=POST_PROBLEMS)
    @for_device(Kind.KIOSK)
    def call_staff() -> dict[str, Any]:
        """Ring at reception until a person says "mine"."""
        return cards.ask_help(house.database, asked(), _device_id())

    return door


def _go_on(house: House, body: Start, change: Callable[[Said, Here], Said | Problem]) -> Turn:
    """Change the conversation, do whatever it needs then, keep it, and show where it has come to."""
    said, talk = _said(house, body.talk, body.language)
    here = _here(house, said)
    changed = change(said, here)
    for _ in range(MOST_NEEDS):
        if isinstance(changed, Problem):
            return _turn(house, said, talk, changed)
        here = _here(house, changed)
        now = flow.current(changed, here)
        if isinstance(now, str):
            break
        changed = flow.learned(changed, meet(house, now, here, _ask_for(now)), here)
    if isinstance(changed, Problem):
        return _turn(house, said, talk, changed)
    if changed.over:
        drop_talk(house.database, _device_id(), talk)
        return _turn(house, flow.begin(changed.language), "", None)
    talk = keep_talk(house.database, _device_id(), talk, SAID.dump_python(changed, mode="json"))
    return _turn(house, changed, talk, None)


def _ask_for(need: Need) -> Ask:
    """The request for one need: of a request repeated after a crash each part is done once."""
    ask = asked()
    return replace(ask, key=hash_body([ask.key, type(need).__name__]))


def _said(house: House, talk: str, language: str) -> tuple[Said, str]:
    """The conversation so far in the language asked for; a new one where there is none (any more)."""
    kept = read_talk(house.database, _device_id(), talk) if talk else None
    if kept is None:
        return flow.begin(_language(language)), ""
    said = SAID.validate_python(kept)
    return replace(said, language=_language(language) if language else said.language), talk


def _turn(house: House, said: Said, talk: str, problem: Problem | None) -> Turn:
    here = _here(house, said)
    page = flow.page(said, here)
    device = caller().device
    return Turn(
        talk=talk,
        page=TerminalPage(page),
        problem=TerminalProblem(code=problem.code, facts=dict(problem.facts)) if problem else None,
        idle=_idle(house, page),
        countdown=house.settings.countdown_seconds,
        look_in=_look_in(here),
        clinic=asdict(here.setup.site.name),
        now=here.local,
        time_zone=here.setup.site.time_zone,
        device=device.name if device else "",
        language=said.language,
    )


def _idle(house: House, page: Page) -> float:
    seconds = {"welcome": 0.0, "identity": house.settings.identity_seconds, "form": house.settings.form_seconds}
    return seconds[page.idle]


def _look_in(here: Here) -> int | None:
    if here.slip is None:
        return None
    return LOOK_SOON if here.printing in ("waiting", "sending") else LOOK_LATER


def _here(house: House, said: Said) -> Here:
    snapshot = _snapshot(house)
    visit = snapshot.day.visits.get(said.visit_id) if said.visit_id is not None else None
    own = slip(snapshot.day, visit, snapshot.people[visit.id].masked, snapshot.at) if visit else None
    return Here(
        setup=snapshot.day.setup,
        now=house.database.now(),
        questionnaires=house.questionnaires,
        slip=own,
        printing=_printing(snapshot, said.visit_id),
        qr=qr_image(house, visit.id) if visit else "",
    )


def _printing(snapshot: Snapshot, visit_id: int | None) -> Printing:
    states: dict[str, Printing] = {
        "waiting": "waiting",
        "sending": "sending",
        "printed": "printed",
        "not_printed": "not_printed",
        "unknown": "unknown",
    }
    return states.get(snapshot.printing.get(visit_id or 0, ""), "")


def _snapshot(house: House) -> Snapshot:
    site_id = caller().site_id
    return house.pictures.snapshot(site_id, house.pictures.revs(frozenset({site_id}))[site_id])


def _device_id() -> int:
    device = caller().device
    return device.id if device else 0


def _language(language: str) -> str:
    """As asked; else the terminal's own."""
    device = caller().device
    return known_language(language or (device.language if device else ""))
