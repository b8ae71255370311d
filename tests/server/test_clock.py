"""What happens because time passed, with nobody pressing anything."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, update

from clinic.visit import State
from server.bus import Bus
from server.clock import LEASE, Clock
from server.commands import calling, checking_in
from server.commands.checking_in import CheckIn
from server.commands.command import Ask
from server.queries.replay import differences
from server.queries.snapshot import read_snapshot
from server.storage import tables as t
from server.storage.database import Database
from server.storage.leases import Lease
from tests import make
from tests.server.conftest import Clock as Time

RECEPTION = Ask(1, "staff:1")


@pytest.fixture(autouse=True)
def clinic(database: Database, furnish: Callable[..., Any]) -> None:
    """Three patients wait."""
    furnish(patients=3)
    for patient in (1, 2, 3):
        checking_in.check_in(database, Ask(1, "device:1"), CheckIn(patient_id=patient, service_id=1), origin=None)


def facts(database: Database, *names: str) -> list[tuple[str, int | None, str]]:
    with database.read() as connection:
        rows = connection.execute(select(t.journal).order_by(t.journal.c.site_id, t.journal.c.rev, t.journal.c.n))
        return [(row.fact, row.visit_id, row.by) for row in rows if row.fact in names]


def rev(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(select(t.site.c.rev).where(t.site.c.id == 1)).scalar_one())


def count(database: Database, table: Any) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def add_site(database: Database, id_: int, **changes: Any) -> None:
    with database.write() as connection:
        site = {**connection.execute(select(t.site).where(t.site.c.id == 1)).mappings().one(), "id": id_}
        connection.execute(insert(t.site).values({**site, "code": f"site{id_}", "rev": 0, **changes}))


def test_a_walk_that_took_too_long_ends(database: Database, clock: Time) -> None:
    """As after a missed call, once the minutes are over and not before; who came back in time is not touched."""
    ticking = Clock(database)
    calling.step_out(database, RECEPTION, 1, 10)
    calling.step_out(database, RECEPTION, 2, 10)
    clock.now += timedelta(minutes=9, seconds=59)
    ticking.tick()
    assert facts(database, "step_out_expired") == []
    calling.return_to_queue(database, RECEPTION, 2)
    clock.now += timedelta(seconds=1)
    ticking.tick()
    ticking.tick()
    assert facts(database, "step_out_expired") == [("step_out_expired", 1, "clock")]
    day = read_snapshot(database, 1).day
    assert [day.visit(id_).state for id_ in (1, 2, 3)] == [State.MISSED, State.WAITING, State.WAITING]
    assert differences(database, 1) == []


def test_a_new_day_opens_by_itself(database: Database, clock: Time) -> None:
    """At the hour the clinic's day begins: whoever is left is cancelled, the screens are empty, numbers begin anew."""
    ticking = Clock(database)
    clock.now = make.NOW.replace(hour=19, minute=59)
    ticking.tick()
    before = rev(database)
    ticking.tick()
    assert rev(database) == before
    clock.now += timedelta(minutes=1)
    ticking.tick()
    ticking.tick()
    assert rev(database) == before + 1
    assert facts(database, "closed_by_system") == [("closed_by_system", visit, "clock") for visit in (1, 2, 3)]
    day = read_snapshot(database, 1).day
    assert (day.date, dict(day.visits)) == (make.TODAY + timedelta(days=1), {})
    arrival = CheckIn(patient_id=1, service_id=1)
    assert checking_in.check_in(database, Ask(1, "device:1"), arrival, origin=None)["ticket"] == "A001"
    assert differences(database, 1) == []


def test_each_site_has_its_own_day(database: Database, clock: Time) -> None:
    """By its own time zone and its own hour, also where nobody ever pressed anything."""
    add_site(database, 2, time_zone="Europe/Berlin", service_day=None)
    clock.now = make.NOW.replace(hour=22)
    Clock(database).tick()
    with database.read() as connection:
        days = list(connection.scalars(select(t.site.c.service_day).order_by(t.site.c.id)))
    assert days == [date(2026, 11, 24), date(2026, 11, 23)]


def test_one_sites_trouble_is_not_anothers(database: Database, clock: Time) -> None:
    """A site whose rows are broken does not keep the others from their new day."""
    add_site(database, 2)
    with database.write() as connection:
        connection.execute(update(t.visit).where(t.visit.c.id == 1).values(state="no such state"))
    clock.now += timedelta(days=1)
    Clock(database).tick()
    with database.read() as connection:
        days = list(connection.scalars(select(t.site.c.service_day).order_by(t.site.c.id)))
    assert days == [make.TODAY, make.TODAY + timedelta(days=1)]


