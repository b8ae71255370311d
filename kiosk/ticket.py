"""A patient's own place as the terminal shows it."""

from collections.abc import Iterator

from clinic.board import Slip
from clinic.ordering import Ahead
from clinic.setup import Name
from clinic.visit import Form, State
from clinic.waits import Wait
from kiosk.here import Here
from kiosk.page import Mark, Phrase, Text, Ticket, clock

NO_PAPER = ("", "not_printed", "unknown")


def prints(here: Here) -> bool:
    """Whether the paper comes, or has come."""
    return here.printing not in NO_PAPER


def ticket(here: Here, *, again: bool = False) -> Ticket:
    """The ticket of the slip in `here`, which must be there. `again`: its paper was taken away before."""
    slip = here.slip
    if slip is None:
        raise ValueError("there is no number yet")
    waiting = slip.state == State.WAITING
    return Ticket(
        number=slip.ticket,
        about=tuple(_about(slip)),
        door=Mark(slip.door.code, slip.door.name) if slip.door else None,
        waiting=waiting,
        ahead=_ahead(slip.people_ahead) if waiting else None,
        reasons=tuple(_reason(group, here) for group in slip.ahead),
        wait=_wait(slip.wait) if waiting else None,
        qr=here.qr,
        scan=Text("kiosk.number.scan" if prints(here) else "kiosk.number.scan_no_paper"),
        scan_detail=_scan_detail(here, slip),
        notice=_notice(here, again),
        notice_detail=None if prints(here) else Text("kiosk.number.no_paper_detail"),
        trouble=not prints(here),
        advice=_advice(slip) if prints(here) else Text("kiosk.number.no_phone"),
    )


def _notice(here: Here, again: bool) -> Phrase | None:
    if not prints(here):
        return Text("kiosk.number.no_paper")
    return None if again and here.printing == "printed" else Text("kiosk.number.take_paper")


def _about(slip: Slip) -> Iterator[Name]:
    yield slip.service
    if slip.dentist:
        yield slip.dentist


def _reason(group: Ahead, here: Here) -> Phrase:
    at = clock(group.at.astimezone(here.setup.site.zone)) if group.at else ""
    return Text(f"clinic.ahead.{group.code}", {"n": group.count, "at": at})


def _ahead(people: int) -> Phrase:
    return Text("kiosk.number.people", {"n": people}) if people else Text("kiosk.number.nobody")


def _wait(wait: Wait | None) -> Phrase:
    if wait is None:
        return Text("kiosk.number.no_estimate")
    if wait.capped:
        return Text("kiosk.number.wait_long", {"low": wait.low})
    return Text("kiosk.number.wait" if wait.low else "kiosk.number.wait_within", {"low": wait.low, "high": wait.high})


def _scan_detail(here: Here, slip: Slip) -> Phrase:
    """What else the phone page is good for."""
    if slip.form == Form.PENDING:
        return Text("kiosk.number.scan_form")
    return Text("kiosk.number.scan_detail" if prints(here) else "kiosk.number.scan_no_paper_detail")


def _advice(slip: Slip) -> Phrase:
    if slip.door is None:
        return Text("kiosk.number.advice", {"ticket": slip.ticket})
    return Text("kiosk.number.advice_door", {"ticket": slip.ticket, "door": slip.door.name})
