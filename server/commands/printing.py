"""Paper: the document is committed with its visit."""

from datetime import timedelta

from sqlalchemy import insert, select

from clinic.board import slip
from clinic.errors import Refused
from clinic.privacy import public_name
from clinic.verbs import REPRINT_REASONS
from clinic.visit import Form, Visit
from printers.document import to_json
from printers.papers.ticket import TicketSlip, ticket
from server.commands.command import Answer, Ask, Command, run
from server.storage import tables as t
from server.storage.database import Database
from server.storage.vault import Vault

TICKET_LIVES = timedelta(minutes=30)
"""A ticket that could not be printed by then stays unprinted: nobody waits for it any more (printing: time to live)."""


def reprint(database: Database, ask: Ask, visit_id: int, *, reason: str, origin: str | None) -> Answer:
    """Print the ticket once more, marked as a copy. `reason` is a code. Raises Refused `no_printer`."""

    def work(command: Command) -> Answer:
        visit = command.day.visit(visit_id)
        if reason not in REPRINT_REASONS:
            raise Refused("reason_unknown", unfit=True)
        job = print_ticket(command, visit, origin=origin, again=True)
        if job is None:
            raise Refused("no_printer")
        command.tell("reprint_asked", visit_id, reason=reason, job=job)
        return {"job": job}

    return run(database, ask, work)


def print_ticket(
    command: Command, visit: Visit, *, origin: str | None, printer_id: int | None = None, again: bool = False
) -> int | None:
    """Queue a visit's ticket for the spool; None where the site has no printer."""
    printer = (
        printer_id
        or command.connection.execute(
            select(t.printer.c.id)
            .where(t.printer.c.site_id == command.ask.site_id)
            .order_by(t.printer.c.position, t.printer.c.id)
        ).scalar()
    )
    if printer is None:
        return None
    document = to_json(ticket(_slip(command, visit, origin)))
    made = command.connection.execute(
        insert(t.print_job)
        .values(
            site_id=command.ask.site_id,
            visit_id=visit.id,
            printer_id=printer,
            paper="ticket",
            reprint=again,
            document=command.database.vault.seal(document),
            next_at=command.now,
            created_at=command.now,
            expires_at=command.now + TICKET_LIVES,
        )
        .returning(t.print_job.c.id)
    )
    return int(made.scalar_one())


def phone_token(vault: Vault, visit_id: int) -> str:
    """The token of a visit's phone page: unguessable, the same on each reprint."""
    return vault.token("phone_page", str(visit_id))


def _slip(command: Command, visit: Visit, origin: str | None) -> TicketSlip:
    setup = command.day.setup
    person = command.connection.execute(select(t.patient).where(t.patient.c.id == visit.patient_id)).one()
    sensitive = setup.service[visit.service_id].sensitive
    name = public_name(person.name, person.birth_date, command.day.date, sensitive_service=sensitive)
    own = slip(command.day, visit, name, command.now)
    token = phone_token(command.database.vault, visit.id)
    return TicketSlip(
        clinic=setup.site.name,
        number=visit.ticket,
        patient=name,
        service=None if sensitive else own.service,
        dentist=own.dentist,
        room=own.door.name if own.door else None,
        ahead=own.people_ahead,
        wait=own.wait,
        printed_at=command.now.astimezone(setup.site.zone),
        missed_call=None,
        qr=f"{origin}/t/{token}" if origin else None,
        form_pending=visit.form is Form.PENDING,
    )
