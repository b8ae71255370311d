"""Checking in: an arrival becomes a visit with a number."""

from dataclasses import dataclass
from datetime import datetime

from clinic.change import NEW, Change
from clinic.errors import Refused
from clinic.facts import Fact
from clinic.queue import Day
from clinic.visit import ROUTINE, Form, State, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What is known of somebody who checks in. `appointment_id` and `slot` go together; a walk-in has neither."""

    patient_id: int
    service_id: int
    ticket: str
    queue_id: int | None = None
    appointment_id: int | None = None
    slot: datetime | None = None
    first_visit: bool = False
    language: str = "zh-CN"
    triage: int = ROUTINE
    priority: str | None = None
    form: Form = Form.NONE


def check_in(day: Day, arrival: Arrival, *, now: datetime, at: str) -> Change:
    """Give the arrival a place in its queue. `at` says where: kiosk or desk.

    Raises Refused `already_checked_in` with the ticket when the patient has an open visit today.
    """
    present = next((v for v in day.visits.values() if v.patient_id == arrival.patient_id and v.open), None)
    if present is not None:
        raise Refused("already_checked_in", ticket=present.ticket, visit=present.id)
    queue = day.queue(arrival.queue_id) if arrival.queue_id else day.open_queue_for(arrival.service_id)
    visit = Visit(
        id=NEW,
        patient_id=arrival.patient_id,
        service_day=day.date,
        ticket=arrival.ticket,
        state=State.WAITING,
        since=now,
        queue_id=queue.id,
        service_id=arrival.service_id,
        arrived_at=now,
        appointment_id=arrival.appointment_id,
        slot=arrival.slot,
        first_visit=arrival.first_visit,
        language=arrival.language,
        triage=arrival.triage,
        priority=arrival.priority,
        form=arrival.form,
    )
    return Change((visit,), (Fact("checked_in", NEW, {"at": at, "queue": queue.id}),))
