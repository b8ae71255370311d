"""Who works in a clinic, and what each of them may do."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from clinic.verbs import Verb


class Role(StrEnum):
    """What somebody is in this clinic; one person may be several. Worded by `reception.role.<value>`."""

    RECEPTION = "reception"
    ASSISTANT = "assistant"
    DENTIST = "dentist"
    IMAGING = "imaging"
    CASHIER = "cashier"
    CONSULTANT = "consultant"
    FOLLOW_UP = "follow_up"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    TECHNICIAN = "technician"


CLINICIANS = frozenset({Role.DENTIST, Role.ASSISTANT, Role.IMAGING})
"""Who may read what a patient said about infections; everybody else sees "clinical precaution"."""


class Task(StrEnum):
    """What the console can do besides the verbs of one visit."""

    SEE_PATIENTS = "see-patients"
    CALL_NEXT = "call-next"
    FIND = "find"
    CHECK_IN = "check-in"
    REGISTER = "register"
    UNDO = "undo"
    CARDS = "cards"
    SHEETS = "sheets"
    DEVICES = "devices"


_ALL_VERBS = frozenset(Verb)
_ALL_TASKS = frozenset(Task)
_WITH_THE_PATIENT = frozenset(
    {Verb.CALL, Verb.CALL_AGAIN, Verb.AT_ROOM, Verb.IDENTITY, Verb.SEAT, Verb.WAIT_IN_CHAIR, Verb.IMAGES_READY}
    | {Verb.FINISH, Verb.NO_SHOW, Verb.HOLD, Verb.RETURN, Verb.FORM}
)
_IN_THE_ROOM = _WITH_THE_PATIENT | {Verb.IMAGING, Verb.TRANSFER, Verb.TRIAGE, Verb.MOVE, Verb.UNPIN, Verb.STEP_OUT}
_LOOK = frozenset({Task.SEE_PATIENTS, Task.FIND})
_ROOM_TASKS = _LOOK | {Task.CALL_NEXT, Task.UNDO, Task.CARDS}

_VERBS: Mapping[Role, frozenset[Verb]] = {
    Role.RECEPTION: _ALL_VERBS,
    Role.ASSISTANT: _IN_THE_ROOM,
    Role.DENTIST: _IN_THE_ROOM,
    Role.IMAGING: _WITH_THE_PATIENT,
    Role.CASHIER: frozenset({Verb.REPRINT}),
    Role.CONSULTANT: frozenset({Verb.HOLD, Verb.RETURN}),
    Role.FOLLOW_UP: frozenset(),
    Role.MANAGER: _ALL_VERBS,
    Role.ADMINISTRATOR: _ALL_VERBS,
    Role.TECHNICIAN: frozenset(),
}

_TASKS: Mapping[Role, frozenset[Task]] = {
    Role.RECEPTION: _ALL_TASKS,
    Role.ASSISTANT: _ROOM_TASKS,
    Role.DENTIST: _ROOM_TASKS,
    Role.IMAGING: _ROOM_TASKS,
    Role.CASHIER: _LOOK,
    Role.CONSULTANT: _LOOK | {Task.UNDO},
    Role.FOLLOW_UP: _LOOK,
    Role.MANAGER: _ALL_TASKS,
    Role.ADMINISTRATOR: _ALL_TASKS,
    Role.TECHNICIAN: frozenset({Task.DEVICES, Task.CARDS}),
}
"""A technician looks after devices and never sees a patient."""


def verbs_of(roles: Collection[Role]) -> frozenset[Verb]:
    """What somebody with these roles may do with a visit."""
    return frozenset().union(*(_VERBS[role] for role in roles))


def tasks_of(roles: Collection[Role]) -> frozenset[Task]:
    """What else somebody with these roles may do."""
    return frozenset().union(*(_TASKS[role] for role in roles))


def may_read_infections(roles: Collection[Role]) -> bool:
    return not CLINICIANS.isdisjoint(roles)
