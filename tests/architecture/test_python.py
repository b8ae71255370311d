"""House rules for Python that no linter knows."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator

from tests.architecture.tree import OURS, PRODUCT, modules, named, parsed

HEADER_LENGTH = 70
VAGUE = {"utils", "util", "common", "misc", "manager", "helpers", "helper"}
# Reading a file, a socket, a clock or a coin: everything that would make the same call answer differently twice.
IMPURE = {"asyncio", "http", "io", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlite3"}
IMPURE |= {"subprocess", "tempfile", "threading", "time", "urllib", "uuid"}
IMPURE_CALLS = {"now", "utcnow", "today", "open", "print", "input"}


def test_modules_say_what_they_are() -> None:
    """Line 1 is a short, whole sentence about the module, not about the fact that it is one."""
    assert failing(OURS, lambda tree: not is_header((ast.get_docstring(tree) or "").partition("\n")[0])) == []


def is_header(line: str) -> bool:
    """Whether a first line tells a newcomer what the file is."""
    opening = line.lower().startswith(("this module", "this file", "module "))
    return 0 < len(line) <= HEADER_LENGTH and line.endswith((".", "?", "!")) and not opening


def test_module_names_mean_something() -> None:
    """No module is called by a word that fits any content."""
    assert [named(path) for path in modules(OURS) if path.stem in VAGUE] == []


def test_every_test_states_its_behaviour() -> None:
    """Each test function begins with the sentence that it proves."""
    assert failing(["tests"], lambda tree: any(not ast.get_docstring(test) for test in tests_of(tree))) == []


def test_clinic_needs_only_the_standard_library() -> None:
    """The clinic's rules import nothing third-party, and nothing that touches files, clocks or chance."""
    allowed = set(sys.stdlib_module_names) - IMPURE | {"clinic"}
    assert failing(["clinic"], lambda tree: not set(top_level_imports(tree)) <= allowed) == []


def test_clinic_is_pure() -> None:
    """The same values in give the same values out: `now` is always passed."""
    assert failing(["clinic"], lambda tree: bool(IMPURE_CALLS & set(calls(tree)))) == []


def test_only_settings_read_the_environment() -> None:
    """Deployment settings have one door."""
    readers = failing(PRODUCT, lambda tree: bool({"environ", "getenv", "environb"} & set(attributes(tree))))
    assert set(readers) <= {"server/settings.py"}


def failing(folders: list[str], broken: Callable[[ast.Module], bool]) -> list[str]:
    """The modules of these folders that break a rule."""
    return [named(path) for path in modules(folders) if broken(parsed(path))]


def tests_of(tree: ast.Module) -> list[ast.FunctionDef]:
    """The test functions of a module."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def attributes(tree: ast.Module) -> Iterator[str]:
    """Every name after a dot, and every name imported from a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def top_level_imports(tree: ast.Module) -> Iterator[str]:
    """The first part of every imported name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def calls(tree: ast.Module) -> Iterator[str]:
    """The last part of the name of everything that is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield node.func.id if isinstance(node.func, ast.Name) else node.func.attr
