"""No door breaks, nothing is echoed, text is kept as it was typed."""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as openapi
from sqlalchemy import select

from clinic.roles import Role
from server.api.access import Who
from server.devices import Kind
from server.storage import tables as t
from tests.server.doors import Browser, Door, Premises, access, doors, no, open_premises
from tests.server.marked import fill_form, live_through
from tests.server.markup import faults_in
from tests.server.running import pair
from tests.server.terminal import Terminal

MARK = "Zq7-echo"
"""Stands in everything that is sent here; no refusal may repeat it."""

ODD: dict[str, bytes] = {
    "nothing": b"",
    "broken": b'{"a": "Zq7-echo',
    "no text": b"\xff\xfe\x00Zq7-echo",
    "null": b"null",
    "a number": b"5",
    "a text": b'"Zq7-echo"',
    "a list": b'[{"Zq7-echo": 1}]',
    "brackets": b"[" * 30_000 + b"]" * 30_000,
    "braces": b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
    "some brackets": b'{"answers": ' + b"[" * 900 + b"]" * 900 + b', "values": {"a": ' + b"[" * 9 + b"]" * 9 + b"}}",
    "infinite": b'{"room": 1e999, "level": 1e999, "answers": {"bp_sys": 1e999}, "values": {"a": 1e999}}',
    "not a number": b'{"room": NaN, "minutes": -Infinity, "answers": {"bp_sys": NaN}}',
    "long numbers": b'{"room": ' + b"9" * 4_000 + b', "answers": {"bp_sys": ' + b"9" * 4_000 + b"}}",
    "longer numbers": b'{"room": ' + b"9" * 6_000 + b"}",
    "large numbers": b'{"room": 2147483648, "queue": 9223372036854775808, "rev": -9223372036854775809}',
    "a byte order mark": b'\xef\xbb\xbf{"Zq7-echo": 1}',
    "utf-16": json.dumps({MARK: MARK}).encode("utf-16"),
    "half characters": b'{"text": "\\ud800Zq7-echo", "\\udfff": "\\ud800", "answers": {"\\ud800": "\\ud800"}}',
    "zeros": b'{"text": "\\u0000Zq7-echo", "name": "\\u0000", "\\u0000": 1, "values": {"\\u0000": "\\u0000"}}',
    "twice": b'{"text": "Zq7-echo", "text": 1, "room": 1, "room": "Zq7-echo"}',
}
"""Bodies that no page sends."""

HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>'",
    "{{ 7 * 7 }}{% raw %}${7*7}#{7*7}",
    "'; DROP TABLE visit; --",
    "Robert'); DELETE FROM patient;--",
    "%s%n%d %(name)s {0} {name}",
    "=cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "\\u0000 \\x1b[31m \\N{SNOWMAN}",
    "王 小明　",
    "👩‍⚕️🦷🏳️‍🌈 👨‍👩‍👧",
    "مُنى الأحمد",
    "‮gnihton‬ תמר",
    "Ẑ̵̧̡̛͓͕a̶l̷g̸o̶",
    "𠮷野家𪚥𫠣",
    "ﷺ",
    "ＷＩＤＥ　ｆｏｒｍ",
    "İıßſK",
    "-" * 60,
    "1e309 NaN null undefined true",
    "&lt;b&gt; &amp; &#x27;",
    "\u200b\u2060\ufeff",
    "  many    blanks  ",
)
"""What is typed into a field to break what comes after it; and names of people."""


@dataclass(frozen=True)
class Field:
    """A place for text that is kept: types it, and reads it back where staff see it; None where it was refused."""

    type: Callable[[Premises, str], str | None]
    keeps: Callable[[str], str]


