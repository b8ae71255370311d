"""Cards: what staff should look at, and who took it on."""

from typing import Any

from sqlalchemy import insert, select, update

from clinic.errors import Refused
from server.commands.command import Answer, Ask, Command, run
from server.storage import tables as t
from server.storage.database import Database


def open_card(
    command: Command,
    kind: str,
    *,
    visit_id: int | None = None,
    device_id: int | None = None,
    printer_id: int | None = None,
    **about: Any,
) -> int:
    """Open a card within a command; one that is open for the same subject is kept instead. Returns its id."""
    same = select(t.card.c.id).where(
        t.card.c.site_id == command.ask.site_id,
        t.card.c.kind == kind,
        t.card.c.closed_at.is_(None),
        t.card.c.visit_id.is_(visit_id) if visit_id is None else t.card.c.visit_id == visit_id,
        t.card.c.device_id.is_(device_id) if device_id is None else t.card.c.device_id == device_id,
        t.card.c.printer_id.is_(printer_id) if printer_id is None else t.card.c.printer_id == printer_id,
    )
    open_one = command.connection.execute(same).scalar()
    if open_one is not None:
        return int(open_one)
    made = command.connection.execute(
        insert(t.card)
        .values(
            site_id=command.ask.site_id,
            kind=kind,
            visit_id=visit_id,
            device_id=device_id,
            printer_id=printer_id,
            about=about,
            opened_at=command.now,
        )
        .returning(t.card.c.id)
    )
    return int(made.scalar_one())


def close_cards(command: Command, kind: str, *, printer_id: int) -> bool:
    """Close a printer's open cards of a kind, its cause being gone. True if there was one."""
    closed = command.connection.execute(
        update(t.card)
        .where(t.card.c.kind == kind, t.card.c.printer_id == printer_id, t.card.c.closed_at.is_(None))
        .values(closed_at=command.now)
    )
    return bool(closed.rowcount)


def ask_help(database: Database, ask: Ask, device_id: int) -> Answer:
    """A patient at a terminal asks for a person; pressing again changes nothing."""

    def work(command: Command) -> Answer:
        card = open_card(command, "help_asked", device_id=device_id)
        command.tell("help_asked", card=card, device=device_id)
        return {"card": card}

    return run(database, ask, work)


def take_card(database: Database, ask: Ask, card_id: int) -> Answer:
    """Somebody says "mine": the card leaves every console. Raises Refused `card_gone` when another was first."""

    def work(command: Command) -> Answer:
        taken = command.connection.execute(
            update(t.card)
            .where(t.card.c.id == card_id, t.card.c.site_id == ask.site_id, t.card.c.closed_at.is_(None))
            .values(taken_by=command.by, taken_at=command.now, closed_at=command.now)
        )
        if not taken.rowcount:
            raise Refused("card_gone")
        command.tell("help_taken", card=card_id)
        return {"card": card_id}

    return run(database, ask, work)
