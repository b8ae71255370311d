"""The `nextchair` command, as somebody types it."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select, update
from typer.testing import CliRunner, Result

from server.app import open_database
from server.cli import main
from server.commands.setting_up import found_clinic
from server.settings import Settings
from server.staff.passwords import matches
from server.storage import tables as t
from server.storage.database import Database
from server.storage.migrate import migrate
from tests.infrastructure import ROOT, free_port

PROGRAM = str(Path(sys.executable).with_name("nextchair"))
PLAN: dict[str, Any] = {
    "site": {"code": "main", "name": {"zh": "白榆口腔"}, "time_zone": "Asia/Shanghai"},
    "area": [{"code": "A", "name": {"zh": "候诊区 A"}}],
    "service": [{"code": "consult", "name": {"zh": "初诊"}, "minutes": 20, "prefix": "A"}],
    "practitioner": [],
    "room": [{"code": "1", "area": "A", "chairs": ["1"], "name": {"zh": "1 号诊室"}}],
    "queue": [{"code": "q", "name": {"zh": "初诊"}, "services": ["consult"], "rooms": ["1"]}],
}

Typed = Callable[..., Result]


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    """Type a command; what a script pipes in is `said`; other keywords are NEXTCHAIR_* settings."""

    def run(*arguments: str, said: str = "", **settings: str) -> Result:
        given = {"data": str(tmp_path), **settings}
        environment = {f"NEXTCHAIR_{name.upper()}": value for name, value in given.items()}
        return CliRunner().invoke(main, arguments, input=said, env=environment)

    return run


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Database]:
    """A clinic in the data folder, to look at what a command did."""
    database = open_database(Settings(data=tmp_path))
    migrate(database)
    found_clinic(database, PLAN)
    yield database
    database.close()


def staff(database: Database, login: str) -> Any:
    with database.read() as connection:
        return connection.execute(select(t.staff).where(t.staff.c.login == login)).one()


def test_somebody_is_added_changed_and_let_in_no_more(typed: Typed, clinic: Database) -> None:
    """A person's whole way through the accounts, each step by its command; secrets come from standard input."""
    added = typed("user", "add", "Lin", "--name", "林", "--role", "reception", "--room", "1", said="first secret\n")
    assert (added.exit_code, added.stdout) == (0, "Lin may sign in.\n")
    assert matches(staff(clinic, "lin").password_hash, "first secret")

    assert typed("user", "password", "lin", said="second secret\n").exit_code == 0
    assert matches(staff(clinic, "lin").password_hash, "second secret")

    assert typed("user", "pin", "LIN", said="2468\n").exit_code == 0
    assert matches(staff(clinic, "lin").pin_hash, "2468")

    assert "lin\treception\tactive" in typed("user", "list").stdout
    assert typed("user", "deactivate", "lin").exit_code == 0
    assert "lin\treception\tinactive" in typed("user", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "said", "sentence"),
    [
        ("user add lin --name 林 --role reception", "", "Choose a password of 8 to 128 characters."),
        ("user add lin --name 林 --role reception --room 9", "first secret\n", "There is no such room"),
        ("user password nobody", "first secret\n", "There is no such login."),
        ("user pin nobody", "2468\n", "There is no such login."),
        ("user deactivate nobody", "", "There is no such login."),
        ("user pin lin", "2468\n", "There is no such login."),
        ("pair screen --name TV --screen nonsense", "", "Choose what this screen shows."),
        ("pair kiosk --name TV --site elsewhere", "", "There is no site of this code."),
        ("print-test nonsense", "", "a printer address begins with one of"),
    ],
)
def test_a_refusal_is_a_sentence(typed: Typed, clinic: Database, arguments: str, said: str, sentence: str) -> None:
    """The cure on standard error, exit code 1, nothing on standard output."""
    result = typed(*arguments.split(), said=said)
    assert (result.exit_code, result.stdout) == (1, "")
    assert sentence in result.stderr


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"port": "many"}, "NEXTCHAIR_PORT: Input should be a valid integer"),
        ({"database_url": f"postgresql://somebody:secret@127.0.0.1:{free_port()}/x"}, "correct NEXTCHAIR_DATABASE_URL"),
    ],
)
def test_a_wrong_setting_is_named(typed: Typed, settings: dict[str, str], sentence: str) -> None:
    """What the installer must correct, without a traceback and without a password."""
    result = typed("user", "list", **settings)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "secret" not in result.stderr


def test_a_data_folder_that_cannot_be_is_named(typed: Typed, tmp_path: Path) -> None:
    """A path that leads through a file is no folder."""
    (tmp_path / "file").touch()
    result = typed("check", data=str(tmp_path / "file" / "data"))
    assert result.exit_code == 1
    assert f"{tmp_path / 'file' / 'data'}: " in result.stderr


