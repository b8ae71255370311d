"""The service day of a clinic and its time zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def service_day(now: datetime, zone: ZoneInfo, day_starts: time) -> date:
    """The day a moment belongs to, in local clock time: before `day_starts` it is still the day before."""
    local = now.astimezone(zone)
    return local.date() if local.time() >= day_starts else local.date() - timedelta(days=1)
