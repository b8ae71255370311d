"""Who may enter which door, and what every door refuses."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import structlog
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from clinic.errors import Refused
from clinic.roles import Role, Task
from clinic.setup import Setup
from clinic.verbs import Verb
from server.api import access, devices, errors, staff
from server.api.access import DESK_COOKIE, Who, asked, caller, for_device, for_phone, for_staff, open_to_all
from server.api.fields import Body
from server.api.house import House
from server.commands import pairing
from server.commands.command import Ask
from server.commands.pairing import Assignment
from server.devices import Kind
from server.pictures import Pictures
from server.settings import Settings
from server.spool import Paths
from server.staff.passwords import hash_password, hash_pin
from server.staff.people import deactivate
from server.storage import tables as t
from server.storage.database import Busy, Database
from server.storage.days import to_row
from tests import make
from tests.server.conftest import Clock

SECRET = "王小明 13800138000"
TOKEN = "phone-token-of-visit"


class Echo(Body):
    text: str
    n: int = 0


BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
"""For what asks the database; what a door refuses by itself needs one of them."""


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLite, unless a test names the other."""
    if getattr(request, "param", "sqlite") == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'nextchair.db'}"


@pytest.fixture(autouse=True)
def clinic(furnish: Callable[..., Setup], database: Database) -> Setup:
    """A clinic with somebody of each of three roles."""
    made = furnish()
    staff = {"wang": Role.RECEPTION, "li": Role.DENTIST, "tech": Role.TECHNICIAN}
    rows = [
        {
            "site_id": 1,
            "login": login,
            "name_zh": login,
            "roles": [role],
            "password_hash": _hashed(f"password-{login}"),
            "pin_hash": _hashed("2468"),
        }
        for login, role in staff.items()
    ]
    with database.write() as connection:
        connection.execute(insert(t.staff), rows)
    return made


@pytest.fixture
def app(database: Database, tmp_path: Path) -> APIFlask:
    """The doors of staff and devices, and one of each kind to try."""
    settings = Settings(data=tmp_path, public_url="https://clinic.example")
    paths = Paths(tmp_path / "sheets", tmp_path / "font")
    house = House(settings, database, Pictures(database, "build"), {}, paths, "build")
    app = APIFlask("test", docs_path=None, static_folder=None)  # type: ignore[arg-type]
    errors.handle(app)
    access.guard(app, house)
    app.register_blueprint(staff.blueprint(house))
    app.register_blueprint(devices.blueprint(house))
    open_to_all(app.view_functions["openapi.spec"])
    _try_doors(app)
    return app


@cache
def _hashed(secret: str) -> str:
    return hash_password(secret) if len(secret) > 4 else hash_pin(secret)


def _try_doors(app: APIFlask) -> None:
    def who() -> dict[str, Any]:
        return {"actor": caller().actor, "site": caller().site_id, "desk": caller().desk_label}

    def door(mark: Callable[[Any], Any]) -> Any:
        return mark(lambda **_: who())

    doors: dict[str, Callable[[Any], Any]] = {
        "staff": for_staff(),
        "reception": for_staff(Task.CHECK_IN),
        "finish": for_staff(Verb.FINISH),
        "kiosk": for_device(Kind.KIOSK),
        "screen": for_device(Kind.SCREEN),
    }
    for name, mark in doors.items():
        for method in ("GET", "POST"):
            app.add_url_rule(f"/try/{name}", f"{name}-{method}", door(mark), methods=[method])
    app.add_url_rule("/try/phone/<token>", "phone", door(for_phone))
    app.add_url_rule("/try/forgotten", "forgotten", who)

    @app.post("/try/refuse")
    @app.input(Echo, arg_name="body")
    @open_to_all
    def refuse(body: Echo) -> dict[str, Any]:
        troubles: list[Exception] = [
            Refused("room_calling", ticket="A001", since=None),
            Refused("reason_unknown", unfit=True),
            Busy(),
            ValueError(body.text),
        ]
        raise troubles[body.n] from RuntimeError(body.text)

    @app.post("/try/ask")
    @for_staff()
    def ask() -> dict[str, Any]:
        made = asked()
        return {"ask": [made.site_id, made.actor, made.key, made.desk], "hash": made.body_hash}


