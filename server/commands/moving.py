"""Reception's own order, with a reason and, if wanted, a note."""

from sqlalchemy import insert

from clinic import moving
from server.commands.command import Answer, Ask, Command, run
from server.storage import tables as t
from server.storage.database import Database


def move(database: Database, ask: Ask, visit_id: int, position: int, *, reason: str, note: str = "") -> Answer:
    """Put a waiting patient at a position of its queue. The note is kept encrypted, apart from the journal."""

    def work(command: Command) -> None:
        note_id = write_note(command, visit_id, note) if note.strip() else None
        change = moving.move(
            command.day, visit_id, position, reason=reason, by=command.by, now=command.now, note_id=note_id
        )
        command.write(change)

    return run(database, ask, work)


def write_note(command: Command, visit_id: int, text: str) -> int:
    """Keep free text beside a visit; returns the id the journal points to."""
    made = command.connection.execute(
        insert(t.note)
        .values(
            site_id=command.ask.site_id,
            visit_id=visit_id,
            sealed=command.database.vault.seal(text.strip()),
            by=command.by,
            at=command.now,
        )
        .returning(t.note.c.id)
    )
    return int(made.scalar_one())
