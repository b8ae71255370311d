"""Pages that hold nobody's data: application shells, files."""

from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, send_file, send_from_directory

import display
import kiosk
import reception
from display.page import SOURCES
from server.api.access import open_to_all
from server.api.errors import Denied
from server.api.house import House
from server.storage.database import Database

DISPLAY, KIOSK, RECEPTION = (Path(package.__file__ or "").parent for package in (display, kiosk, reception))
FOLDERS = {
    "display": DISPLAY / "static",
    "kiosk": KIOSK / "static",
    "reception": RECEPTION / "static",
}
FOREVER = 31_536_000
SERVED = frozenset({".js", ".css", ".woff2", ".ttf", ".svg", ".png", ".wasm", ".map"})
"""Kinds of files that anybody may have; templates and Python stay inside."""


def blueprint(house: House) -> APIBlueprint:
    door = APIBlueprint("pages", __name__, enable_openapi=False)

    @door.get("/")
    @open_to_all
    def index() -> Response:
        return Response(INDEX, mimetype="text/html")

    @door.get("/kiosk")
    @open_to_all
    def kiosk_shell() -> Response:
        return send_from_directory(FOLDERS["kiosk"], "index.html", max_age=0)

    @door.get("/reception")
    @open_to_all
    def reception_shell() -> Response:
        return send_from_directory(FOLDERS["reception"], "index.html", max_age=0)

    @door.get("/static/screens/<name>")
    @open_to_all
    def screen_source(name: str) -> Response:
        if name not in SOURCES:
            raise Denied(404, "not_found")
        # The address carries a hash of the content.
        return send_file(SOURCES[name], max_age=FOREVER)

    @door.get("/static/<any(display, kiosk, reception):face>/<path:name>")
    @open_to_all
    def static(face: str, name: str) -> Response:
        if Path(name).suffix not in SERVED:
            raise Denied(404, "not_found")
        # Vite names its files by their content; all others are asked for again, and answered "not modified".
        return send_from_directory(FOLDERS[face], name, max_age=FOREVER if name.startswith("assets/") else 0)

    @door.get("/api/health")
    @open_to_all
    def health() -> dict[str, str]:
        _ask(house.database)
        return {"status": "ok", "build": house.build}

    return door


def _ask(database: Database) -> None:
    with database.read() as connection:
        connection.exec_driver_sql("SELECT 1")


INDEX = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>Nextchair</title><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/screens/display.css"></head>
<body class="ways-in"><main>
<h1>Nextchair</h1>
<ul>
<li><a href="/kiosk">自助签到 <span lang="en">Check-in terminal</span></a></li>
<li><a href="/screen">候诊大屏 <span lang="en">Waiting-room screen</span></a></li>
<li><a href="/reception">工作台 <span lang="en">Staff console</span></a></li>
</ul>
</main></body></html>
"""