@pytest.fixture
def client(app: APIFlask) -> Iterator[FlaskClient]:
    """A browser."""
    with app.test_client() as opened:
        yield opened


def post(client: FlaskClient, path: str, body: object = None, key: str = "k" * 16, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(path, json={} if body is None else body, headers={"Idempotency-Key": key, **named})


def sign_in(client: FlaskClient, login: str = "wang") -> TestResponse:
    answer = post(client, "/api/staff/sign-in", {"login": login, "password": f"password-{login}"})
    assert answer.status_code == 200, answer.text
    return answer


def pair(client: FlaskClient, database: Database, kind: Kind) -> int:
    """Make a browser a paired device."""
    screen = "calls" if kind is Kind.SCREEN else None
    id_, secret = pairing.prepare(
        database, Ask(1, "cli"), kind, Assignment(name="设备", screen=screen), screens=("calls",)
    )
    assert post(client, "/api/pair/claim", {"claim": secret}).json == {
        "state": "paired",
        "kind": str(kind),
        "code": "",
        "name": "设备",
    }
    return id_


def no(answer: TestResponse) -> tuple[int, str]:
    """What a door refused with."""
    return answer.status_code, (answer.json or {}).get("code", "")


def test_every_door_says_whom_it_is_for(app: APIFlask) -> None:
    """Each route has a mark; the one made without is the only one found missing."""
    missing = [name for name, view in app.view_functions.items() if access.access_of(view) is None]
    assert missing == ["forgotten"]


def test_a_door_is_for_one_kind_of_caller() -> None:
    """Two marks are a mistake in the code, found when it is loaded."""
    with pytest.raises(TypeError, match="one kind of caller"):
        for_staff(Task.FIND)(open_to_all(lambda: ""))


def test_a_door_without_a_mark_lets_nobody_in(client: FlaskClient) -> None:
    """Not even staff: it is a bug, and says so."""
    sign_in(client)
    assert no(client.get("/try/forgotten")) == (500, "bug")


def test_nobody_enters_without_a_credential(app: APIFlask, client: FlaskClient) -> None:
    """Every guarded route, by every method it has, refuses a stranger before it looks at anything else."""
    refusals = {Who.STAFF: (401, "signed_out"), Who.DEVICE: (401, "device_unknown"), Who.PHONE: (404, "link_unknown")}
    found = {}
    for rule in app.url_map.iter_rules():
        asks = access.access_of(app.view_functions[rule.endpoint])
        if asks is None or asks.who is Who.ALL:
            continue
        path = app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, 1))
        for method in (rule.methods or set()) - {"HEAD"}:
            found[method, path] = (no(client.open(path, method=method)), refusals[asks.who])
    assert len(found) > 20
    assert {door: got for door, (got, expected) in found.items() if got != expected} == {}


@BOTH
def test_a_credential_opens_its_own_doors_only(client: FlaskClient, app: APIFlask, database: Database) -> None:
    """Staff are no device, a screen is no terminal, a terminal is no staff."""
    staff_only, kiosk_only, screen_only = app.test_client(), app.test_client(), app.test_client()
    sign_in(staff_only)
    pair(kiosk_only, database, Kind.KIOSK)
    pair(screen_only, database, Kind.SCREEN)
    doors = ("staff", "kiosk", "screen")
    entered = {
        door: [browser.get(f"/try/{door}").status_code for browser in (staff_only, kiosk_only, screen_only)]
        for door in doors
    }
    assert entered == {"staff": [200, 401, 401], "kiosk": [401, 200, 401], "screen": [401, 401, 200]}