@pytest.mark.parametrize("minutes", [10, -10])
def test_a_clock_that_jumps_opens_one_card(database: Database, clock: Time, minutes: int) -> None:
    """Forwards or backwards by more than five minutes; a smaller correction is nobody's business."""
    ticking = Clock(database)
    clock.now += timedelta(minutes=4)
    ticking.tick()
    assert count(database, t.card) == 0
    clock.now += timedelta(minutes=minutes)
    for _ in range(3):
        ticking.tick()
    with database.read() as connection:
        cards = [(card.kind, card.about) for card in connection.execute(select(t.card))]
    assert cards == [("clock_jumped", {"minutes": minutes})]
    assert facts(database, "clock_jumped") == [("clock_jumped", None, "clock")]


@pytest.mark.parametrize("minutes", [10, -10])
@pytest.mark.parametrize("first", [0, 1])
def test_of_two_clocks_one_tells_a_jump(database: Database, clock: Time, minutes: int, first: int) -> None:
    """Whichever of two processes looks first, and though the lease has become invalid by the jump."""
    clocks = [Clock(database), Clock(database)]
    for ticking in clocks:
        ticking.tick()
    clock.now += timedelta(minutes=minutes)
    for _ in range(2):
        for ticking in (clocks[first], clocks[1 - first]):
            ticking.tick()
    clock.now += 2 * LEASE
    clocks[1].tick()
    clocks[0].tick()
    assert facts(database, "clock_jumped") == [("clock_jumped", None, "clock")]


def test_two_clocks_do_it_once(database: Database, database_url: str, clock: Time) -> None:
    """Two processes under one lease: each fact once; when one dies the other goes on."""
    other = Database(database_url, database.vault, Bus(), clock)
    clocks = [Clock(database), Clock(other)]
    for visit in (1, 2):
        calling.step_out(database, RECEPTION, visit, 10 * visit)
    clock.now += timedelta(minutes=10)
    for ticking in clocks:
        ticking.tick()
    assert facts(database, "step_out_expired") == [("step_out_expired", 1, "clock")]
    clock.now += timedelta(minutes=10)
    clocks[1].tick()
    assert facts(database, "step_out_expired")[1:] == [("step_out_expired", 2, "clock")]
    other.close()


def test_whoever_only_waits_for_the_lease_writes_nothing(database: Database, clock: Time) -> None:
    """And the holder writes only in the second half of the lease."""
    holder, waiting = Lease(database, "job", LEASE), Lease(database, "job", LEASE)
    assert holder.held()
    with database.write() as connection:
        held = connection.execute(select(t.lease)).one()
    clock.now += LEASE / 2 - timedelta(seconds=1)
    assert holder.held()
    assert not waiting.held()
    with database.read() as connection:
        assert connection.execute(select(t.lease)).one() == held
    clock.now += timedelta(seconds=1)
    assert holder.held()
    with database.read() as connection:
        assert connection.execute(select(t.lease)).one().until == clock.now + LEASE


def test_a_released_lease_is_free_at_once(database: Database) -> None:
    """Only by its holder."""
    holder, waiting = Lease(database, "job", LEASE), Lease(database, "job", LEASE)
    assert holder.held()
    waiting.release()
    assert not waiting.held()
    holder.release()
    assert waiting.held()
    assert not holder.held()


def test_a_lease_from_the_future_is_void(database: Database, clock: Time) -> None:
    """A PC that started with a wrong clock must not wait for hours for itself."""
    clock.now += timedelta(days=1)
    assert Lease(database, "job", LEASE).held()
    clock.now -= timedelta(days=1)
    assert Lease(database, "job", LEASE).held()


def test_what_has_served_its_time_is_forgotten(database: Database, clock: Time) -> None:
    """Answers after 48 hours, conversations and phone links when they end; nothing before."""
    ticking = Clock(database)
    calling.call_next(database, Ask(1, "staff:1", "a-key-of-mine"), 1)
    with database.write() as connection:
        connection.execute(
            insert(t.device).values(
                id=1, site_id=1, kind="kiosk", options={}, asked_at=clock.now, approved_at=clock.now
            )
        )
        ends = clock.now + timedelta(minutes=3)
        connection.execute(insert(t.conversation).values(token_key="k", device_id=1, sealed=b"", expires_at=ends))
    kept = []
    for passed in (timedelta(minutes=2), timedelta(minutes=2), timedelta(hours=36), timedelta(hours=13)):
        clock.now += passed
        ticking.tick()
        kept.append(tuple(count(database, table) for table in (t.conversation, t.phone_link, t.request)))
    assert kept == [(1, 3, 1), (0, 3, 1), (0, 0, 1), (0, 0, 0)]


def test_an_idle_clock_costs_little(database: Database) -> None:
    """Its statements do not grow with the number of visits, and it writes nothing."""
    ticking = Clock(database)
    ticking.tick()
    before = rev(database)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    ticking.tick()
    event.remove(database.engine, "before_cursor_execute", note)
    assert [statement.split()[0] for statement in statements if not statement.startswith("BEGIN")] == ["SELECT"] * 2
    assert rev(database) == before
