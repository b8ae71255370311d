"""What exists is documented: settings, facts, screens, routes."""

import re
from pathlib import Path

import pytest
import typer
from typer.models import CommandInfo
from typer.testing import CliRunner

from clinic.facts import FACTS
from display.screens import SCREENS
from server import cli
from server.api.access import Access, Who
from server.app import create_server
from server.settings import Settings
from tests.architecture.tree import ROOT
from tests.server.doors import doors


def doc(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_every_setting_is_documented() -> None:
    """Every setting is documented."""
    assert [name for name in Settings.model_fields if f"`NEXTCHAIR_{name.upper()}`" not in doc("settings.md")] == []


def test_no_setting_is_documented_that_does_not_exist() -> None:
    """No setting is documented that does not exist."""
    named = set(re.findall(r"`NEXTCHAIR_([A-Z_]+)`", doc("settings.md")))
    assert {name.lower() for name in named} == set(Settings.model_fields)


def test_every_fact_is_documented_with_whether_it_can_be_undone() -> None:
    """Every fact is documented with whether it can be undone."""
    rows = [row.split("|") for row in doc("words.md").splitlines() if row.startswith("| `")]
    told = {name: cells[2].strip() == "yes" for cells in rows for name in re.findall(r"`(\w+)`", cells[1])}
    assert told == dict(FACTS)


def test_every_kind_of_screen_is_documented() -> None:
    """Every kind of screen is documented."""
    assert [kind for kind in SCREENS if f"| `{kind}` |" not in doc("screens.md")] == []


def commands(app: typer.Typer, prefix: str = "nextchair") -> list[str]:
    """Every command a user can type."""
    found = [f"{prefix} {get_name(each)}" for each in app.registered_commands]
    for group in app.registered_groups:
        if group.typer_instance is not None:
            found += commands(group.typer_instance, f"{prefix} {group.name}")
    return found


def get_name(command: CommandInfo) -> str:
    return command.name or (command.callback.__name__ if command.callback else "")


def test_every_command_is_documented() -> None:
    """docs/commands.md has a row for each command there is, and no other."""
    told = re.findall(r"^\| `(nextchair [a-z -]+)` \|", doc("commands.md"), re.MULTILINE)
    assert sorted(told) == sorted(commands(cli.main))


@pytest.mark.parametrize("command", commands(cli.main))
def test_every_command_explains_itself(command: str) -> None:
    """`--help` works, and says in a sentence what the command does."""
    result = CliRunner().invoke(cli.main, [*command.split()[1:], "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output
    assert re.search(r"[a-z]\.", result.output)


def test_every_route_is_documented_with_whom_it_lets_in(tmp_path: Path) -> None:
    """docs/http.md has a row for each route there is, and no other; each says in a sentence what it is for."""
    server = create_server(Settings(data=tmp_path, database_url=""))
    found = {(door.method, door.path, _who(door.access)) for door in doors(server.app)}
    server.house.database.close()
    rows = re.findall(r"^\| (GET|POST) \| `([^`]+)` \| (.+) \| (.+\.) \|$", doc("http.md"), re.MULTILINE)
    assert {(method, path, who.replace("`", "")) for method, path, who, _ in rows} == found
    assert len(rows) == len(found)


def _who(access: Access | None) -> str:
    """Whom a route lets in, as the page words it."""
    if access is None or access.who is not Who.STAFF:
        return {Who.ALL: "anybody", Who.PHONE: "phone"}.get(access.who, str(access.kind)) if access else "nobody"
    need = f": {access.need}" if access.need else ""
    return f"staff{need}{', also locked' if access.while_locked else ''}"
