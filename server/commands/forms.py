"""Health questionnaires, filled in and kept."""

from dataclasses import asdict, replace

from sqlalchemy import insert

from clinic.change import changed
from clinic.interview import Answered
from clinic.visit import Form
from server.commands.command import Answer, Ask, Command, run
from server.storage import tables as t
from server.storage.database import Database


def fill_form(database: Database, ask: Ask, visit_id: int, answered: Answered) -> Answer:
    """Keep a complete questionnaire and let the visit be seated. The journal says which one, never what."""

    def work(command: Command) -> None:
        visit = command.day.visit(visit_id)
        if not visit.open:
            raise visit.conflict()
        keep_form(command, visit_id, answered)
        which = {"questionnaire": answered.questionnaire, "version": answered.version}
        command.write(changed(replace(visit, form=Form.DONE), "form_filled", **which))

    return run(database, ask, work)


def keep_form(command: Command, visit_id: int, answered: Answered) -> None:
    """One more encrypted row of answers within a command; the latest row of a visit counts."""
    sealed = {"answers": dict(answered.answers), "flags": [asdict(flag) for flag in answered.flags]}
    command.connection.execute(
        insert(t.form).values(
            site_id=command.ask.site_id,
            visit_id=visit_id,
            questionnaire=answered.questionnaire,
            version=answered.version,
            complete=answered.complete,
            sealed=command.database.vault.seal(sealed),
            by=command.by,
            at=command.now,
        )
    )
