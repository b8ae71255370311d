"""How long somebody may wait before staff should say a word."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from clinic.visit import Visit

LONG_WAIT = 15
"""Minutes. Longer ones are explained to the patient (domain: section 1, KPI "share waiting > 15 min")."""

RESPONSE: Mapping[int, int] = {1: 0, 2: 10}
"""Minutes from triage to dentist per emergency level (domain: section 4; needs a dentist's sign-off)."""


def waits_since(visit: Visit) -> datetime:
    """Since when this wait counts: the arrival, or the return to a queue for somebody who sat in a chair already."""
    return visit.arrived_at if visit.seated_at is None else visit.since


def minutes_over(visit: Visit, now: datetime) -> int:
    """Whole minutes past the limit, 0 while it is kept. Only an emergency waits too long before its booked time."""
    begin = waits_since(visit)
    if visit.slot is not None and not visit.emergency:
        begin = max(begin, visit.slot)
    limit = RESPONSE.get(visit.triage, LONG_WAIT)
    return max(0, (now - begin) // timedelta(minutes=1) - limit)
