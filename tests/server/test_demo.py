"""The demo clinic: alive at any hour, the same when started again."""

import re
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from clinic.identity import AppointmentCode, ResidentId, recognise
from clinic.roles import Role
from clinic.visit import State
from server.api.house import House
from server.appointment_codes import verify
from server.bus import Bus
from server.commands.setting_up import found_clinic
from server.demo import NotADemo, open_demo
from server.pictures import Pictures
from server.queries.finding import by_document, by_phone
from server.queries.replay import differences
from server.queries.snapshot import read_snapshot
from server.questionnaires import load_questionnaires
from server.settings import Settings
from server.spool import Paths
from server.staff.passwords import matches
from server.storage import tables as t
from server.storage.database import Database
from server.storage.migrate import migrate
from server.storage.vault import Vault
from tests.infrastructure import ROOT
from tests.server.conftest import Clock

Build = Callable[[], House]


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> Iterator[House]:
    """An installation on an empty database, not serving."""
    settings = Settings(data=tmp_path)
    database = Database(settings.url, Vault.open(tmp_path), Bus(), clock)
    migrate(database)
    sheets = Paths(tmp_path / "sheets", ROOT / "display/static/fonts/NotoSansSC_400Regular.ttf")
    yield House(settings, database, Pictures(database, ""), load_questionnaires(), sheets, "")
    database.close()


def states(house: House) -> list[State]:
    return [visit.state for visit in read_snapshot(house.database, 1).day.visits.values()]


def test_the_day_is_alive(house: House) -> None:
    """People sit in chairs, are called and wait; others are booked; the journal gives the same visits."""
    demo = open_demo(house)
    assert {State.SEATED, State.CALLED, State.WAITING} == set(states(house))
    assert len(demo.tries) >= 4
    assert differences(house.database, 1) == []


@pytest.mark.parametrize("hour", ["19:45", "19:59", "20:00", "20:30", "16:00", "00:00"])
def test_it_opens_at_any_hour(house: House, clock: Clock, hour: str) -> None:
    """The service day of Shanghai turns at 20:00 UTC: whoever starts the demo around it has a living day, too."""
    clock.now = datetime.combine(clock.now.date(), datetime.strptime(hour, "%H:%M").time(), UTC)  # noqa: DTZ007
    assert len(open_demo(house).tries) >= 4
    assert State.SEATED in states(house)


def test_a_second_start_keeps_everything(house: House, clock: Clock) -> None:
    """Hours later the same people, the same secrets, the same visits; links are new, for the old ones may be used."""
    first = open_demo(house)
    before = read_snapshot(house.database, 1).day.visits
    clock.now += timedelta(hours=6)
    second = open_demo(house)
    assert second.accounts == first.accounts
    assert second.tries == first.tries
    assert [name for name, _ in second.links] == [name for name, _ in first.links]
    assert read_snapshot(house.database, 1).day.visits == before


def test_another_day_begins_anew(house: House, clock: Clock) -> None:
    """The next day has its own bookings and visits of the same people, who now were here before."""
    open_demo(house)
    people = count(house, t.patient)
    clock.now += timedelta(days=1)
    assert len(open_demo(house).tries) >= 4
    assert State.SEATED in states(house)
    assert count(house, t.patient) == people
    assert any(not visit.first_visit for visit in read_snapshot(house.database, 1).day.visits.values())


def test_everybody_of_the_staff_can_sign_in(house: House) -> None:
    """Each role has somebody; what is printed is what opens; nobody else's file says it."""
    demo = open_demo(house)
    assert {role for account in demo.accounts for role in account.roles} == {str(role) for role in Role}
    with house.database.read() as connection:
        rows: dict[str, Any] = {row.login: row for row in connection.execute(select(t.staff))}
    for account in demo.accounts:
        assert matches(rows[account.login].password_hash, account.password)
        assert matches(rows[account.login].pin_hash, account.pin)
    assert stat.S_IMODE((house.settings.data / "demo.json").stat().st_mode) == 0o600
    assert len({account.password for account in demo.accounts}) == len(demo.accounts)


def test_a_stopped_first_start_is_gone_on_with(house: House) -> None:
    """Secrets are written before accounts are made: a power cut in between leaves nobody whom they do not open."""
    demo = open_demo(house)
    with house.database.write() as connection:
        connection.execute(t.desk_member.delete())
        connection.execute(t.staff.delete().where(t.staff.c.login == "zhou"))
    assert open_demo(house).accounts == demo.accounts
    with house.database.read() as connection:
        hashed = connection.execute(select(t.staff.c.password_hash).where(t.staff.c.login == "zhou")).scalar_one()
    assert matches(hashed, demo.accounts[0].password)


def test_a_clinic_of_ones_own_is_left_alone(house: House) -> None:
    """Where a site lives that no demo made, nobody is invented into it."""
    plan = {"site": {"code": "main", "name": {"zh": "真诊所"}, "time_zone": "Asia/Shanghai"}}
    empty: dict[str, list[object]] = {"area": [], "service": [], "practitioner": [], "room": [], "queue": []}
    found_clinic(house.database, {**plan, **empty})
    with pytest.raises(NotADemo):
        open_demo(house)
    assert (count(house, t.staff), count(house, t.patient)) == (0, 0)


def test_what_is_printed_to_try_works(house: House) -> None:
    """Each code, ID number, and phone with birth date leads to one booked patient, the same one."""
    demo = open_demo(house)
    today = house.database.now().date()
    for each in demo.tries:
        code = recognise(each.code, today)
        assert isinstance(code, AppointmentCode)
        known = verify(house.database.vault, code.payload, code.signature)
        assert known is not None
        assert known.expires > house.database.now()
        document = recognise(each.document, today)
        assert isinstance(document, ResidentId)
        (by_card,) = by_document(house.database, 1, document.number)
        (by_number,) = by_phone(house.database, 1, each.phone, document.birth_date)
        assert by_card == by_number
        assert [booked.id for booked in by_card.booked] == [known.appointment_id]
        assert str(by_card.birth_date) == each.born


def test_links_lead_to_each_device(house: House) -> None:
    """A terminal and two screens, each by a link of its own."""
    links = [link for _, link in open_demo(house).links]
    assert [re.sub("#claim=.*", "", link) for link in links] == [
        "http://127.0.0.1:8000/kiosk",
        "http://127.0.0.1:8000/screen/pair",
        "http://127.0.0.1:8000/screen/pair",
    ]
    assert len(set(links)) == 3


def count(house: House, table: Any) -> int:
    with house.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
