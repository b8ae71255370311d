"""What the OpenAPI description promises whoever writes a client."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from server import cli
from server.app import specification


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return specification()


def operations(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every documented door with its description."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_no_schema_has_a_name_of_the_machine(described: dict[str, Any]) -> None:
    """Two schemas of one name become Body and Body1: whoever generates types from that cannot tell which is which."""
    names = described["components"]["schemas"].keys()
    assert len(names) > 40
    assert [name for name in names if re.search(r"\d$", name) or not re.fullmatch(r"[A-Z][A-Za-z.]+", name)] == []


def test_every_door_says_in_a_line_what_it_is_for(described: dict[str, Any]) -> None:
    """And belongs to a group; no operation has another's id."""
    told = dict(operations(described))
    assert len(told) > 50
    assert [door for door, each in told.items() if not each.get("summary") or not each.get("tags")] == []
    ids = [each["operationId"] for each in told.values() if "operationId" in each]
    assert len(ids) == len(set(ids))


def test_every_refusal_has_the_same_shape(described: dict[str, Any]) -> None:
    """A code, with the facts its words need: a client reads all of them by one rule."""
    shapes = {
        each["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for _, operation in operations(described)
        for status, each in operation["responses"].items()
        if not status.startswith("2")
    }
    assert shapes == {"HTTPError", "ValidationError"}
    assert all("code" in described["components"]["schemas"][shape]["required"] for shape in shapes)


def test_printing_the_description_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for while building, where there is no clinic: no data folder, no key, no database is made."""
    monkeypatch.chdir(tmp_path)
    printed = CliRunner().invoke(cli.main, ["openapi"])
    assert printed.exit_code == 0
    assert json.loads(printed.stdout)["openapi"].startswith("3.1")
    assert list(tmp_path.iterdir()) == []