def test_a_device_cookie_of_another_kind_is_refused(client: FlaskClient, database: Database) -> None:
    """A screen's token in the terminal's cookie makes no terminal."""
    pair(client, database, Kind.SCREEN)
    cookie = client.get_cookie("nextchair_screen")
    assert cookie is not None
    client.set_cookie("nextchair_kiosk", cookie.value)
    assert no(client.get("/try/kiosk")) == (401, "device_unknown")


def test_callers_are_named_as_the_journal_names_them(client: FlaskClient, database: Database) -> None:
    """staff:1 at desk:1, device:1."""
    sign_in(client)
    pair(client, database, Kind.KIOSK)
    assert client.get("/try/staff").json == {"actor": "staff:1", "site": 1, "desk": "desk:1"}
    assert client.get("/try/kiosk").json == {"actor": "device:1", "site": 1, "desk": ""}


@pytest.mark.parametrize(
    ("login", "doors"),
    [
        ("wang", {"reception": 200, "finish": 200}),
        ("li", {"reception": 403, "finish": 200}),
        ("tech", {"reception": 403, "finish": 403}),
    ],
)
def test_roles_decide(client: FlaskClient, login: str, doors: dict[str, int]) -> None:
    """Reception checks in, a dentist does not; a technician sees no patient at all."""
    sign_in(client, login)
    assert {door: post(client, f"/try/{door}").status_code for door in doors} == doors


@BOTH
def test_phones_enter_by_their_address(client: FlaskClient, database: Database, clock: Clock) -> None:
    """Until the link expires; an old one and one that never was are answered alike."""
    _link_phone(database)
    assert client.get(f"/try/phone/{TOKEN}").json == {"actor": "phone:1", "site": 1, "desk": ""}
    assert no(client.get(f"/try/phone/{TOKEN}x")) == (404, "link_unknown")
    clock.now += timedelta(hours=1)
    assert no(client.get(f"/try/phone/{TOKEN}")) == (404, "link_unknown")


@BOTH
def test_a_revoked_device_is_refused_at_once(client: FlaskClient, database: Database) -> None:
    """From the very next request on."""
    id_ = pair(client, database, Kind.SCREEN)
    sign_in(client)
    assert client.get("/try/screen").status_code == 200
    assert post(client, f"/api/reception/devices/{id_}/revoke").status_code == 200
    assert no(client.get("/try/screen")) == (401, "device_unknown")
    assert (client.get("/api/pair?kind=screen").json or {})["state"] == "revoked"


def test_a_locked_desk_enters_nothing_but_the_way_back(client: FlaskClient) -> None:
    """It may ask who it is, unlock, switch, lock and sign out."""
    sign_in(client)
    assert (post(client, "/api/staff/lock").json or {})["locked"] is True
    for path in ("/try/staff", "/try/reception", "/api/reception/devices"):
        assert no(client.get(path)) == (401, "locked")
    assert no(post(client, "/api/staff/here")) == (401, "locked")
    assert no(post(client, "/api/staff/pin", {"password": "password-wang", "pin": "1111"})) == (401, "locked")
    assert (client.get("/api/staff/me").json or {})["locked"] is True
    assert (post(client, "/api/staff/unlock", {"pin": "2468"}).json or {})["locked"] is False
    assert client.get("/try/staff").status_code == 200


@BOTH
def test_a_desk_locks_itself_unless_somebody_is_there(client: FlaskClient, clock: Clock) -> None:
    """Requests that change something, and `here`, keep it open; looking alone does not."""
    sign_in(client)
    for _ in range(3):
        clock.now += timedelta(minutes=4)
        assert post(client, "/api/staff/here").status_code == 200
    for _ in range(2):
        clock.now += timedelta(minutes=2)
        assert client.get("/try/staff").status_code == 200
    clock.now += timedelta(minutes=2)
    assert no(client.get("/try/staff")) == (401, "locked")


