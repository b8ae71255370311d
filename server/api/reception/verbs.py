"""The verbs of a visit: one route each, calling one command."""

from collections.abc import Callable, Mapping
from typing import Annotated

from apiflask import APIBlueprint
from pydantic import Field

from clinic.calling import IDENTIFIERS
from clinic.verbs import Verb
from server.api.access import asked, for_staff
from server.api.answers import Changed
from server.api.errors import POST_PROBLEMS
from server.api.fields import ID_IN_PATH, Body, Id, line
from server.api.house import House
from server.commands import calling, moving, printing
from server.commands.command import Answer, Ask
from server.storage.database import Database

NOTE_LENGTH = 200

Code = Annotated[str, line(40, 1)]

PLAIN: Mapping[Verb, Callable[[Database, Ask, int], Answer]] = {
    Verb.CALL_AGAIN: calling.call_again,
    Verb.AT_ROOM: calling.arrive_at_room,
    Verb.WAIT_IN_CHAIR: calling.wait_in_chair,
    Verb.IMAGES_READY: calling.images_ready,
    Verb.FINISH: calling.finish,
    Verb.NO_SHOW: calling.no_show,
    Verb.HOLD: calling.hold,
    Verb.RETURN: calling.return_to_queue,
    Verb.UNPIN: calling.unpin,
}
"""Verbs that need nothing but the visit."""


class CallBody(Body):
    room: Id


class IdentityBody(Body):
    """Which identifiers were compared, never their values."""

    identifiers: Annotated[list[Code], Field(max_length=len(IDENTIFIERS))]


class SeatBody(Body):
    """Without a chair: the first free one of the room."""

    chair: Id | None = None


class StepOutBody(Body):
    """Without minutes: as long as the site allows."""

    minutes: Annotated[int, Field(ge=1, le=120)] | None = None


class TransferBody(Body):
    queue: Id
    service: Id | None = None


class TriageBody(Body):
    level: Annotated[int, Field(ge=1, le=4)]


class PriorityBody(Body):
    priority: Code | None


class MoveBody(Body):
    """`position` counts from 1; `note` is kept encrypted, apart from the journal."""

    position: Annotated[int, Field(ge=1, le=10_000)]
    reason: Code
    note: Annotated[str, line(NOTE_LENGTH)] = ""


class ImagingBody(Body):
    """Without a queue: the one with the fewest waiting."""

    queue: Id | None = None


class ReasonBody(Body):
    reason: Code


def add(door: APIBlueprint, house: House) -> None:
    for verb, command in PLAIN.items():
        _add_plain(door, house.database, verb, command)
    _add_calls(door, house.database)
    _add_order(door, house.database)
    _add_ends(door, house)


def _add_calls(door: APIBlueprint, database: Database) -> None:
    @door.post(_path(Verb.CALL))
    @door.input(CallBody, arg_name="body")
    @door.output(Changed)
    @door.doc(summary="Call this patient", responses=POST_PROBLEMS)
    @for_staff(Verb.CALL)
    def call(visit_id: int, body: CallBody) -> Answer:
        return calling.call_this(database, asked(), visit_id, body.room)

    @door.post(_path(Verb.IDENTITY))
    @door.input(IdentityBody, arg_name="body")
    @door.output(Changed)
    @door.doc(summary="Two identifiers were compared", responses=POST_PROBLEMS)
    @for_staff(Verb.IDENTITY)
    def identity(visit_id: int, body: IdentityBody) -> Answer:
        return calling.check_identity(database, asked(), visit_id, body.identifiers)

    @door.post(_path(Verb.SEAT))
    @door.input(SeatBody, arg_name="body")
    @door.output(Changed)
    @door.doc(summary="Seat in a chair", responses=POST_PROBLEMS)
    @for_staff(Verb.SEAT)
    def seat(visit_id: int, body: SeatBody) -> Answer:
        return calling.seat(database, asked(), visit_id, body.chair)

    @door.post(_path(Verb.IMAGING))
    @door.input(ImagingBody, arg_name="body")
    @door.output(Changed)
    @door.doc(summary="From the chair to imaging, and back later", responses=POST_PROBLEMS)
    @for_staff(Verb.IMAGING)
    def imaging(visit_id: int, body: ImagingBody) -> Answer:
        return calling.send_to_imaging(database, asked(), visit_id, body.queue)


