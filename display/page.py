"""Draws screens: a view becomes HTML, a picture becomes a whole page.

No Flask, no inline style or script: the content security policy would drop them. Templates escape everything.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from clinic.setup import Name
from clinic.waits import Wait
from display import form as form_view
from display.screens import SCREENS
from display.speech import lines
from locales import LANGUAGES, Words, words

HERE = Path(__file__).parent

STATIC: Mapping[str, Path] = {"/static/display/": HERE / "static"}
"""Folders to serve as they are, by address: what tools/dev.py copied from the locked packages."""

SCREEN_SOURCES = "/static/screens/"
SOURCES: Mapping[str, Path] = {
    **{file.name: file for suffix in ("css", "js") for file in sorted(HERE.glob(f"*.{suffix}"))},
    **{f"{kind}.css": HERE / "screens" / kind / "screen.css" for kind in SCREENS},
}
"""The files to serve below SCREEN_SOURCES, by name. Addresses carry a hash, so they may be cached for ever."""

SCRIPTS = ("socket.io.min.js", "morphdom-umd.min.js")
DOORS = {"phone": "/api/phone/{token}/picture?language={language}"}
SCREEN_DOOR = "/api/screen/picture"


class Picture(Protocol):
    """The first picture of a page; the script takes over from its rev and time."""

    @property
    def rev(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def hash(self) -> str: ...
    @property
    def build(self) -> str: ...
    @property
    def body(self) -> Any: ...


def render(kind: str, view: object, language: str) -> str:
    """The body of a picture: what stands inside `<main id="picture">`. A phone page without a view has ended."""
    return _environment().get_template(f"screens/{kind}/screen.html").render(view=view, kind=kind, **_texts(language))


def page(kind: str, picture: Picture, *, language: str, token: str = "", name: str = "") -> str:
    """The document around a first picture. `token` is a phone page's, `name` what a screen is called at reception."""
    phone = kind == "phone"
    door = DOORS.get(kind, SCREEN_DOOR).format(token=token, language=language)
    return (
        _environment()
        .get_template("base.html")
        .render(
            kind=kind,
            face="phone" if phone else "screen",
            picture=picture,
            body=Markup(picture.body),  # noqa: S704
            door=door,
            token=token,
            name=name,
            styles=_styles(kind),
            scripts=[*SCRIPTS, "live.js", "phone.js" if phone else "announce.js"],
            **_texts(language),
        )
    )


def pair(language: str = LANGUAGES[0]) -> str:
    """The page of a screen that is not paired yet: it asks for a code, shows it, and waits to be approved."""
    styles = _styles("pair")
    return _environment().get_template("pair.html").render(styles=styles, scripts=["pair.js"], **_texts(language))


def gone(language: str) -> str:
    """The page of a link that leads nowhere any more."""
    return (
        _environment()
        .get_template("form_page.html")
        .render(
            body=Markup(render("phone", None, language)),  # noqa: S704
            answers="{}",
            token="",
            styles=["display.css", "phone.css"],
            **_texts(language),
        )
    )


def form(view: form_view.View, language: str) -> str:
    """One group of the questionnaire: the inside of its page."""
    return _environment().get_template("form.html").render(view=view, **_texts(language))


def form_page(view: form_view.View, *, language: str, token: str) -> str:
    """The questionnaire's page with its first group."""
    return (
        _environment()
        .get_template("form_page.html")
        .render(
            body=Markup(form(view, language)),  # noqa: S704
            answers=json.dumps(view.answers, ensure_ascii=False),
            token=token,
            styles=["display.css", "phone.css", "form.css"],
            **_texts(language),
        )
    )


def address(name: str) -> str:
    """Where a page finds a file of ours, or one that was copied for it."""
    file = SOURCES.get(name) or HERE / "static" / name
    folder = SCREEN_SOURCES if name in SOURCES else "/static/display/"
    return f"{folder}{name}?v={_fingerprint(file)}"


def _styles(kind: str) -> list[str]:
    if kind == "phone":
        return ["display.css", "phone.css"]
    return ["fonts/fonts-screen.css", "display.css", "tv.css", f"{kind}.css"]


@cache
def _fingerprint(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(icon=_icon, address=address, lines=lines, door_kind=_door_kind, date_text=_date)
    environment.globals.update(wait_text=_wait, ticket_kind=_ticket_kind, large_number=_large_number)
    return environment


def _texts(language: str) -> dict[str, Any]:
    """What templates say words with: `say` and `named` in the screen's language, `also` and `other` in the second."""
    first = words(language)
    second = words(next(each for each in LANGUAGES if each != first.language))
    return {
        "language": first.language,
        "second": second.language,
        "first_words": first,
        "second_words": second,
        "say": first.text,
        "also": second.text,
        "named": lambda name: name.in_(first.language),
        "other": lambda name: _other(name, first.language),
    }


def _other(name: Name, language: str) -> str:
    """The name in the second language, '' where nobody gave one."""
    if not name.en:
        return ""
    return name.zh if language == "en" else name.en


def _wait(wait: Wait, say: Words) -> str:
    """A range in words: never from 0, and never past what is known."""
    if wait.capped:
        return say.text("display.wait.or_more", low=wait.low)
    key = "display.wait.range" if wait.low else "display.wait.within"
    return say.text(key, low=wait.low, high=wait.high)


def _date(day: date, say: Words) -> str:
    month = say.text(f"display.month.{day.month}")
    return say.text("display.date", day=day.day, month=month, weekday=say.text(f"display.weekday.{day.weekday()}"))


def _door_kind(code: str) -> str:
    """How a door is drawn: for one sign, for two digits, or for a name of up to four signs."""
    if len(code) == 1:
        return "door-1"
    return "door-2" if len(code) == 2 and code.isascii() else f"door-named door-{min(len(code), 4)}-signs"


def _ticket_kind(ticket: str) -> str:
    """Longer numbers are set smaller, so that they neither wrap nor are cut."""
    return f"ticket-{min(max(len(ticket), 4), 7)}"


def _large_number(text: str, number: int) -> Markup:
    """A sentence whose number is set large."""
    return escape(text).replace(str(number), Markup('<b class="num">{}</b>').format(number), 1)


@cache
def _icon(name: str) -> Markup:
    """An icon for the page itself: one of ours, or one that display/icons.txt lists."""
    own = HERE / "icons" / f"{name}.svg"
    svg = (own if own.is_file() else HERE / "static" / "icons" / f"{name}.svg").read_text(encoding="utf-8").strip()
    return Markup(re.sub(r"<svg ", '<svg class="icon" aria-hidden="true" focusable="false" ', svg, count=1))  # noqa: S704
