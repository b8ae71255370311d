#!/usr/bin/env python3
"""One command for everything: run, test, soak, bench, wheel, lock.

Needs nothing but Python 3.11 and a package index; `make run` is `python3 tools/dev.py run`.
What it installs it puts into this folder, and says so; on a Debian-like system, as root,
it also installs python3-venv and a Chromium with a Chinese font where they are missing.
"""

import sys

if sys.version_info < (3, 11):
    raise SystemExit("nextchair: Python 3.11 or newer is needed; this is %d.%d." % sys.version_info[:2])
if sys.platform == "win32":
    raise SystemExit("nextchair: development needs Linux or macOS; on Windows use the Windows Subsystem for Linux.")

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tools import api_types, assets, browser, node, venv
from tools.steps import NODE_MODULES, ROOT, STATE, VENV, alone, run, say, stop


def set_up(*, dev: bool = False) -> None:
    """Bring packages, built pages and, for tests, the browser up to date; 0-2 s when nothing changed."""
    with alone():
        venv.make_environment(dev=dev)
        node.install_packages()
        assets.build_all()
        if dev:
            browser.find_browser()


def become(*command: str | Path) -> None:
    """Turn this process into another program, so that signals reach it directly."""
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(command[0], [str(part) for part in command])


def run_demo(*arguments: str) -> None:
    """Start the demo clinic."""
    set_up()
    become(venv.BIN / "nextchair", "demo", *arguments)


def test(*arguments: str) -> None:
    """Run the whole check; linters and type checkers are tests in tests/architecture.

    Without a selection two at a time, then by themselves those that measure time.
    """
    set_up(dev=True)
    pytest: list[str | Path] = [venv.BIN / "python", "-m", "pytest", "--durations=25"]
    if arguments:
        become(*pytest, *arguments)
    os.chdir(ROOT)
    shares = (["-n", "2", "--dist", "worksteal", "-m", "not soak and not alone"], ["-m", "alone"])
    ends = [subprocess.run([*pytest, *share], check=False).returncode for share in shares]
    raise SystemExit(max(ends))


def soak(*arguments: str) -> None:
    """Run the long tests."""
    set_up(dev=True)
    become(venv.BIN / "python", "-m", "pytest", "-m", "soak", *arguments)


def bench(*arguments: str) -> None:
    """Run one benchmark of bench/, named first."""
    names = sorted(path.stem for path in (ROOT / "bench").glob("[a-z]*.py"))
    if not arguments or arguments[0] not in names:
        raise stop(f"Name a benchmark, like `make bench NAME=…`. There are: {', '.join(names) or 'none yet'}.")
    set_up(dev=True)
    become(venv.BIN / "python", "-m", f"bench.{arguments[0]}", *arguments[1:])


def wheel(*arguments: str) -> None:
    """Build the wheel, built pages included, into dist/."""
    set_up(dev=True)
    run(venv.BIN / "python", "-m", "hatchling", "build", "-t", "wheel", *arguments)


def types() -> None:
    """Write web/api.ts from the server's OpenAPI."""
    set_up()
    api_types.write_api_types(api_types.FILE)


def lock(*arguments: str) -> None:
    """Renew the lock files, without any trace of the index they were made with; `--upgrade` takes newer versions."""
    uv = shutil.which("uv")
    if uv is None:
        raise stop("`make lock` needs uv: python3 -m pip install uv")
    options = "--quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-config"
    sources = {"base": ["pyproject.toml"], "dev": ["--group", "dev", "-c", "requirements/base.txt"]}
    sources["node"] = ["--group", "node"]
    for name, source in sources.items():
        say(f"locking requirements/{name}.txt")
        command = [uv, "pip", "compile", *options.split(), "--python-version", "3.11", *source, *arguments]
        run(*command, "-o", f"requirements/{name}.txt")
    node.npm("install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund")


def clean() -> None:
    """Remove all that was installed or built here; the data folder stays."""
    static = [ROOT / face / "static" for face in ["display", *assets.FACES]]
    for folder in [VENV, NODE_MODULES, STATE, ROOT / "dist", *static]:
        shutil.rmtree(folder, ignore_errors=True)


VERBS: dict[str, Callable[..., None]] = {
    "run": run_demo,
    "test": test,
    "soak": soak,
    "bench": bench,
    "wheel": wheel,
    "types": types,
    "lock": lock,
    "clean": clean,
}


def main() -> None:
    """Do what the first argument says; the others go to what is started."""
    verb, *arguments = sys.argv[1:] or ["help"]
    if verb not in VERBS:
        summaries = [f"  {name:6} {(action.__doc__ or '').splitlines()[0]}" for name, action in VERBS.items()]
        raise SystemExit("python3 tools/dev.py VERB [ARGUMENTS]\n" + "\n".join(summaries))
    try:
        VERBS[verb](*arguments)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
