"""What screens are told, when, and at what cost."""

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from flask_socketio import SocketIOTestClient
from sqlalchemy import event, insert, select, update

from clinic.roles import Role
from display import page
from server.app import Server, create_server
from server.bus import Bus, RedisBus
from server.commands import calling, checking_in, pairing
from server.commands.checking_in import CheckIn
from server.commands.command import Ask
from server.commands.printing import phone_token
from server.devices import Kind
from server.settings import Settings
from server.staff import desks
from server.storage import tables as t
from server.storage.database import Database
from server.storage.migrate import migrate
from server.storage.vault import Vault
from tests import make
from tests.infrastructure import Postgres, free_port, own_redis
from tests.server.running import Browser, Running, Socket, hire, pair

RECEPTION = Ask(1, "staff:1")
SOON = 5.0
"""Seconds in which a screen of this process has heard of anything, however busy the machine is."""


@dataclass
class Screen:
    """Somebody who watches: the pictures heard so far, and the newest by the rule of every page."""

    client: SocketIOTestClient
    heard: list[dict[str, Any]] = field(default_factory=list)

    def listen(self) -> list[dict[str, Any]]:
        """Everything heard so far, oldest first. A picture without a body is a sign of life."""
        if self.client.is_connected():
            self.heard += [message["args"][0] for message in self.client.get_received()]
        return self.heard

    @property
    def pictures(self) -> list[dict[str, Any]]:
        return [picture for picture in self.listen() if "body" in picture]

    @property
    def shown(self) -> Any:
        return max(self.pictures, key=lambda picture: (picture["rev"], picture["at"]))["body"]

    def calls(self, ticket: str) -> bool:
        """Whether the television shows this call in large."""
        return f'id="ticket-{ticket}-' in self.shown


