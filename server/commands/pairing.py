"""Devices as staff look after them: approve, prepare, rename, revoke."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from clinic.errors import Refused
from locales import LANGUAGES
from server.commands.command import Answer, Ask, Command, run
from server.devices import CODE_LIVES, Kind, new_claim
from server.storage import tables as t
from server.storage.attempts import Limit, attempt_once, forgive
from server.storage.database import Database

NAME_LENGTH = 60
APPROVE_LIMIT = Limit("pair-approve", 10, timedelta(minutes=10))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What a device is to be: its name, and for a screen which picture of which areas (ids; none: all of them).

    `printer_id` is the printer of a terminal; None: the site's first.
    """

    name: str
    screen: str | None = None
    areas: Sequence[int] = ()
    language: str = LANGUAGES[0]
    printer_id: int | None = None


def approve(database: Database, ask: Ask, code: str, assignment: Assignment, *, screens: Sequence[str]) -> Answer:
    """Pair the device that shows this code. `screens` are the kinds of pictures there are.

    Raises Refused `code_unknown`, `device_unnamed`, `screen_unknown`, `area_unknown`, `printer_unknown`,
    `language_unknown`; TooMany after ten wrong codes within ten minutes.
    """

    def work(command: Command) -> Answer:
        row = command.connection.execute(
            select(t.device.c.id, t.device.c.kind).where(
                t.device.c.code == code,
                t.device.c.approved_at.is_(None),
                t.device.c.asked_at > command.now - CODE_LIVES,
            )
        ).one_or_none()
        if row is None:
            raise Refused("code_unknown", unfit=True)
        columns = _columns(command, Kind(row.kind), assignment, screens)
        waiting = (t.device.c.id == row.id) & t.device.c.approved_at.is_(None)
        if not command.connection.execute(update(t.device).where(waiting).values(code=None, **columns)).rowcount:
            raise Refused("code_unknown", unfit=True)
        command.tell("device_paired", device=row.id)
        return {"device": row.id}

    tried = (APPROVE_LIMIT, ask.actor)
    attempt_once(database, tried)
    answer = run(database, ask, work)
    forgive(database, tried)
    return answer


def prepare(
    database: Database, ask: Ask, kind: Kind, assignment: Assignment, *, screens: Sequence[str]
) -> tuple[int, str]:
    """Pair a device ahead: its id and the secret of a link that makes the first browser to follow it this device.

    The secret is good once, for 24 hours, and is stored nowhere. Raises as `approve` does.
    """
    secret, claim_key = new_claim(database)

    def work(command: Command) -> Answer:
        columns = _columns(command, kind, assignment, screens)
        made = command.connection.execute(
            insert(t.device)
            .values(kind=kind, claim_key=claim_key, asked_at=command.now, **columns)
            .returning(t.device.c.id)
        ).scalar_one()
        command.tell("device_paired", device=made)
        return {"device": made}

    return int(run(database, ask, work)["device"]), secret


def rename(database: Database, ask: Ask, device_id: int, name: str) -> Answer:
    """Raises Refused `device_gone`, `device_unnamed`."""

    def work(command: Command) -> Answer:
        _change(command, device_id, name=_fit_name(name))
        command.tell("device_renamed", device=device_id)
        return {"device": device_id}

    return run(database, ask, work)


def revoke(database: Database, ask: Ask, device_id: int) -> Answer:
    """Take a device's rights away, at once and for good. Raises Refused `device_gone`."""

    def work(command: Command) -> Answer:
        _change(command, device_id, revoked_at=command.now, claim_key=None)
        command.tell("device_revoked", device=device_id)
        return {"device": device_id}

    return run(database, ask, work)


def _change(command: Command, device_id: int, **columns: Any) -> None:
    changed = command.connection.execute(
        update(t.device)
        .where(
            t.device.c.id == device_id,
            t.device.c.site_id == command.ask.site_id,
            t.device.c.approved_at.is_not(None),
            t.device.c.revoked_at.is_(None),
        )
        .values(**columns)
    )
    if not changed.rowcount:
        raise Refused("device_gone")


def _columns(command: Command, kind: Kind, assignment: Assignment, screens: Sequence[str]) -> dict[str, Any]:
    if assignment.language not in LANGUAGES:
        raise Refused("language_unknown", unfit=True)
    if kind is Kind.SCREEN and assignment.screen not in screens:
        raise Refused("screen_unknown", unfit=True)
    return {
        "site_id": command.ask.site_id,
        "name": _fit_name(assignment.name),
        "screen": assignment.screen if kind is Kind.SCREEN else None,
        "options": _options(command, assignment) if kind is Kind.SCREEN else {},
        "language": assignment.language,
        "printer_id": _printer(command, assignment.printer_id),
        "approved_at": command.now,
        "approved_by": command.by,
    }


def _options(command: Command, assignment: Assignment) -> dict[str, Any]:
    if not set(assignment.areas) <= {area.id for area in command.day.setup.areas}:
        raise Refused("area_unknown", unfit=True)
    return {"areas": sorted(set(assignment.areas))} if assignment.areas else {}


def _printer(command: Command, printer_id: int | None) -> int | None:
    if printer_id is None:
        return None
    own = (t.printer.c.id == printer_id) & (t.printer.c.site_id == command.ask.site_id)
    if command.connection.execute(select(t.printer.c.id).where(own)).one_or_none() is None:
        raise Refused("printer_unknown", unfit=True)
    return printer_id


def _fit_name(name: str) -> str:
    plain = name.strip()
    if not 1 <= len(plain) <= NAME_LENGTH:
        raise Refused("device_unnamed", unfit=True, most=NAME_LENGTH)
    return plain
