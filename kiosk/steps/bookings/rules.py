"""Somebody with several bookings today chooses by the time."""

from kiosk.here import Here
from kiosk.page import Answer, Field, Option, Page, Problem, Text, clock
from kiosk.said import Booking, Said


def parts(said: Said, here: Here) -> tuple[str, ...]:
    return ("",)


def page(said: Said, part: str, here: Here) -> Page:
    asked = Field(
        name="booking",
        kind="choice",
        label=Text("kiosk.bookings.title"),
        options=tuple(_option(each, here) for each in said.bookings),
        value=said.value("booking"),
        at_once=True,
    )
    return Page(
        id="bookings",
        title=Text("kiosk.bookings.title"),
        lead=Text("kiosk.bookings.lead"),
        idle="identity",
        fields=(asked,),
    )


def take(said: Said, part: str, answer: Answer, here: Here) -> Said | Problem:
    code = answer.text("booking")
    if code not in {str(each.appointment_id) for each in said.bookings}:
        return Problem("required")
    return said.go("bookings", booking=code)


def _option(booking: Booking, here: Here) -> Option:
    time = Text("kiosk.bookings.at", {"time": clock(booking.starts)})
    return Option(code=str(booking.appointment_id), label=time, detail=here.setup.service[booking.service_id].name)
