"""Pairing: codes, links, tokens, revoking, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from clinic.errors import Refused
from clinic.setup import Setup
from server import devices
from server.commands import pairing
from server.commands.command import Ask
from server.commands.pairing import Assignment
from server.devices import Kind, State
from server.storage import tables as t
from server.storage.attempts import TooMany
from server.storage.database import Database
from tests.server.conftest import Clock

SCREENS = ("calls", "progress")
HERE = "10.0.0.7"
STAFF = Ask(1, "staff:3", desk="desk:4")


@pytest.fixture(autouse=True)
def clinic(furnish: Callable[..., Setup]) -> Setup:
    """A clinic to work in."""
    return furnish()


def ask(database: Database, kind: Kind = Kind.SCREEN, token: str | None = None) -> tuple[str, str]:
    """The token and the code of a device that asks."""
    token, state = devices.ask(database, kind, address=HERE, token=token)
    return token, state.code


def approve(database: Database, code: str, by: Ask = STAFF, **changes: Any) -> int:
    assignment = Assignment(**{"name": "大厅东侧", "screen": "calls", **changes})
    return int(pairing.approve(database, by, code, assignment, screens=SCREENS)["device"])


def paired(database: Database, kind: Kind = Kind.SCREEN, **changes: Any) -> tuple[str, int]:
    """The token and the id of a paired device."""
    token, code = ask(database, kind)
    return token, approve(database, code, **changes)


def facts(database: Database) -> list[tuple[str, dict[str, Any]]]:
    with database.read() as connection:
        rows = connection.execute(select(t.journal).order_by(t.journal.c.rev, t.journal.c.n))
        return [(row.fact, row.body["about"]) for row in rows if row.fact.startswith("device")]


def test_a_device_shows_a_code_until_it_is_approved(database: Database) -> None:
    """Six digits; before approval its token opens nothing, afterwards it is what staff made of it."""
    token, code = ask(database)
    assert len(code) == 6
    assert code.isdigit()
    assert devices.read_pairing(database, token).state is State.WAITING
    assert devices.identify(database, token) is None
    id_ = approve(database, code, areas=[1], language="en")
    device = devices.identify(database, token)
    assert device is not None
    assert (device.id, device.site_id, device.kind, device.name) == (id_, 1, Kind.SCREEN, "大厅东侧")
    assert (device.screen, device.options, device.language) == ("calls", {"areas": [1]}, "en")
    assert devices.read_pairing(database, token) == devices.Pairing(State.PAIRED, Kind.SCREEN, name="大厅东侧")


def test_pairing_is_told_to_the_journal(database: Database) -> None:
    """Approving and revoking are commands: a rev each, facts with ids alone, by whom and at which desk."""
    _, id_ = paired(database)
    rev = pairing.revoke(database, STAFF, id_)["rev"]
    assert facts(database) == [("device_paired", {"device": id_}), ("device_revoked", {"device": id_})]
    with database.read() as connection:
        told = connection.execute(select(t.journal).where(t.journal.c.rev == rev)).one()
    assert (told.by, told.desk) == ("staff:3", "desk:4")


def test_a_kiosk_is_no_screen(database: Database) -> None:
    """A terminal shows no board, whatever was chosen, and may have a printer of its own."""
    with database.write() as connection:
        connection.execute(insert(t.printer).values(id=5, site_id=1, name="门口", address="memory:", profile="58"))
    token, _ = paired(database, Kind.KIOSK, screen="calls", areas=[1], printer_id=5)
    device = devices.identify(database, token)
    assert device is not None
    assert (device.kind, device.screen, device.options, device.printer_id) == (Kind.KIOSK, None, {}, 5)


def test_asking_again_keeps_the_code(database: Database) -> None:
    """A reloaded page shows what staff may be typing just now; another kind is another device."""
    token, code = ask(database)
    assert ask(database, token=token) == (token, code)
    assert ask(database, Kind.KIOSK, token=token)[0] != token


def test_a_code_lives_ten_minutes(database: Database, clock: Clock) -> None:
    """An old one is refused as an unknown one is; asked again, the same device shows a new one."""
    token, code = ask(database)
    clock.now += timedelta(minutes=10)
    with pytest.raises(Refused, match="code_unknown"):
        approve(database, code)
    assert devices.read_pairing(database, token).state is State.UNKNOWN
    again, fresh = ask(database, token=token)
    assert again == token
    approve(database, fresh)
    assert devices.identify(database, token) is not None


def test_a_code_is_good_once(database: Database) -> None:
    """Approved is approved: nobody renames a screen by typing its old code."""
    _, code = ask(database)
    approve(database, code)
    with pytest.raises(Refused, match="code_unknown"):
        approve(database, code, name="另一块")


def test_codes_cannot_be_guessed(database: Database) -> None:
    """Ten wrong ones within ten minutes, then not even the right one; a colleague still can."""
    _, code = ask(database)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(10):
        with pytest.raises(Refused, match="code_unknown"):
            approve(database, wrong)
    with pytest.raises(TooMany):
        approve(database, code)
    assert approve(database, code, by=Ask(1, "staff:8"))


def test_codes_cannot_be_used_up(database: Database) -> None:
    """One address gets thirty codes within ten minutes."""
    for _ in range(30):
        ask(database)
    with pytest.raises(TooMany):
        ask(database)


def test_waiting_codes_differ(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two screens that are set up at once never show the same digits."""
    drawn = iter([123456, 123456, 123456, 7])
    monkeypatch.setattr("secrets.randbelow", lambda _: next(drawn))
    assert [ask(database)[1] for _ in range(2)] == ["123456", "000007"]