@BOTH
def test_sign_in_to_sign_out(client: FlaskClient) -> None:
    """Two people share a desk: who acts, who may switch, and nobody after signing out."""
    assert no(client.get("/api/staff/me")) == (401, "signed_out")
    sign_in(client, "wang")
    me = sign_in(client, "li").json or {}
    assert (me["name"], me["roles"], me["has_pin"]) == ({"zh": "li", "en": ""}, ["dentist"], True)
    assert [colleague["id"] for colleague in me["desk"]] == [1, 2]
    assert (post(client, "/api/staff/switch", {"staff_id": 1, "pin": "2468"}).json or {})["id"] == 1
    assert no(post(client, "/api/staff/switch", {"staff_id": 2, "pin": "1111"})) == (422, "pin_wrong")
    assert post(client, "/api/staff/sign-out").json == {}
    assert client.get_cookie(DESK_COOKIE) is None
    assert no(client.get("/api/staff/me")) == (401, "signed_out")


def test_the_cookie_of_an_ended_desk_opens_nothing(client: FlaskClient, database: Database) -> None:
    """Signing out ends the desk on the server, not only in this browser."""
    sign_in(client)
    cookie = client.get_cookie(DESK_COOKIE)
    assert cookie is not None
    post(client, "/api/staff/sign-out")
    client.set_cookie(DESK_COOKIE, cookie.value)
    assert no(client.get("/try/staff")) == (401, "signed_out")
    sign_in(client)
    deactivate(database, "wang")
    assert no(client.get("/try/staff")) == (401, "signed_out")


def test_cookies_are_for_this_site_and_no_script(client: FlaskClient, database: Database) -> None:
    """HttpOnly, SameSite=Strict; a device keeps its own for years."""
    signed_in = sign_in(client).headers["Set-Cookie"]
    asked_for = post(client, "/api/pair/ask", {"kind": "screen"}).headers["Set-Cookie"]
    for cookie in (signed_in, asked_for):
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Max-Age=43200" in signed_in
    assert "Max-Age=315360000" in asked_for


@BOTH
def test_pairing_through_the_doors(client: FlaskClient, app: APIFlask) -> None:
    """A screen shows a code, reception types it with a blank in the middle, the screen is let in and listed."""
    screen = app.test_client()
    assert (screen.get("/api/pair").json or {})["state"] == "unknown"
    waiting = post(screen, "/api/pair/ask", {"kind": "screen"}).json or {}
    assert screen.get("/api/pair").json == waiting
    sign_in(client)
    typed = f"{waiting['code'][:3]} {waiting['code'][3:]}"
    body = {"code": typed, "name": "大厅", "screen": "calls", "areas": [1]}
    approved = post(client, "/api/reception/devices/approve", body)
    assert approved.status_code == 200, approved.text
    assert post(client, "/api/reception/devices/approve", body).json == approved.json
    assert screen.get("/try/screen").status_code == 200
    listed = client.get("/api/reception/devices").json or {}
    assert [(row["name"], row["screen"], row["areas"]) for row in listed["devices"]] == [("大厅", "calls", [1])]
    assert "phone" not in listed["screens"]
    assert listed["areas"] == [{"id": 1, "name": {"zh": "候诊区 A", "en": "Waiting area A"}}]


def test_one_browser_may_be_terminal_screen_and_console(client: FlaskClient, database: Database) -> None:
    """Their cookies do not stand in each other's way."""
    for kind in Kind:
        pair(client, database, kind)
    sign_in(client)
    assert [client.get(f"/try/{door}").status_code for door in ("kiosk", "screen", "staff")] == [200, 200, 200]


@BOTH
def test_looking_changes_nothing(client: FlaskClient, app: APIFlask, database: Database, clock: Clock) -> None:
    """No GET writes a row anywhere, whoever calls it and however late."""
    sign_in(client)
    for kind in Kind:
        pair(client, database, kind)
    _link_phone(database)
    clock.now += timedelta(minutes=4)
    before = _everything(database)
    paths = ["/api/staff/me", "/api/pair", "/api/reception/devices", f"/try/phone/{TOKEN}", "/openapi.json"]
    for path in [*paths, *(f"/try/{door}" for door in ("staff", "reception", "finish", "kiosk", "screen"))]:
        assert client.get(path).status_code == 200
    assert _everything(database) == before


