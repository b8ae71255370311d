"""The ticket a patient takes at check-in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from clinic.setup import Name
from clinic.waits import Wait
from locales import words
from printers.document import Block, Both, Document, Ends, Gap, Number, Qr, Rule, Text

ZH, EN = words("zh-CN"), words("en")


@dataclass(frozen=True, slots=True)
class TicketSlip:
    """What goes on a ticket; nothing that tells a diagnosis, an ID or a phone number.

    `patient` is the masked name, empty where only the number may be shown. `room` is None while nobody knows it.
    `ahead` counts the people before this one. `printed_at` is aware and in the clinic's own zone.
    `printed_by` names the kiosk or desk. `missed_call` is the clinic's own rule, None for the usual one.
    `qr` is the address of the phone page, None where phones cannot reach the server.
    `form_pending` says that the health form is still to be filled.
    """

    clinic: Name
    number: str
    patient: str
    service: Name | None
    dentist: Name | None
    room: Name | None
    ahead: int
    wait: Wait | None
    printed_at: datetime
    printed_by: str = ""
    missed_call: Name | None = None
    qr: str | None = None
    form_pending: bool = False

    def __post_init__(self) -> None:
        if self.printed_at.tzinfo is None:
            raise ValueError("printed_at carries the clinic's zone")
        if self.ahead < 0:
            raise ValueError("ahead counts people")


def ticket(slip: TicketSlip) -> Document:
    """The ticket in Chinese and English, for any paper."""
    return Document("ticket", tuple(_blocks(slip)))


def _blocks(slip: TicketSlip) -> Iterator[Block]:
    yield from _head(slip)
    yield Rule()
    yield from _place(slip)
    yield Rule()
    yield from _queue(slip)
    yield Rule()
    yield from _foot(slip)


def _head(slip: TicketSlip) -> Iterator[Block]:
    yield Text(slip.clinic.zh, "center", size=2, bold=True)
    if slip.clinic.en:
        yield Text(slip.clinic.en, "center")
    yield Rule()
    yield Text(f"{ZH.text('printers.your_number')}  {EN.text('printers.your_number')}", "center")
    yield Gap(8)
    yield Number(slip.number)
    if slip.patient:
        yield Gap(8)
        yield Text(slip.patient, "center", size=2, bold=True)


def _place(slip: TicketSlip) -> Iterator[Block]:
    if slip.room is None:
        yield Both((ZH.text("printers.watch_screen"),), (EN.text("printers.watch_screen"),), size=2)
    else:
        yield Both((f"→ {slip.room.zh}",), (slip.room.en,), size=2)
    parts = [part for part in (slip.service, slip.dentist) if part]
    if parts:
        zh = " · ".join(part.zh for part in parts)
        en = " · ".join(part.en for part in parts if part.en)
        yield Both((zh,), (en,))


def _queue(slip: TicketSlip) -> Iterator[Block]:
    key, n = ("printers.ahead", slip.ahead) if slip.ahead else ("printers.ahead_none", 0)
    yield Both(
        (ZH.text(key, n=n), _wait(slip.wait, "zh-CN")),
        (EN.text(key, n=n), _wait(slip.wait, "en")),
    )
    if slip.qr:
        yield Qr(slip.qr)
        yield Text(ZH.text("printers.scan"), "center")
        yield Text(EN.text("printers.scan"), "center")
    if slip.form_pending:
        key = "printers.form_on_phone" if slip.qr else "printers.form_at_desk"
        yield Gap(8)
        yield Text(ZH.text(key), "center", bold=True)
        yield Text(EN.text(key), "center", bold=True)


def _wait(wait: Wait | None, language: str) -> str:
    catalogue = words(language)
    if wait is None:
        return catalogue.text("printers.wait_unknown")
    key = "printers.wait" if wait.low else "printers.wait_within"
    return catalogue.text("printers.wait_or_more" if wait.capped else key, low=wait.low, high=wait.high)


def _foot(slip: TicketSlip) -> Iterator[Block]:
    if slip.missed_call:
        yield Text(slip.missed_call.zh, "center")
        yield Text(slip.missed_call.en, "center")
    else:
        for catalogue in (ZH, EN):
            short = catalogue.text("printers.missed_short")
            yield Text(catalogue.text("printers.missed"), "center", short=short)
    yield Gap(8)
    yield Ends(f"{slip.printed_at:%Y-%m-%d %H:%M}", slip.printed_by)