@contextmanager
def serving(folder: Path, url: str) -> Iterator[Server]:
    """A furnished server of this process whose live push runs: three rooms share a queue in which five people wait."""
    settings = Settings(data=folder, database_url=url)
    with_schema = Database(settings.url, Vault.open(folder), Bus())
    migrate(with_schema)
    with_schema.close()
    server = create_server(settings)
    furnish(server.house.database)
    pushing = threading.Thread(target=server.live.run)
    pushing.start()
    yield server
    server.live.stop()
    pushing.join(SOON)
    assert not pushing.is_alive()
    server.house.database.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks and signs of life in a tenth of their time, for tests that wait for several of them."""
    monkeypatch.setattr("server.live.LOOK", 0.2)
    monkeypatch.setattr("server.live.ALIVE", 0.4)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path, "") as server:
        yield server


def furnish(database: Database) -> None:
    with database.write() as connection:
        make.clinic_rows(connection, make.setup(rooms=3, shared=True), database.now())
        make.patients(connection, 200, now=database.now())
    hire(database, "anna")
    hire(database, "ben", roles=[Role.DENTIST])
    for patient in range(1, 6):
        arrive(database, patient)


def arrive(database: Database, patient: int) -> int:
    arrival = CheckIn(patient_id=patient, service_id=1)
    return int(checking_in.check_in(database, Ask(1, "device:1"), arrival, origin=None)["visit"])


def connect(server: Server, message: dict[str, Any], cookies: dict[str, str] | None = None) -> Screen:
    browser = server.app.test_client()
    for name, value in (cookies or {}).items():
        browser.set_cookie(name, value)
    screen = Screen(SocketIOTestClient(server.app, server.socketio, flask_test_client=browser))
    screen.client.emit("watch", message)
    return screen


def watch_calls(server: Server) -> Screen:
    return connect(server, {"face": "screen"}, pair(server.house.database, Kind.SCREEN, "calls"))


def watch_phone(server: Server, visit_id: int = 1) -> Screen:
    return connect(server, {"face": "phone", "token": phone_token(server.house.database.vault, visit_id)})


def watch_console(server: Server, login: str = "anna") -> tuple[Screen, str]:
    """The console, and the token of its desk."""
    token = desks.sign_in(server.house.database, login, "password of everybody", address="10.0.0.7")
    return connect(server, {"face": "console"}, {"nextchair_desk": token}), token


def wait_until(true: Callable[[], bool], seconds: float = SOON) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@contextmanager
def statements(server: Server) -> Iterator[list[str]]:
    """Every SQL statement of this process meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(server.house.database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(server.house.database.engine, "before_cursor_execute", note)


def watchers(server: Server, face: str, numbers: range) -> list[Screen]:
    """Screens of a kind; of phones these numbers name the visits."""
    if face == "screen":
        return [watch_calls(server) for _ in numbers]
    if face == "phone":
        return [watch_phone(server, number) for number in numbers]
    token = watch_console(server)[1]
    return [connect(server, {"face": "console"}, {"nextchair_desk": token}) for _ in numbers]


@pytest.mark.parametrize(
    ("database_url", "face"),
    [("sqlite", "screen"), ("sqlite", "phone"), ("sqlite", "console"), ("postgresql", "screen")],
    indirect=["database_url"],
)
def test_one_change_costs_the_same_however_many_watch(
    face: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1, 20 and 200 screens of a kind: one reading of the site and no statement more, though all hear of it."""
    monkeypatch.setattr("server.live.LOOK", 3600.0)
    monkeypatch.setattr("server.live.PHONES", 0.0)
    with serving(tmp_path, database_url) as server:
        for patient in range(6, 201 if face == "phone" else 6):
            arrive(server.house.database, patient)
        screens: list[Screen] = []
        costs = []
        for room, count in enumerate((1, 20, 200), start=1):
            screens += watchers(server, face, range(len(screens) + 1, count + 1))
            # The phones of those who were called before have nothing new to show.
            counted = [(screen, len(screen.pictures)) for screen in screens[room - 1 :]]
            with statements(server) as seen:
                calling.call_next(server.house.database, RECEPTION, room)
                wait_until(lambda counted=counted: all(len(s.pictures) > before for s, before in counted))  # type: ignore[misc]
            costs.append(len(seen))
        assert costs[0] > 10
        assert costs == [costs[0]] * 3


def test_a_look_costs_the_same_however_many_watch(house: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The look at the revs, which also asks who may still look, is a fixed number of statements."""
    monkeypatch.setattr("server.live.LOOK", 0.1)
    costs = []
    for count in (1, 100):
        watchers(house, "screen", range(count))
        watch_console(house)
        with statements(house) as seen:
            time.sleep(1)
        looks = [place for place, statement in enumerate(seen) if is_look(statement)]
        costs.append({after - before for before, after in itertools.pairwise(looks)})
    assert len(costs[0]) == 1
    assert costs[0] == costs[1]


def is_look(statement: str) -> bool:
    return statement.split("\n")[0].startswith("SELECT site.id, site.rev")


def test_what_happens_at_one_site_is_heard_there_alone(house: Server) -> None:
    """Screens of another site get neither the picture nor a look at it."""
    database = house.house.database
    with database.write() as connection:
        site = {**connection.execute(select(t.site)).mappings().one(), "id": 2, "code": "second", "rev": 0}
        connection.execute(insert(t.site).values(site))
    here = watch_calls(house)
    there = connect(house, {"face": "screen"}, pair(database, Kind.SCREEN, "calls", site_id=2))
    wait_until(lambda: bool(here.pictures and there.pictures))
    calling.call_next(database, RECEPTION, 1)
    wait_until(lambda: len(here.pictures) == 2)
    house.live.stop()
    assert len(there.pictures) == 1
    assert here.calls("A001")
    assert not there.calls("A001")


def test_equal_pictures_are_not_sent_again(house: Server, hasty: None) -> None:
    """Not by a change that this screen does not show, not by the look every 2 s, and not to whoever has just come."""
    screen = watch_calls(house)
    for name in ("East", "West", "Hall"):
        pairing.rename(house.house.database, RECEPTION, 1, name)
        time.sleep(0.4)
    time.sleep(0.7)
    calling.call_next(house.house.database, RECEPTION, 1)
    wait_until(lambda: screen.calls("A001"))
    late = watch_calls(house)
    time.sleep(0.7)
    assert [picture["hash"] for picture in late.pictures] == [screen.pictures[-1]["hash"]]
    assert len({picture["hash"] for picture in screen.pictures}) == len(screen.pictures) == 2


def test_a_revoked_screen_is_cut_off(house: Server) -> None:
    """Within a few seconds, and the screen beside it is not."""
    cookies = pair(house.house.database, Kind.SCREEN, "calls")
    revoked, kept = connect(house, {"face": "screen"}, cookies), watch_calls(house)
    with house.house.database.read() as connection:
        first = connection.execute(select(t.device.c.id).order_by(t.device.c.id)).scalars().first()
    assert first is not None
    assert revoked.pictures
    pairing.revoke(house.house.database, RECEPTION, first)
    wait_until(lambda: not revoked.client.is_connected())
    calling.call_next(house.house.database, RECEPTION, 1)
    wait_until(lambda: kept.calls("A001"))
    assert not connect(house, {"face": "screen"}, cookies).client.is_connected()


def test_a_locked_desk_is_cut_off(house: Server, hasty: None) -> None:
    """Locked, signed out or left alone: its names are gone within a few seconds; another desk goes on."""
    database = house.house.database
    (locked, one), (out, two), (left, three), (kept, _) = [watch_console(house) for _ in range(4)]
    assert all(screen.pictures for screen in (locked, out, left, kept))
    desks.lock(database, desk_of(house, one))
    desks.sign_out(database, desk_of(house, two))
    with database.write() as connection:
        idle = database.now() - timedelta(minutes=house.house.settings.lock_minutes + 1)
        connection.execute(update(t.desk).where(t.desk.c.id == desk_of(house, three)).values(seen_at=idle))
    wait_until(lambda: not any(screen.client.is_connected() for screen in (locked, out, left)))
    time.sleep(0.7)
    assert kept.client.is_connected()


def desk_of(server: Server, token: str) -> int:
    return desks.read_desk(server.house.database, token, timedelta(days=1)).id


def test_whoever_takes_over_a_desk_sees_by_their_own_roles(house: Server, hasty: None) -> None:
    """The socket that was opened for one person is cut off when another acts at the desk."""
    database = house.house.database
    screen, token = watch_console(house)
    assert desks.sign_in(database, "ben", "password of everybody", address="10.0.0.7", token=token) == token
    wait_until(lambda: not screen.client.is_connected())
    again = connect(house, {"face": "console"}, {"nextchair_desk": token})
    assert again.pictures
    time.sleep(0.7)
    assert again.client.is_connected()


def test_a_phone_is_cut_off_when_its_link_has_ended(house: Server, hasty: None) -> None:
    """A link lives 36 hours; an open page does not outlive it."""
    database = house.house.database
    ended, kept = watch_phone(house, 1), watch_phone(house, 2)
    with database.write() as connection:
        link = update(t.phone_link).where(t.phone_link.c.visit_id == 1)
        connection.execute(link.values(expires_at=database.now() - timedelta(seconds=1)))
    wait_until(lambda: not ended.client.is_connected())
    assert kept.client.is_connected()


def test_a_socket_watches_one_thing_at_a_time(house: Server) -> None:
    """Whoever watches something else leaves what was watched before: a phone's token keeps no locked console open."""
    console, colleague = watch_console(house)[0], watch_console(house)[0]
    console.client.emit("watch", {"face": "phone", "token": phone_token(house.house.database.vault, 5)})
    assert isinstance(console.pictures[-1]["body"], str)
    before = len(console.pictures)
    calling.call_next(house.house.database, RECEPTION, 1)
    wait_until(lambda: len(console.pictures) > before and len(colleague.pictures) == 2)
    time.sleep(0.5)
    assert [type(picture["body"]) for picture in console.pictures[before:]] == [str]


def test_the_newer_picture_wins(house: Server) -> None:
    """Whatever comes in what order: who takes the highest (rev, at) shows what the door shows."""
    cookies = pair(house.house.database, Kind.SCREEN, "calls")
    screens = [connect(house, {"face": "screen"}, cookies)]
    for _ in range(20):
        visit = int(calling.call_next(house.house.database, RECEPTION, 1)["visit"])
        calling.no_show(house.house.database, RECEPTION, visit)
        screens.append(connect(house, {"face": "screen"}, cookies))
        calling.return_to_queue(house.house.database, RECEPTION, visit)
    calling.call_next(house.house.database, RECEPTION, 2)
    browser = house.app.test_client()
    for name, value in cookies.items():
        browser.set_cookie(name, value)
    truth = browser.get("/api/screen/picture").json
    assert truth is not None
    wait_until(lambda: all(screen.shown == truth["body"] for screen in screens))
    order = [(picture["rev"], picture["at"]) for picture in screens[0].pictures[1:]]
    assert order == sorted(order)


def test_phones_hear_at_most_once_a_second(house: Server) -> None:
    """Ten changes in a moment are one or two pictures for a phone, and the last one is true."""
    phone, screen = watch_phone(house, 5), watch_calls(house)
    for _ in range(5):
        visit = int(calling.call_next(house.house.database, RECEPTION, 1)["visit"])
        calling.no_show(house.house.database, RECEPTION, visit)
        time.sleep(0.03)
    time.sleep(1.5)
    assert len(phone.pictures) <= 1 + 2
    assert len(screen.pictures) > 1 + 2
    assert phone.shown == watch_phone(house, 5).shown


def test_no_screen_waits_for_phones(house: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that comes while phones are told of the one before is on the television before the last phone has heard
    of that one.
    """
    monkeypatch.setattr("server.live.BREATH", 0.3)
    phones, screen = [watch_phone(house, visit) for visit in range(1, 6)], watch_calls(house)
    calling.call_next(house.house.database, RECEPTION, 1)
    wait_until(lambda: any(len(phone.pictures) > 1 for phone in phones))
    calling.call_next(house.house.database, RECEPTION, 2)
    wait_until(lambda: screen.calls("A002"))
    assert any(len(phone.pictures) == 1 for phone in phones)


def test_signs_of_life_come(house: Server) -> None:
    """Every few seconds a picture without a body, with the hash of what is shown."""
    screens = [watch_calls(house), watch_phone(house), watch_console(house)[0]]
    wait_until(lambda: all(len(screen.listen()) > len(screen.pictures) for screen in screens), 10)
    for screen in screens:
        alive = next(picture for picture in screen.heard if "body" not in picture)
        assert alive["hash"] == screen.pictures[-1]["hash"]
        assert alive["build"] == house.house.build


def test_a_lost_message_is_healed_by_the_look(house: Server) -> None:
    """A change of another process, of which nobody says anything, is there within 2 s and a little."""
    screen = watch_calls(house)
    time.sleep(1)
    elsewhere = Database(house.house.settings.url, house.house.database.vault, Bus())
    calling.call_next(elsewhere, RECEPTION, 1)
    elsewhere.close()
    wait_until(lambda: screen.calls("A001"), 4)


def test_one_failing_picture_leaves_the_others(house: Server, hasty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in one kind of screen is not the end of the push: all others hear of this change and of the next."""
    draw = page.render

    def fails_for_progress(kind: str, view: object, language: str) -> str:
        if kind == "progress":
            raise ZeroDivisionError
        return draw(kind, view, language)

    progress = connect(house, {"face": "screen"}, pair(house.house.database, Kind.SCREEN, "progress"))
    calls, phone = watch_calls(house), watch_phone(house, 5)
    monkeypatch.setattr("display.page.render", fails_for_progress)
    for room in (1, 2):
        calling.call_next(house.house.database, RECEPTION, room)
        wait_until(lambda room=room: calls.calls(f"A00{room}") and len(phone.pictures) > room)  # type: ignore[misc]
    assert len(progress.pictures) == 1
    monkeypatch.setattr("display.page.render", draw)
    wait_until(lambda: "A002" in progress.shown)


def test_without_the_database_there_is_no_sign_of_life(
    hasty: None, postgres: Postgres, postgres_url: str, tmp_path: Path
) -> None:
    """A screen must not believe that it shows the truth; it does again as soon as the database is back."""
    with serving(tmp_path, postgres_url) as server:
        screen = watch_calls(server)
        wait_until(lambda: len(screen.listen()) > 2)
        name = postgres_url.rpartition("/")[2]
        stop = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        postgres.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        postgres.run(stop)
        time.sleep(0.5)
        before = len(screen.listen())
        time.sleep(2)
        assert len(screen.listen()) == before
        postgres.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        wait_until(lambda: len(screen.listen()) > before + 2)
        calling.call_next(server.house.database, RECEPTION, 1)
        wait_until(lambda: screen.calls("A001"))


@contextmanager
def two_processes(folder: Path, database_url: str, redis_url: str) -> Iterator[tuple[Running, Running, Socket]]:
    """Two servers on one PostgreSQL and Redis; a television watches the second."""
    first, second = [Running(folder, database_url=database_url, redis_url=redis_url) for _ in range(2)]
    with first.database() as database:
        furnish(database)
        cookies = pair(database, Kind.SCREEN, "calls")
    with first, second:
        screen = Socket(Browser(second.port, cookies), {"face": "screen"})
        yield first, second, screen
        screen.close()


def test_a_change_in_one_process_reaches_a_screen_of_another(postgres_url: str, tmp_path: Path) -> None:
    """By Redis, long before the look at the revs would heal it; when Redis dies no answer waits for it, and the look
    heals; when it is back, by Redis again.
    """
    port = free_port()
    with contextlib.ExitStack() as stack:
        with own_redis(port) as redis_url:
            first, _, screen = stack.enter_context(two_processes(tmp_path, postgres_url, redis_url))
            reception = Browser(first.port).sign_in("anna")
            assert call(reception, screen, 1) < 0.5
            for number in (2, 3, 4):
                time.sleep(0.3)
                assert call_again(reception, screen, 1, number) < 0.5
        for room in (2, 3):
            assert call(reception, screen, room) < 4
        with own_redis(port):
            time.sleep(2)
            for number in (5, 6, 7):
                time.sleep(0.3)
                assert call_again(reception, screen, 1, number) < 0.5


def test_nobody_waits_for_a_redis_that_hangs() -> None:
    """A change is told without waiting; the other process hears of the newest as soon as Redis answers again."""
    with own_redis(free_port()) as url, redis.Redis.from_url(url) as admin:
        here, there = RedisBus(url), RedisBus(url)
        heard: list[tuple[int, int]] = []
        there.listen(lambda site_id, rev: heard.append((site_id, rev)))
        wait_until(lambda: admin.pubsub_numsub("nextchair:changed")[0][1] == 2)
        admin.execute_command("CLIENT", "PAUSE", "1000", "ALL")
        began = time.monotonic()
        for rev in (1, 2, 3):
            here.changed(1, rev)
        assert time.monotonic() - began < 0.2
        wait_until(lambda: (1, 3) in heard)
        here.close()
        there.close()


def call(reception: Browser, screen: Socket, room: int) -> float:
    """Call from a room; seconds until the screen shows it. The answer itself never takes long."""
    began = time.monotonic()
    answer = reception.post(f"/api/reception/rooms/{room}/call-next", {})
    assert answer.status == 200
    assert answer.seconds < 1
    return screen.wait_for(f'id="ticket-{answer.body["ticket"]}-1"', 10) - began


def call_again(reception: Browser, screen: Socket, visit: int, number: int) -> float:
    """Call A001 again, for the `number`th time; seconds until the screen shows it."""
    began = time.monotonic()
    answer = reception.post(f"/api/reception/visits/{visit}/call-again")
    assert answer.status == 200
    assert answer.seconds < 1
    return screen.wait_for(f'id="ticket-A001-{number}"', 10) - began