@pytest.mark.parametrize("key", [None, "", "short", "k" * 65, "k" * 15 + "!", "k" * 15 + "\u00e9"])
def test_a_change_needs_a_key(client: FlaskClient, key: str | None) -> None:
    """8 to 64 of A-Z a-z 0-9 - _; another site's page cannot send one."""
    sign_in(client)
    headers = {} if key is None else {"Idempotency-Key": key}
    assert no(client.post("/try/staff", json={}, headers=headers)) == (422, "key_missing")
    assert post(client, "/try/staff", key="Aa0-_xyz").status_code == 200


def test_a_change_comes_as_json_and_small(client: FlaskClient) -> None:
    """Forms of other sites' pages cannot send JSON; nothing here is longer than 64 kB."""
    sign_in(client)
    key = {"Idempotency-Key": "k" * 16}
    assert no(client.post("/try/staff", data={"text": "x"}, headers=key)) == (415, "not_json")
    assert no(client.post("/try/staff", data="{}", content_type="text/plain", headers=key)) == (415, "not_json")
    assert client.post("/try/staff", headers=key).status_code == 200
    assert no(post(client, "/try/refuse", {"text": "x" * 65_536})) == (413, "too_large")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost", 200),
        ("https://localhost", 200),
        ("https://clinic.example", 200),
        ("http://localhost:8001", 403),
        ("https://evil.example", 403),
        ("https://clinic.example.evil.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
def test_a_page_of_another_origin_changes_nothing(client: FlaskClient, origin: str, status: int) -> None:
    """The origin a browser names is ours, as addressed or as set; behind a proxy that ends TLS too."""
    sign_in(client)
    assert post(client, "/try/staff", Origin=origin).status_code == status


def test_commands_are_asked_for_by_caller_key_and_content(client: FlaskClient) -> None:
    """The same path and body give the same digest, another body gives another."""
    sign_in(client)
    first = post(client, "/try/ask", {"a": 1, "b": 2}, key="first-key").json or {}
    again = post(client, "/try/ask", {"b": 2, "a": 1}, key="other-key").json or {}
    other = post(client, "/try/ask", {"a": 1, "b": 3}).json or {}
    assert first["ask"] == [1, "staff:1", "first-key", "desk:1"]
    assert first["hash"] == again["hash"] != other["hash"]


def test_refusals_say_what_is_so(client: FlaskClient) -> None:
    """409 for not now, 422 for not like this, 503 to try again."""
    refused = post(client, "/try/refuse", {"text": "x"})
    assert (refused.status_code, refused.json) == (409, {"code": "room_calling", "ticket": "A001", "since": None})
    assert no(post(client, "/try/refuse", {"text": "x", "n": 1})) == (422, "reason_unknown")
    busy = post(client, "/try/refuse", {"text": "x", "n": 2})
    assert (no(busy), busy.headers["Retry-After"]) == ((503, "busy"), "1")


def test_too_many_tries_say_how_long(client: FlaskClient) -> None:
    """429, in seconds."""
    wrong = {"login": "wang", "password": "not-the-password"}
    for _ in range(10):
        assert no(post(client, "/api/staff/sign-in", wrong)) == (422, "sign_in_wrong")
    refused = post(client, "/api/staff/sign-in", wrong)
    assert no(refused) == (429, "too_many")
    assert (refused.json or {})["seconds"] == int(refused.headers["Retry-After"]) == 600


def test_a_bug_tells_its_number_and_nothing_else(client: FlaskClient) -> None:
    """The answer and the log share a request id; what was typed is in neither, nor in any message they quote."""
    with structlog.testing.capture_logs() as logged:
        answer = post(client, "/try/refuse", {"text": SECRET, "n": 3})
    assert answer.json == {"code": "bug", "request_id": answer.headers["X-Request-Id"]}
    (line,) = logged
    assert (line["event"], line["request_id"]) == ("bug", answer.headers["X-Request-Id"])
    assert line["error"] == "ValueError < RuntimeError"
    assert any("test_access.py" in place and place.endswith(" refuse") for place in line["where"])
    assert "13800138000" not in repr(line)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"text": "missing"}),
        ({"text": 5}, {"text": "string_type"}),
        ({"text": "x", SECRET: 1}, {"_": "extra_forbidden"}),
        ({"text": "x", "n": SECRET}, {"n": "int_parsing"}),
        ([SECRET], {"_": "model_type"}),
    ],
)
def test_an_invalid_request_names_its_fields(client: FlaskClient, body: object, fields: dict[str, str]) -> None:
    """And repeats nothing of what was sent, not even names the sender made up."""
    answer = post(client, "/try/refuse", body)
    assert (answer.status_code, answer.json) == (422, {"code": "invalid", "fields": fields})