def test_revoked_is_revoked_at_once(database: Database) -> None:
    """The very next look finds nothing; the device may ask anew, as another one."""
    token, id_ = paired(database)
    pairing.revoke(database, STAFF, id_)
    assert devices.identify(database, token) is None
    assert devices.read_pairing(database, token).state is State.REVOKED
    assert devices.list_devices(database, 1) == ()
    assert ask(database, token=token)[0] != token
    with pytest.raises(Refused, match="device_gone"):
        pairing.revoke(database, STAFF, id_)


def test_only_the_own_sites_devices(database: Database) -> None:
    """Staff of one site neither see, rename nor revoke another's."""
    _, id_ = paired(database)
    with database.write() as connection:
        site = {**connection.execute(select(t.site)).mappings().one(), "id": 2, "code": "second"}
        connection.execute(insert(t.site).values(site))
    assert devices.list_devices(database, 2) == ()
    with pytest.raises(Refused, match="device_gone"):
        pairing.rename(database, Ask(2, "staff:9"), id_, "x")
    with pytest.raises(Refused, match="device_gone"):
        pairing.revoke(database, Ask(2, "staff:9"), id_)


def test_rename(database: Database) -> None:
    """The new name is there, on a new rev, and the neighbour keeps its own."""
    _, first = paired(database, name="一")
    _, second = paired(database, name="二")
    before = pairing.rename(database, STAFF, first, " 大厅 ")["rev"]
    assert {device.id: device.name for device in devices.list_devices(database, 1)} == {first: "大厅", second: "二"}
    assert pairing.rename(database, STAFF, first, "大厅西")["rev"] == before + 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "device_unnamed"),
        ({"name": "x" * 61}, "device_unnamed"),
        ({"screen": None}, "screen_unknown"),
        ({"screen": "phone"}, "screen_unknown"),
        ({"areas": [1, 77]}, "area_unknown"),
        ({"language": "xx"}, "language_unknown"),
        ({"printer_id": 77}, "printer_unknown"),
    ],
)
def test_unfit_assignments_are_refused(database: Database, changes: dict[str, Any], code: str) -> None:
    """And the device still waits, with the same code."""
    token, shown = ask(database)
    with pytest.raises(Refused, match=code):
        approve(database, shown, **changes)
    assert devices.read_pairing(database, token).state is State.WAITING
    assert facts(database) == []


