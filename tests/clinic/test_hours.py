"""The service day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from clinic.hours import service_day

ZONES = ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]


def test_before_the_day_starts_it_is_still_yesterday() -> None:
    """Before the day starts it is still yesterday."""
    zone = ZoneInfo("Asia/Shanghai")
    assert service_day(datetime(2026, 11, 23, 3, 59, tzinfo=zone), zone, time(4)) == date(2026, 11, 22)
    assert service_day(datetime(2026, 11, 23, 4, 0, tzinfo=zone), zone, time(4)) == date(2026, 11, 23)


def test_the_days_roll_over_at_local_time_not_at_utc_midnight() -> None:
    """The days roll over at local time not at utc midnight."""
    zone = ZoneInfo("America/New_York")
    assert service_day(datetime(2026, 11, 24, 1, 30, tzinfo=UTC), zone, time(4)) == date(2026, 11, 23)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 – made aware below
    st.sampled_from(ZONES),
    st.integers(0, 12),
    st.integers(0, 3000),
)
def test_the_service_day_never_goes_back(moment: datetime, zone: str, starts: int, minutes: int) -> None:
    """Also across both changes of the clock: a later moment is never an earlier day."""
    now = moment.replace(tzinfo=UTC)
    place = ZoneInfo(zone)
    begins = time(max(starts, 4))
    later = now + timedelta(minutes=minutes)
    assert service_day(later, place, begins) >= service_day(now, place, begins)
