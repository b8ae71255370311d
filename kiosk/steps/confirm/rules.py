"""The booking that was found, beside no more than a masked name."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from clinic.setup import Name
from kiosk.here import Here
from kiosk.page import Action, Answer, Appointment, Line, Mark, Page, Problem, Text, clock, day
from kiosk.said import Booking, Said

ACTIONS = (
    Action("me", Text("kiosk.confirm.me")),
    Action("not_me", Text("kiosk.confirm.not_me"), "secondary"),
    Action("other_time", Text("kiosk.confirm.other_time"), "secondary"),
)


def parts(said: Said, here: Here) -> tuple[str, ...]:
    return ("",)


def page(said: Said, part: str, here: Here) -> Page:
    name = said.person.name if said.person else ""
    tail = said.person.phone_tail if said.person else ""
    return Page(
        id="confirm",
        title=Text("kiosk.confirm.title", {"name": name}) if name else Text("kiosk.confirm.title_unnamed"),
        lead=Text("kiosk.confirm.lead_tail", {"tail": tail}) if tail else Text("kiosk.confirm.lead"),
        idle="identity",
        actions=ACTIONS,
        note=Text("kiosk.confirm.note"),
        appointment=_appointment(said.booking, here) if said.booking else None,
    )


def take(said: Said, part: str, answer: Answer, here: Here) -> Said | Problem:
    if answer.action == "me":
        return said.go("confirm", "me")
    if answer.action in ("not_me", "other_time"):
        return replace(Said(language=said.language, trouble=answer.action), sought=True).go("welcome", "walk_in")
    return said


def _appointment(booking: Booking, here: Here) -> Appointment:
    queue = here.queue_of(booking.practitioner_id)
    room = here.setup.room[queue.room_ids[0]] if queue and len(queue.room_ids) == 1 else None
    early = (booking.starts - here.now) // timedelta(minutes=1)
    return Appointment(
        time=clock(booking.starts),
        day=Text("kiosk.confirm.today", {"day": day(booking.starts)}),
        standing=_standing(early),
        late=early < 0,
        lines=tuple(_lines(booking, here)),
        door=Mark(room.code, room.name) if room else None,
    )


def _standing(early: int) -> Text:
    if early > 0:
        return Text("kiosk.confirm.early", {"n": early})
    return Text("kiosk.confirm.late", {"n": -early}) if early < 0 else Text("kiosk.confirm.on_time")


def _lines(booking: Booking, here: Here) -> Iterator[Line]:
    service = here.setup.service[booking.service_id]
    yield Line(Text("kiosk.confirm.service"), service.name)
    if booking.practitioner_id in here.setup.practitioner:
        yield Line(Text("kiosk.confirm.dentist"), _dentist(here, booking.practitioner_id or 0))
    if service.minutes:
        yield Line(Text("kiosk.confirm.length"), Text("kiosk.confirm.minutes", {"n": service.minutes}))


def _dentist(here: Here, practitioner_id: int) -> Name:
    return here.setup.practitioner[practitioner_id].name
