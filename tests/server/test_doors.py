"""Every door of the real app: whom it lets in, and what it never does."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
import structlog
from flask_socketio import SocketIOTestClient
from werkzeug.test import TestResponse

from clinic.roles import Role, Task, tasks_of, verbs_of
from clinic.verbs import Verb
from clinic.visit import State
from server.api.access import BODY_LIMIT, DESK_COOKIE, Who
from tests.server.doors import EAST, KEY, Browser, Door, Premises, access, doors, no, open_premises
from tests.server.marked import MarkedDay, arguments_of, live_through
from tests.server.running import PASSWORD

PUBLIC = {
    "GET /",
    "GET /api/health",
    "GET /api/pair",
    "GET /kiosk",
    "GET /reception",
    "GET /screen",
    "GET /screen/pair",
    "GET /static/<face>/<name>",
    "GET /static/screens/<name>",
    "GET /t/<token>",
    "POST /api/pair/ask",
    "POST /api/pair/claim",
    "POST /api/staff/sign-in",
}
"""What a stranger may ask for. /screen and /t/<token> look at what the caller holds and show nobody's data without."""

ANY_STAFF = {
    "GET /api/reception/picture",
    "GET /api/staff/me",
    "POST /api/staff/here",
    "POST /api/staff/lock",
    "POST /api/staff/pin",
    "POST /api/staff/sign-out",
    "POST /api/staff/switch",
    "POST /api/staff/unlock",
}
"""What needs a sign-in and no role: the own desk, and a picture that is made for the roles of whoever asks."""

WHILE_LOCKED = {f"{'GET' if name == 'me' else 'POST'} /api/staff/{name}" for name in ("me", "lock", "switch")}
WHILE_LOCKED |= {"POST /api/staff/unlock", "POST /api/staff/sign-out"}

TASKS = {
    "GET /api/reception/devices": Task.DEVICES,
    "GET /api/reception/sheets": Task.SHEETS,
    "GET /api/reception/sheets/<name>.png": Task.SHEETS,
    "GET /api/reception/visits/<visit_id>": Task.SEE_PATIENTS,
    "GET /api/reception/visits/<visit_id>/form": Verb.FORM,
    "POST /api/reception/cards/<card_id>/take": Task.CARDS,
    "POST /api/reception/check-in": Task.CHECK_IN,
    "POST /api/reception/devices/<device_id>/rename": Task.DEVICES,
    "POST /api/reception/devices/<device_id>/revoke": Task.DEVICES,
    "POST /api/reception/devices/approve": Task.DEVICES,
    "POST /api/reception/find": Task.FIND,
    "POST /api/reception/register": Task.REGISTER,
    "POST /api/reception/rooms/<room_id>/call-next": Task.CALL_NEXT,
    "POST /api/reception/undo": Task.UNDO,
    "POST /api/reception/visits/<visit_id>/form/ask": Verb.FORM,
}
"""What else staff may, by role. A verb of a visit is named by the last part of its address."""

REFUSALS = {
    Who.STAFF: (401, "signed_out"),
    Who.DEVICE: (401, "device_unknown"),
    Who.PHONE: (404, "link_unknown"),
}