@pytest.mark.parametrize("data", ["", "{", "\xff", SECRET])
def test_broken_json_is_refused(client: FlaskClient, data: str) -> None:
    """As what it is: not as a bug, and without a word of it."""
    answer = client.post(
        "/try/refuse", data=data, content_type="application/json", headers={"Idempotency-Key": "k" * 16}
    )
    assert answer.json == {"code": "bad_request"}


def test_unknown_addresses_and_methods_answer_like_everything_else(client: FlaskClient) -> None:
    """JSON with a code."""
    assert no(client.get("/nowhere")) == (404, "not_found")
    assert no(client.delete("/api/staff/me")) == (405, "method_not_allowed")
    assert no(client.get("/api/staff/sign-in")) == (405, "method_not_allowed")


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x" * 500])
def test_text_no_database_takes_is_refused_at_the_door(client: FlaskClient, text: str) -> None:
    """Control characters, half characters and endless logins are invalid, on both databases alike."""
    assert no(post(client, "/api/staff/sign-in", {"login": text, "password": "password-x"})) == (422, "invalid")
    assert no(post(client, "/api/pair/claim", {"claim": text})) == (422, "invalid")
    sign_in(client)
    body = {"code": "123456", "name": text, "screen": "calls"}
    assert no(post(client, "/api/reception/devices/approve", body)) == (422, "invalid")


@pytest.mark.parametrize("id_", ["0", "-1", "2147483648", "9" * 30, "x"])
def test_numbers_no_row_can_have_are_not_found(client: FlaskClient, id_: str) -> None:
    """An address with one leads nowhere."""
    sign_in(client)
    assert no(post(client, f"/api/reception/devices/{id_}/revoke")) == (404, "not_found")


def test_the_doors_are_documented(client: FlaskClient) -> None:
    """OpenAPI names each door's own answer and its refusals, all of one shape."""
    paths = (client.get("/openapi.json").json or {})["paths"]
    answers = paths["/api/staff/sign-in"]["post"]["responses"]
    assert {"200", "401", "403", "422", "429"} <= set(answers)
    refs = {code: answer["content"]["application/json"]["schema"]["$ref"] for code, answer in answers.items()}
    named = {code: ref.rpartition("/")[2] for code, ref in refs.items()}
    assert (named.pop("200"), named.pop("422")) == ("Me", "ValidationError")
    assert set(named.values()) == {"HTTPError"}


def _link_phone(database: Database) -> None:
    key = database.vault.keyed("phone_link", TOKEN)
    with database.write() as connection:
        make.patients(connection, 1)
        visit = {**to_row(make.visit(1)), "site_id": 1}
        connection.execute(insert(t.visit).values(visit))
        connection.execute(
            insert(t.phone_link).values(
                token_key=key, visit_id=1, site_id=1, expires_at=database.now() + timedelta(hours=1)
            )
        )


def _everything(database: Database) -> dict[str, list[Any]]:
    with database.read() as connection:
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in t.metadata.sorted_tables}
