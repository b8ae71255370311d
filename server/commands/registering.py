"""Registering a walk-in: written down or found again, and a number at once."""

from dataclasses import replace

from server.commands.checking_in import CheckIn, check_in_now
from server.commands.command import Answer, Ask, Command, run
from server.commands.patients import Particulars, keep_patient
from server.storage.database import Database


def register(database: Database, ask: Ask, person: Particulars, arrival: CheckIn, *, origin: str | None) -> Answer:
    """Keep the person and check them in; `arrival.patient_id` is theirs afterwards. Answers and raises as `check_in`.

    Also raises Refused `name_missing`, `name_too_long`.
    """

    def work(command: Command) -> Answer:
        patient_id = keep_patient(command, person)
        return check_in_now(command, replace(arrival, patient_id=patient_id), origin=origin)

    return run(database, ask, work)