def _add_order(door: APIBlueprint, database: Database) -> None:
    @door.post(_path(Verb.STEP_OUT))
    @door.input(StepOutBody, arg_name="body")
    @door.output(Changed)
    @door.doc(summary="Away for a while, the place is kept", responses=POST_PROBLEMS)
    @for_staff(Verb.STEP_OUT)
    def step_out(visit_id: int, body: StepOutBody) -> Answer:
        return calling.step_out(database, asked(), visit_id, body.minutes)

    @door.post(_path(Verb.TRANSFER))
    @door.input(TransferBody, arg_name="body")
    @door.output(Changed)
    @door.doc(summary="To another queue", responses=POST_PROBLEMS)
    @for_staff(Verb.TRANSFER)
    def transfer(visit_id: int, body: TransferBody) -> Answer:
        return calling.transfer(database, asked(), visit_id, body.queue, body.service)

    @door.post(_path(Verb.TRIAGE))
    @door.input(TriageBody, arg_name="body")
    @door.output(Changed)
    @door.doc(summary="Set the triage level", responses=POST_PROBLEMS)
    @for_staff(Verb.TRIAGE)
    def triage(visit_id: int, body: TriageBody) -> Answer:
        return calling.triage(database, asked(), visit_id, body.level)

    @door.post(_path(Verb.PRIORITY))
    @door.input(PriorityBody, arg_name="body")
    @door.output(Changed)
    @door.doc(summary="Mark a priority group, or none", responses=POST_PROBLEMS)
    @for_staff(Verb.PRIORITY)
    def priority(visit_id: int, body: PriorityBody) -> Answer:
        return calling.prioritise(database, asked(), visit_id, body.priority)

    @door.post(_path(Verb.MOVE))
    @door.input(MoveBody, arg_name="body")
    @door.output(Changed)
    @door.doc(summary="Move to a position, with a reason", responses=POST_PROBLEMS)
    @for_staff(Verb.MOVE)
    def move(visit_id: int, body: MoveBody) -> Answer:
        return moving.move(database, asked(), visit_id, body.position, reason=body.reason, note=body.note)


def _add_ends(door: APIBlueprint, house: House) -> None:
    database = house.database

    @door.post(_path(Verb.CANCEL))
    @door.input(ReasonBody, arg_name="body")
    @door.output(Changed)
    @door.doc(summary="The visit ends without treatment", responses=POST_PROBLEMS)
    @for_staff(Verb.CANCEL)
    def cancel(visit_id: int, body: ReasonBody) -> Answer:
        return calling.cancel(database, asked(), visit_id, body.reason)

    @door.post(_path(Verb.REPRINT))
    @door.input(ReasonBody, arg_name="body")
    @door.output(Changed)
    @door.doc(summary="Print the ticket once more", responses=POST_PROBLEMS)
    @for_staff(Verb.REPRINT)
    def reprint(visit_id: int, body: ReasonBody) -> Answer:
        return printing.reprint(database, asked(), visit_id, reason=body.reason, origin=house.origin)


def _add_plain(
    door: APIBlueprint, database: Database, verb: Verb, command: Callable[[Database, Ask, int], Answer]
) -> None:
    @door.post(_path(verb), endpoint=verb)
    @door.output(Changed)
    @door.doc(summary=verb.replace("-", " ").capitalize(), responses=POST_PROBLEMS)
    @for_staff(verb)
    def view(visit_id: int) -> Answer:
        return command(database, asked(), visit_id)


def _path(verb: Verb) -> str:
    return f"/visits/<{ID_IN_PATH}:visit_id>/{verb}"