@pytest.fixture(scope="module")
def premises(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    """One clinic for all tests of this file: what is refused changes nothing."""
    with open_premises(tmp_path_factory.mktemp("doors")) as opened:
        yield opened


@pytest.fixture(scope="module")
def day(premises: Premises) -> MarkedDay:
    return live_through(premises)


@pytest.fixture
def arguments(premises: Premises, day: MarkedDay) -> dict[str, Any]:
    """What stands in addresses: rows that are there, and a phone's own link."""
    return arguments_of(premises, day)


def guarded(premises: Premises, who: Who | None = None) -> list[Door]:
    """The doors that are not for all, or those for one kind of caller."""
    return [door for door in doors(premises.app) if access(door).who is not Who.ALL and who in (None, access(door).who)]


def refusals(browser: Browser, checked: list[Door], arguments: Mapping[str, Any]) -> dict[str, tuple[int, str]]:
    """What each door answers a browser, by door."""
    return {str(door): no(browser.knock(door, arguments)) for door in checked}


# Whom each door is for


def test_every_door_says_whom_it_is_for(premises: Premises) -> None:
    """Exactly one mark each, and it fits: a device has a kind, a phone has a token in the address."""
    for door in doors(premises.app):
        mark = access(door)
        assert (mark.kind is not None) == (mark.who is Who.DEVICE), door
        assert (mark.need is not None or mark.while_locked) <= (mark.who is Who.STAFF), door
        assert (mark.who is not Who.PHONE) or "token" in door.arguments, door


def test_what_is_open_to_all_is_a_short_list(premises: Premises) -> None:
    """Whatever is added to it is added here, after a thought."""
    assert {str(door) for door in doors(premises.app) if access(door).who is Who.ALL} == PUBLIC


def test_every_door_of_staff_asks_for_the_right_role(premises: Premises) -> None:
    """The verb its address ends with, or the task named above; few ask for none, and few let a locked desk in."""
    staff = guarded(premises, Who.STAFF)
    verbs = {f"POST /api/reception/visits/<visit_id>/{verb}": verb for verb in Verb}
    assert {str(door): access(door).need for door in staff} == {**verbs, **TASKS, **dict.fromkeys(ANY_STAFF)}
    assert {str(door) for door in staff if access(door).while_locked} == WHILE_LOCKED


# Who is refused


def test_a_stranger_is_refused_everywhere(premises: Premises, arguments: dict[str, Any]) -> None:
    """In JSON with a code, before anything is looked at, and nothing has changed."""
    checked, before = guarded(premises), premises.everything()
    found = refusals(premises.browser(), checked, {**arguments, "token": "x" * 27})
    assert found == {str(door): REFUSALS[access(door).who] for door in checked}
    assert len(found) > 50
    assert premises.everything() == before


def test_a_credential_of_another_kind_opens_nothing(
    premises: Premises, day: MarkedDay, arguments: dict[str, Any]
) -> None:
    """Neither in its own cookie nor put where another belongs: desk, terminal, screen, phone, each at all doors."""
    held = {
        DESK_COOKIE: premises.desk.cookie(DESK_COOKIE),
        "nextchair_kiosk": premises.kiosk.cookie("nextchair_kiosk"),
        "nextchair_screen": premises.screen.cookie("nextchair_screen"),
        "token": str(arguments["token"]),
    }
    slots = {Who.STAFF: DESK_COOKIE, Who.PHONE: "token"}
    before = premises.everything()
    for door in guarded(premises):
        own = slots.get(access(door).who) or f"nextchair_{access(door).kind}"
        others = {name: value for name, value in held.items() if name != own}
        for forged in others.values():
            browser = premises.browser({**others, own: forged})
            answer = browser.knock(door, {**arguments, "token": forged if own == "token" else held["token"]})
            assert no(answer) == REFUSALS[access(door).who], (door, own)
    assert premises.everything() == before


@pytest.mark.parametrize("role", Role)
def test_a_role_enters_what_it_may_and_nothing_else(premises: Premises, arguments: dict[str, Any], role: Role) -> None:
    """Whoever lacks the verb or task is refused before anything else, and nothing has changed."""
    browser, before = premises.staff(role), premises.everything()
    lacking = [
        door
        for door in guarded(premises, Who.STAFF)
        if access(door).need is not None and access(door).need not in {*verbs_of([role]), *tasks_of([role])}
    ]
    found = refusals(browser, lacking, arguments)
    assert set(found.values()) <= {(403, "not_allowed")}
    assert bool(lacking) is (role not in (Role.RECEPTION, Role.MANAGER, Role.ADMINISTRATOR))
    assert premises.everything() == before


def test_a_locked_desk_enters_only_the_way_back(premises: Premises, arguments: dict[str, Any]) -> None:
    """Everything else is refused, whatever its person may do at other times."""
    browser = premises.browser()
    browser.do("/api/staff/sign-in", {"login": Role.MANAGER, "password": PASSWORD})
    browser.do("/api/staff/lock")
    before = premises.everything()
    checked = [door for door in guarded(premises, Who.STAFF) if not access(door).while_locked]
    assert set(refusals(browser, checked, arguments).values()) == {(401, "locked")}
    assert premises.everything() == before


def test_another_site_reads_and_changes_nothing(premises: Premises, day: MarkedDay, arguments: dict[str, Any]) -> None:
    """Its reception, with this site's numbers in every address: no patient comes back, and no row of ours changes."""
    east, before = premises.staff(EAST), premises.everything(site_id=1)
    service = next(each["id"] for each in east.see("/api/reception/picture")["body"]["services"] if each["walk_in"])
    bodies = {**BODIES, "check_in": {"patient": 1, "service": service}}
    asked = {"room": 1, "queue": 1, "patient": 1, "service": 1, "rev": 1, "text": "龘靐齉", "code": "123456"}
    for door in guarded(premises, Who.STAFF):
        if door.path.startswith("/api/staff"):
            continue
        answers = [east.knock(door, arguments)]
        if door.method == "POST":
            answers.append(east.post(door.at(arguments), bodies.get(door.endpoint.partition(".")[2], asked)))
        for answer in answers:
            assert [each for each in day.private if each in shown(answer)] == [], door
        assert answers[-1].status_code != 200 or door.path in OF_THE_OWN_SITE, (door, answers[-1].text)
    assert premises.everything(site_id=1) == before


def test_nobody_is_checked_in_who_is_not_of_this_site(premises: Premises, day: MarkedDay) -> None:
    """Neither another site's patient nor a number that is nobody's: a no in words, not a bug."""
    east = premises.staff(EAST)
    services = east.see("/api/reception/picture")["body"]["services"]
    for patient in (1, 2**31 - 1):
        body = {"patient": patient, "service": services[0]["id"]}
        assert no(east.post("/api/reception/check-in", body)) == (422, "patient_unknown")


OF_THE_OWN_SITE = {
    "/api/reception/picture",
    "/api/reception/devices",
    "/api/reception/sheets",
    "/api/reception/find",
}
"""What another site's reception may ask for as well: its own queues, devices, sheets, patients."""

BODIES: Mapping[str, dict[str, Any]] = {
    "call": {"room": 1},
    "identity": {"identifiers": ["name", "phone"]},
    "step_out": {"minutes": 5},
    "transfer": {"queue": 2},
    "triage": {"level": 1},
    "priority": {"priority": "pregnant"},
    "move": {"position": 1, "reason": "agreed_swap"},
    "cancel": {"reason": "left"},
    "reprint": {"reason": "lost"},
    "rename": {"name": "anders"},
    "find": {"text": "龘"},
    "check_in": {"patient": 2**31 - 1, "service": 1},
    "register": {"name": "x", "service": 1},
    "undo": {"rev": 1},
    "fill_form": {"answers": {}},
    "ask_form": {"answers": {}},
}
"""A body that is good, by the name of the door."""


def shown(answer: TestResponse) -> str:
    """An answer's text as people read it."""
    return json.dumps(answer.json, ensure_ascii=False) if answer.is_json else answer.data.decode(errors="replace")


def test_a_phone_moves_its_own_visit_only(premises: Premises, day: MarkedDay) -> None:
    """Steps out, comes back, cannot come: of all rows the own visit's change, and its facts name nobody else."""
    patient = day.patients["Zephyrine Quackenbush"]
    before = premises.everything()
    for action in ("step-out", "back", "cancel"):
        premises.browser().do(f"/api/phone/{patient.token}/{action}", {})
    after = premises.everything()
    changed = {row for row in after["visit"] if row not in before["visit"]}
    assert [row.partition(",")[0] for row in changed] == [f"({patient.visit}"]
    told = [row for row in after["journal"] if row not in before["journal"]]
    assert len(told) == 3
    assert all(f"'phone:{patient.visit}'" in row and f"'visit': {patient.visit}" in row for row in told)


def test_a_phone_does_no_more_than_its_page_offers(premises: Premises, day: MarkedDay) -> None:
    """Staff decide about a hold and about whoever was called; a form that was kept is theirs to correct."""
    refused = {
        (State.ON_HOLD, "back"): "visit_on_hold",
        (State.MISSED, "back"): "visit_missed",
        (State.CALLED, "cancel"): "visit_called",
        (State.SEATED, "cancel"): "visit_seated",
        (State.STEPPED_OUT, "step-out"): "visit_stepped_out",
        (State.FINISHED, "cancel"): "visit_finished",
    }
    for (state, action), code in refused.items():
        answer = premises.browser().post(f"/api/phone/{day.of(state)[0].token}/{action}", {})
        assert no(answer) == (409, code)
    before = premises.everything()
    form = {"answers": {"consent_sensitive": True}, "raw": {}, "page": "", "action": "next"}
    kept = premises.browser().do(f"/api/phone/{day.patients['驫鱻麤'].token}/form", form)
    assert (kept["done"], kept["answers"]) == (True, {})
    assert premises.everything() == before


# Sockets


def test_every_socket_event_is_refused_without_its_credential(premises: Premises, day: MarkedDay) -> None:
    """There is one event, `watch`; as each face, and as nonsense, a stranger is sent away without a picture."""
    events = {
        event
        for handlers in premises.server.socketio.server.handlers.values()
        for event in handlers
        if event not in ("connect", "disconnect")
    }
    assert events == {"watch"}
    faces: tuple[Any, ...] = ("screen", "phone", "console", "kiosk", "", "SCREEN", None, 5, [], {})
    messages: list[Any] = [
        *({"face": face} for face in faces),
        *({"face": "phone", "token": token} for token in ("", "x" * 27, "\ud800", "\x00", "龘" * 9000, None, 5, ["x"])),
        *("console", None, 5, [], [["face", "console"]]),
    ]
    for message in messages:
        assert watch(premises, premises.browser(), message) is None, message


def test_a_socket_credential_of_another_kind_is_refused(premises: Premises, day: MarkedDay) -> None:
    """A screen watches as a screen and as nothing else; so do terminal, console, phone. A locked desk sees nothing."""
    token = next(iter(day.patients.values())).token
    owners = {"screen": premises.screen, "kiosk": premises.kiosk, "console": premises.desk}
    for face in owners:
        seen = {name: watch(premises, browser, {"face": face, "token": token}) for name, browser in owners.items()}
        assert {name for name, picture in seen.items() if picture} == {face}
    locked = premises.browser()
    locked.do("/api/staff/sign-in", {"login": Role.DENTIST, "password": PASSWORD})
    locked.do("/api/staff/lock")
    assert watch(premises, locked, {"face": "console"}) is None
    assert watch(premises, premises.browser(), {"face": "phone", "token": token})


def test_a_bug_behind_a_socket_tells_nobody_what_was_sent(
    premises: Premises, day: MarkedDay, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is logged as where it was, and the socket is closed: the page asks again."""

    def fail(*_: object) -> None:
        raise ValueError("龘靐齉 13977318060")

    monkeypatch.setattr(premises.server.live, "admit", fail)
    with structlog.testing.capture_logs() as logged:
        assert watch(premises, premises.browser(), {"face": "console"}) is None
    (line,) = logged
    assert (line["event"], line["door"], line["error"]) == ("bug", "watch", "ValueError")
    assert "龘靐齉" not in repr(line) + "".join(capfd.readouterr())


def test_a_socket_of_another_origin_is_refused(premises: Premises) -> None:
    """A browser sends its cookies along with a socket that any page opens: only our own pages may."""
    client = premises.browser().client
    address = "/live/?EIO=4&transport=websocket"
    foreign = client.get(address, headers={"Origin": "https://evil.example"})
    own = client.get(address, headers={"Origin": "http://localhost"})
    assert foreign.status_code == 400
    assert "not an accepted origin" in foreign.text.lower()
    assert "not an accepted origin" not in own.text.lower()


def watch(premises: Premises, browser: Browser, message: Any) -> Any:
    """The picture that a `watch` is answered with; None for somebody who was sent away."""
    socket = SocketIOTestClient(premises.app, premises.server.socketio, flask_test_client=browser.client)
    socket.emit("watch", message)
    if not socket.is_connected():
        return None
    heard = [each["args"][0] for each in socket.get_received()]
    socket.disconnect()
    return heard[0]["body"] if heard else None


# What a door never does


def test_no_get_changes_anything(premises: Premises, day: MarkedDay, arguments: dict[str, Any]) -> None:
    """Every one of them, answered in full, after minutes in which nobody did anything: not one row is different."""
    premises.clock.now += timedelta(minutes=4)
    before = premises.everything()
    files = {"face": "display", "name": "fonts/fonts.css"}
    special = {"/static/screens/<name>": {"name": "display.css"}, "/static/<face>/<name>": files}
    asked = 0
    for door in doors(premises.app):
        if door.method == "GET":
            answer = premises.let_in(door).knock(door, {**arguments, **special.get(door.path, {})})
            assert answer.status_code == 200, (door, answer.text)
            asked += 1
    assert asked > 20
    assert premises.everything() == before


def test_no_change_without_a_key_from_another_page_as_a_form_or_too_large(
    premises: Premises, day: MarkedDay, arguments: dict[str, Any]
) -> None:
    """Every POST, by somebody who may: what another site's page could send is refused, and nothing has changed."""
    foreign = {**KEY, "Origin": "https://evil.example"}
    before = premises.everything()
    posts = [door for door in doors(premises.app) if door.method == "POST"]
    for door in posts:
        client, path = premises.let_in(door).client, door.at(arguments)
        assert no(client.post(path, json={})) == (422, "key_missing"), door
        assert no(client.post(path, json={}, headers={"Idempotency-Key": "short"})) == (422, "key_missing"), door
        assert no(client.post(path, json={}, headers=foreign)) == (403, "other_origin"), door
        assert no(client.post(path, data={"a": "b"}, headers=KEY)) == (415, "not_json"), door
        assert no(client.post(path, data="{}", content_type="text/plain", headers=KEY)) == (415, "not_json"), door
        large = json.dumps({"a": "x" * BODY_LIMIT})
        assert no(client.post(path, data=large, content_type="application/json", headers=KEY)) == (413, "too_large")
    assert len(posts) > 40
    assert premises.everything() == before