def test_a_bug_keeps_its_traceback(typed: Typed, clinic: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what people can cure becomes a sentence."""
    monkeypatch.setattr("server.staff.people.deactivate", lambda *_: 1 / 0)
    assert isinstance(typed("user", "deactivate", "lin").exception, ZeroDivisionError)


def test_a_database_behind_this_release_is_named(typed: Typed, postgres_url: str) -> None:
    """PostgreSQL is migrated by hand only: until then each command says which one."""
    before = typed("user", "list", database_url=postgres_url)
    assert before.exit_code == 1
    assert "nextchair migrate" in before.stderr
    assert typed("migrate", database_url=postgres_url).exit_code == 0
    assert typed("user", "list", database_url=postgres_url).exit_code == 0


def test_a_device_is_paired_ahead(typed: Typed, clinic: Database) -> None:
    """The link is printed, whole; only its hash is kept."""
    result = typed("pair", "screen", "--name", "大屏", "--screen", "progress", "--language", "en", port="8017")
    address, _, claim = result.stdout.strip().partition("#claim=")
    assert address == "http://127.0.0.1:8017/screen/pair"
    with clinic.read() as connection:
        device = connection.execute(select(t.device)).one()
    assert (device.name, device.screen, device.language) == ("大屏", "progress", "en")
    assert device.claim_key
    assert claim not in str(device)


@pytest.mark.parametrize("document", ["ticket", "test_card"])
@pytest.mark.parametrize("paper", ["58", "80"])
def test_a_sample_is_printed(typed: Typed, tmp_path: Path, document: str, paper: str) -> None:
    """The bytes arrive where the address points to, and the picture is as wide as the roll prints."""
    sheet, picture = tmp_path / "sheet.bin", tmp_path / "sheet.png"
    result = typed("print-test", f"file://{sheet}", "--document", document, "--paper", paper, "--preview", str(picture))
    assert result.exit_code == 0
    assert result.stdout.startswith("printed")
    assert sheet.read_bytes().startswith(b"\x1b@")
    with Image.open(picture) as drawn:
        assert drawn.width >= (384 if paper == "58" else 576)


def test_a_printer_that_is_away_is_told(typed: Typed) -> None:
    """No paper, exit code 1."""
    result = typed("print-test", f"tcp://127.0.0.1:{free_port()}")
    assert (result.exit_code, result.stdout.partition(":")[0]) == (1, "not_printed (unreachable)")


def test_check_answers_by_exit_code(typed: Typed, clinic: Database) -> None:
    """0 and a sentence when all is well; 1 and each finding when not."""
    assert (typed("check").exit_code, typed("check").stdout) == (0, "Nothing found.\n")
    with clinic.write() as connection:
        connection.execute(t.printer.insert().values(site_id=1, name="P", address="tcp://127.0.0.1:9", profile="x"))
    result = typed("check")
    assert result.exit_code == 1
    assert "Printer P does not answer" in result.stdout
    assert result.stdout.endswith("1 found.\n")


def test_the_interface_is_printed_as_openapi(typed: Typed) -> None:
    """A document that tools can read, with the doors in it."""
    spec = json.loads(typed("openapi").stdout)
    assert spec["openapi"].startswith("3.1")
    assert "/api/reception/picture" in spec["paths"]


def test_a_file_that_is_not_there_is_named(typed: Typed, clinic: Database, tmp_path: Path) -> None:
    """The path is in the sentence; the clinic is as it was."""
    result = typed("import", str(tmp_path / "none.json"))
    assert result.exit_code == 1
    assert f"{tmp_path / 'none.json'}: No such file" in result.stderr


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    """The server says which option to change."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = started("serve", taken.getsockname()[1], tmp_path).communicate(timeout=60)
    assert "--port" in done[1]


def test_the_demo_prints_what_is_needed_twice_the_same(tmp_path: Path) -> None:
    """Addresses, accounts, patients to try, how phones get in; the second start prints the same secrets."""
    port = free_port()
    first, second = shown(port, tmp_path), shown(port, tmp_path)
    for part in ("/kiosk#claim=", "/screen/pair#claim=", "/reception", "zhou", "NC1.", "/t/", "--host 0.0.0.0"):
        assert part in first
    assert [line for line in first.splitlines() if "claim=" not in line] == [
        line for line in second.splitlines() if "claim=" not in line
    ]


def test_the_demo_leaves_a_clinic_alone(clinic: Database, tmp_path: Path) -> None:
    """It says which folder to choose, and ends."""
    with clinic.write() as connection:
        connection.execute(update(t.site).values(name_zh="真诊所"))
    program = started("demo", free_port(), tmp_path)
    _, told = program.communicate(timeout=60)
    assert program.returncode == 1
    assert "NEXTCHAIR_DATA" in told


def shown(port: int, data: Path) -> str:
    """What the demo prints before it waits for people; then it is stopped."""
    program = started("demo", port, data)
    assert program.stdout is not None
    lines = []
    for line in program.stdout:
        lines.append(line)
        if "private window" in line:
            break
    program.terminate()
    program.communicate(timeout=60)
    assert program.returncode == 0
    return "".join(lines)


def started(command: str, port: int, data: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PROGRAM, command, "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "NEXTCHAIR_DATA": str(data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