def test_a_prepared_device_is_claimed_once(database: Database) -> None:
    """The first browser that follows the link is the device; the second one gets nothing."""
    id_, secret = pairing.prepare(
        database, Ask(1, "cli"), Kind.SCREEN, Assignment(name="大厅", screen="progress"), screens=SCREENS
    )
    (listed,) = devices.list_devices(database, 1)
    assert (listed.id, listed.seen_at) == (id_, None)
    claimed = devices.claim(database, secret, address=HERE)
    assert claimed is not None
    token, kind = claimed
    device = devices.identify(database, token)
    assert device is not None
    assert (device.id, kind, device.screen) == (id_, Kind.SCREEN, "progress")
    assert devices.claim(database, secret, address=HERE) is None
    assert devices.identify(database, token) == device


def test_a_claim_lives_a_day_and_dies_with_its_device(database: Database, clock: Clock) -> None:
    """Old links and links of revoked devices open nothing."""
    for_kiosk = Assignment(name="门口")
    revoked, secret = pairing.prepare(database, Ask(1, "cli"), Kind.KIOSK, for_kiosk, screens=SCREENS)
    pairing.revoke(database, STAFF, revoked)
    assert devices.claim(database, secret, address=HERE) is None
    _, secret = pairing.prepare(database, Ask(1, "cli"), Kind.KIOSK, for_kiosk, screens=SCREENS)
    clock.now += timedelta(hours=24)
    assert devices.claim(database, secret, address=HERE) is None


def test_claims_cannot_be_guessed(database: Database) -> None:
    """Thirty wrong ones from one address, then none is looked at."""
    for _ in range(30):
        assert devices.claim(database, "guess", address=HERE) is None
    with pytest.raises(TooMany):
        devices.claim(database, "guess", address=HERE)


def test_no_secret_is_stored_as_it_is(database: Database) -> None:
    """Tokens and claims are in no table, not even in the remembered answers."""
    token, _ = paired(database)
    _, secret = pairing.prepare(
        database, Ask(1, "cli", key="k" * 16), Kind.KIOSK, Assignment(name="门口"), screens=SCREENS
    )
    with database.read() as connection:
        stored = repr(
            [connection.execute(select(table)).all() for table in (t.device, t.request, t.journal, t.attempt)]
        )
    assert "门口" in stored
    assert token not in stored
    assert secret not in stored


def test_a_sign_of_life_is_written_every_half_minute(database: Database, clock: Clock) -> None:
    """Not more often, and without a rev: no screen is told of it."""
    token, id_ = paired(database)
    began, kept = clock.now, []
    for _ in range(5):
        device = devices.identify(database, token)
        assert device is not None
        devices.heartbeat(database, id_, device.seen_at)
        (listed,) = devices.list_devices(database, 1)
        assert listed.seen_at is not None
        kept.append((listed.seen_at - began).total_seconds())
        clock.now += timedelta(seconds=12)
    assert kept == [0, 0, 0, 36, 36]
    with database.read() as connection:
        assert connection.execute(select(t.site.c.rev)).scalar() == 1


def test_what_nobody_approved_is_forgotten(database: Database, clock: Clock) -> None:
    """A day later, when the next one asks; paired ones stay."""
    _, id_ = paired(database)
    ask(database)
    clock.now += timedelta(days=1, seconds=1)
    ask(database)
    with database.read() as connection:
        assert len(connection.execute(select(t.device)).all()) == 2
    assert [device.id for device in devices.list_devices(database, 1)] == [id_]


@pytest.mark.parametrize("token", [None, "", "x", "\x00", "票"])
def test_a_token_nobody_has_is_nobody(database: Database, token: str | None) -> None:
    """Whatever a cookie holds."""
    paired(database)
    assert devices.identify(database, token) is None
    assert devices.read_pairing(database, token) == devices.UNKNOWN