@pytest.fixture(scope="module")
def premises(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    with open_premises(tmp_path_factory.mktemp("abuse")) as opened:
        live_through(opened)
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def clinic(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Premises]:
    """An empty clinic on either database."""
    url = "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    with open_premises(tmp_path, url) as opened:
        yield opened


def browser_for(premises: Premises, door: Door) -> Browser:
    """Somebody whom a door lets in, signed in anew where the last request locked or ended the desk."""
    if access(door).who is not Who.STAFF:
        return premises.let_in(door)
    if premises.staff(Role.MANAGER).get("/api/reception/sheets").status_code == 401:
        del premises.browsers[Role.MANAGER]
    return premises.staff(Role.MANAGER)


def arguments(premises: Premises) -> dict[str, Any]:
    """Rows that are there; a device that nobody needs, for one door takes its rights away."""
    pair(premises.database, Kind.SCREEN, "calls")
    with premises.database.read() as connection:
        visit = connection.scalars(select(t.phone_link.c.visit_id)).first()
        device = connection.scalars(select(t.device.c.id).order_by(t.device.c.id.desc())).first()
    token = premises.database.vault.token("phone_page", str(visit))
    return {"visit_id": visit, "room_id": 1, "card_id": 1, "device_id": device, "token": token}


def test_odd_bodies_break_no_door(premises: Premises) -> None:
    """Every POST, by somebody who may: a clear answer, whatever it is, and a refusal repeats nothing of it."""
    tried = 0
    for door in doors(premises.app):
        if door.method != "POST" or door.path == "/api/staff/sign-out":
            continue
        browser, path = browser_for(premises, door), door.at(arguments(premises))
        for name, body in ODD.items():
            answer = browser.client.post(
                path, data=body, content_type="application/json", headers={"Idempotency-Key": secrets.token_hex(8)}
            )
            assert answer.status_code < 500, (door, name)
            assert answer.is_json, (door, name)
            assert MARK not in answer.text, (door, name)
            tried += 1
    assert tried > 900


def test_no_documented_door_breaks_or_answers_what_it_does_not_document(premises: Premises) -> None:
    """Bodies made from the interface's own description, good and bad: status, type and shape are those it names."""
    checks = [
        not_a_server_error,
        openapi.status_code_conformance,
        openapi.content_type_conformance,
        openapi.response_schema_conformance,
    ]
    known = {(door.method, door.path): door for door in doors(premises.app)}
    tried = []
    described: Any = schemathesis.openapi.from_dict(cast(dict[str, Any], premises.app.spec))
    for operation in (found.ok() for found in described.get_all_operations()):
        if not operation.body:
            continue
        door = known[operation.method.upper(), operation.path.replace("{", "<").replace("}", ">")]
        for mode in GenerationMode:
            for case in cases(operation.as_strategy(generation_mode=mode)):
                answer = send(premises, door, case.body)
                case.validate_response(answer, checks=checks)
                tried.append(answer.status_code)
    assert len(tried) > 150
    assert {200, 409, 422} <= set(tried)


def cases(strategy: SearchStrategy[Case[Any]]) -> list[Case[Any]]:
    """Five of them, the same each time."""
    drawn: list[Case[Any]] = []

    @seed(1)
    @settings(max_examples=5, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=strategy)
    def draw(case: Case[Any]) -> None:
        drawn.append(case)

    draw()
    return drawn


def send(premises: Premises, door: Door, body: object) -> Any:
    """A body as JSON; as nothing where it is something JSON does not know."""
    try:
        data = json.dumps(body).encode()
    except TypeError:
        data = b""
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    browser = browser_for(premises, door)
    return browser.client.post(
        door.at(arguments(premises)), data=data, content_type="application/json" if data else None, headers=headers
    )


def test_odd_addresses_and_headers_break_no_door(premises: Premises) -> None:
    """In paths, questions, cookies and headers: a clear answer, and no word of it comes back."""
    strange = [*HOSTILE, "\x00", "\x7f", "..", "%", "%00", "\ufffd", "a" * 5_000, "龘" * 400]
    paths = ["/t/{}", "/t/{}/form", "/api/phone/{}/picture", "/static/display/{}", "/static/screens/{}.css"]
    paths += ["/api/reception/sheets/{}.png", "/api/reception/visits/{}", "/api/pair?kind={}", "/{}"]
    paths += ["/api/reception/picture?language={}", "/t/x?language={}", "/api/reception/sheets/..%2F{}.png"]
    for text in strange:
        for path in paths:
            answer = premises.desk.get(path.format(quote(f"{MARK}{text}", safe="")))
            assert answer.status_code < 500, (path, text)
            assert MARK not in answer.text, (path, text)
        held = f"{MARK}{text}".encode().decode("latin-1").replace("\x00", "")
        for name in ("nextchair_desk", "nextchair_kiosk", "nextchair_screen"):
            headers = {"Cookie": f'{name}="{held}"', "X-Talk": held, "Accept-Language": held, "User-Agent": held}
            for path in ("/api/staff/me", "/api/kiosk/look", "/api/screen/picture", "/api/pair", "/screen"):
                answer = premises.browser().client.get(path, headers=headers)
                assert answer.status_code < 500, (path, text)
                assert MARK not in answer.text, (path, text)


# Text that is kept


def register(premises: Premises, text: str) -> str | None:
    """As the name of a walk-in at reception; read back on the console."""
    answer = premises.desk.post("/api/reception/register", {**TOLD, "name": text})
    if answer.status_code == 422:
        return None
    assert answer.json is not None, answer.text
    return str(premises.desk.see(f"/api/reception/visits/{answer.json['visit']}")["row"]["name"])


TOLD = {"phone": "13977318060", "birth_date": "1960-02-29", "sex": "male", "service": 1}


def register_at_terminal(premises: Premises, text: str) -> str | None:
    """As the name that somebody without a card types at the terminal; read back on the console."""
    terminal = Terminal(premises.kiosk)
    terminal.press("walk_in")
    assert terminal.page["id"] == "register.name"
    if terminal.press("next", name=text)["id"] == "register.name":
        return None
    ticket = terminal.go_on({"phone": "13977318097", "birth_date": "19600229", "service": "1"})
    (found,) = premises.desk.do("/api/reception/find", {"text": ticket})["candidates"]
    return str(found["name"])


def move(premises: Premises, text: str) -> str | None:
    """As the note beside a move by hand; read back in the visit's history."""
    path = f"/api/reception/visits/{somebody(premises)}"
    answer = premises.desk.post(f"{path}/move", {"position": 1, "reason": "agreed_swap", "note": text})
    return None if answer.status_code == 422 else str(premises.desk.see(path)["history"][0]["note"])


def rename(premises: Premises, text: str) -> str | None:
    """As the name of a device; read back in the list of devices."""
    device = arguments(premises)["device_id"]
    answer = premises.desk.post(f"/api/reception/devices/{device}/rename", {"name": text})
    if answer.status_code == 422:
        return None
    return next(
        str(row["name"]) for row in premises.desk.see("/api/reception/devices")["devices"] if row["id"] == device
    )


def answer_form(premises: Premises, text: str) -> str | None:
    """As free text in the questionnaire; read back by a dentist."""
    visit, dentist = somebody(premises), premises.staff(Role.DENTIST)
    path = f"/api/reception/visits/{visit}/form"
    answers = dentist.see(path)["answers"]
    if not {"meds", "infection"} <= answers.keys():
        fill_form(premises, visit)
        answers = dentist.see(path)["answers"]
    answer = dentist.post(path, {"answers": {**answers, "meds_text": text}})
    return None if answer.status_code == 422 else str(dentist.see(path)["answers"].get("meds_text", ""))


def somebody(premises: Premises) -> int:
    """A visit that waits: the first there is, else a new one."""
    console = premises.desk.see("/api/reception/picture")["body"]
    waiting = [row["visit"] for column in console["columns"] for row in column["rows"]]
    return int(
        waiting[0] if waiting else premises.desk.do("/api/reception/register", {**TOLD, "name": "王明"})["visit"]
    )


def one_line(text: str) -> str:
    return " ".join(text.split())


FIELDS = {
    "register": Field(register, one_line),
    "terminal": Field(register_at_terminal, one_line),
    "note": Field(move, str.strip),
    "device": Field(rename, str.strip),
    "form": Field(answer_form, lambda text: text if text.strip() else ""),
}


def test_text_is_kept_as_it_was_typed(clinic: Premises) -> None:
    """On both databases; what cannot be kept is refused, never changed. Screens, phones and paper still come out."""
    for name, field in FIELDS.items():
        kept = keep_all(clinic, field, HOSTILE)
        assert kept > (len(HOSTILE) // 2 if name == "terminal" else len(HOSTILE) - 4), name
    look_at_everything(clinic)


def test_text_that_broke_others_is_kept_as_it_was_typed(premises: Premises, test_data: Path) -> None:
    """Real collections of such texts: markup, SQL, terminal codes, formulas, odd characters; each field its share."""
    for number, field in enumerate(FIELDS.values()):
        keep_all(premises, field, islice(abuse(test_data), number, None, 40))
    look_at_everything(premises)


def test_texts_that_broke_others_break_no_search(premises: Premises, test_data: Path) -> None:
    """Each of them in the one field of reception, and as a scan at the terminal."""
    for text in islice(abuse(test_data), 0, None, 4):
        assert no(premises.desk.post("/api/reception/find", {"text": text}))[0] in (200, 422), text
        assert no(premises.kiosk.post("/api/kiosk/scan", {"talk": "", "text": text}))[0] in (200, 422), text


def abuse(test_data: Path) -> Iterator[str]:
    folder = test_data / "06_abuse"
    yield from json.loads((folder / "blns.json").read_text(encoding="utf-8"))
    for file in sorted(folder.glob("*.txt")):
        yield from file.read_bytes().decode(errors="replace").splitlines()


def keep_all(premises: Premises, field: Field, texts: Any) -> int:
    """Type each text; how many were kept. Raises AssertionError for one that came back different."""
    kept = 0
    for text in texts:
        found = field.type(premises, text)
        if found is not None:
            assert found == field.keeps(text), text
            kept += 1
    return kept


def look_at_everything(premises: Premises) -> None:
    """Every public page of the day draws, holds nothing but our own markup, and every ticket is printed."""
    pages = [premises.device(Kind.SCREEN, kind).get("/screen") for kind in ("calls", "progress")]
    with premises.database.read() as connection:
        visits = list(connection.scalars(select(t.visit.c.id).order_by(t.visit.c.id.desc()).limit(40)))
    for visit in visits:
        token = premises.database.vault.token("phone_page", str(visit))
        pages.append(premises.browser().get(f"/t/{token}"))
    assert [page.status_code for page in pages] == [200] * len(pages)
    assert [fault for page in pages for fault in faults_in(page.text)] == []
    premises.print_all()
    with premises.database.read() as connection:
        assert set(connection.scalars(select(t.print_job.c.state))) <= {"printed"}
