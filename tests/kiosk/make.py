"""Conversations for tests, with a server that answers every need."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from clinic.board import Slip
from clinic.setup import Name
from clinic.visit import Form, State
from clinic.waits import Wait
from kiosk import flow
from kiosk.here import Here
from kiosk.needs import (
    AskReception,
    Done,
    FindPerson,
    FindScan,
    Found,
    HasNumber,
    Need,
    NotFound,
    NotRead,
    NumberTaken,
    Reprint,
    Result,
    SaveForm,
    TakeNumber,
)
from kiosk.page import Answer, Page, Problem
from kiosk.said import NOBODY, Booking, Holder, Person, Said
from server.questionnaires import load_questionnaires
from tests import make

NOW = datetime(2026, 11, 23, 2, 12, tzinfo=UTC)
"""12 past ten in the morning in Shanghai."""

WANG = Person(patient_id=7, name="王*明", phone_tail="6217", birth_date=date(1958, 4, 12), sex="male")
QUESTIONNAIRES = load_questionnaires()
SAID: TypeAdapter[Said] = TypeAdapter(Said)


def here(**changes: Any) -> Here:
    return replace(Here(setup=make.setup(), now=NOW, questionnaires=QUESTIONNAIRES), **changes)


def booking(id_: int = 1, minutes: int = 18) -> Booking:
    """A booking with dentist 1 that begins some minutes from now."""
    starts = (NOW + timedelta(minutes=minutes)).astimezone(make.setup().site.zone)
    return Booking(appointment_id=id_, starts=starts, service_id=1, practitioner_id=1)


def slip(**changes: Any) -> Slip:
    plain = Slip(
        ticket="A023",
        name="王*明",
        state=State.WAITING,
        position=1,
        ahead=(),
        wait=Wait(10, 20, "planned"),
        service=Name("初诊", "Consultation"),
        dentist=Name("医生1", "Dr 1"),
        door=None,
        calls=0,
        called_at=None,
        slot=None,
        form=Form.PENDING,
        out_until=None,
        withdrawn=False,
        missed=0,
    )
    return replace(plain, **changes)


Answers = Callable[[Need], Result]


def server(
    *,
    people: Mapping[str, Result] | None = None,
    scans: Mapping[str, Result] | None = None,
    number: Result | None = None,
) -> Answers:
    """Answers needs as a server would: people by phone with WANG's birth date, scans by text, all others unknown."""

    def answer(need: Need) -> Result:
        match need:
            case FindPerson(phone, born):
                return (people or {}).get(phone, NotFound()) if born == WANG.birth_date else NotFound()
            case FindScan(text):
                return (scans or {}).get(text, NotRead("unreadable"))
            case TakeNumber():
                return number or NumberTaken(41, WANG)
            case SaveForm() | Reprint():
                return Done()

    return answer


class Talk:
    """One conversation as the terminal leads it; every state goes through JSON, as it does on the server."""

    def __init__(self, answers: Answers | None = None, place: Here | None = None) -> None:
        self.answers = answers or server()
        self.here = place or here()
        self.said = flow.begin("zh-CN")
        self.needs: list[Need] = []
        self.problem: Problem | None = None

    @property
    def page(self) -> Page:
        return flow.page(self.said, self.here)

    def press(self, action: str = "next", **values: Any) -> "Talk":
        return self._settle(flow.take(self.said, self.page.id, Answer(action, values), self.here))

    def scan(self, text: str) -> "Talk":
        return self._settle(flow.scan(self.said, text, self.here))

    def back(self) -> "Talk":
        return self.press("back")

    def at(self, page_id: str) -> "Talk":
        assert self.page.id == page_id, (self.page.id, self.problem)
        return self

    def _settle(self, outcome: Said | Problem) -> "Talk":
        self.problem = None
        while not isinstance(outcome, Problem):
            outcome = SAID.validate_json(SAID.dump_json(outcome))
            need = flow.current(outcome, self.here)
            if isinstance(need, str):
                self.said = outcome
                return self
            self.needs.append(need)
            result = self.answers(need)
            if isinstance(need, SaveForm) and isinstance(result, Done):
                self.here = replace(self.here, slip=slip(form=Form.DONE))
            if isinstance(result, NumberTaken | HasNumber) and self.here.slip is None:
                self.here = replace(self.here, slip=slip(), printing="waiting")
            outcome = flow.learned(outcome, result, self.here)
        self.problem = outcome
        return self


__all__ = [
    "NOBODY",
    "AskReception",
    "Found",
    "HasNumber",
    "Holder",
    "NotFound",
    "NotRead",
    "Talk",
    "booking",
    "here",
    "server",
    "slip",
]
