"""What every step of the terminal promises, whoever adds one."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from kiosk import flow
from kiosk.needs import AskReception, Found, HasNumber, NotFound
from kiosk.page import Answer, Page, Text
from kiosk.steps import STEPS
from kiosk.steps.reception.rules import WAYS
from locales import LANGUAGES, words
from tests.infrastructure import ROOT
from tests.kiosk.make import WANG, Talk, booking, here, server, slip

FOLDER = ROOT / "kiosk" / "steps"
PHONE = "13800136217"

DECIDES = {
    "comparison": r"[=!]==?|(?<![=\-<])[<>]=?(?!=)",
    "regular expression": r"RegExp|\.(?:match|matchAll|test|search|replace|replaceAll|split)\(|(?<=[=(,:])\s*/[^/\s]",
    "limit": r"\.length\b|\bmax-?length\b|\bpattern\b|\b(?:Number|parseInt|parseFloat)\(|\d{2,}",
    "clock": r"\bDate\b|setTimeout|setInterval",
    "memory": r"localStorage|sessionStorage|indexedDB|document\.cookie|\bfetch\(",
}


def walks() -> Iterator[Talk]:
    """Conversations that together come to every page of every step."""
    two = server(people={PHONE: Found(WANG, (booking(1), booking(2, -30)))})
    talk = Talk(two)
    for action, values in (
        ("phone", {}),
        ("next", {"phone": PHONE}),
        ("next", {"birth_date": "19580412"}),
        ("next", {"booking": "2"}),
        ("me", {}),
        ("next", {"redflag": ["airway"]}),
        ("next", {}),
        ("fill", {}),
    ):
        yield talk
        talk.press(action, **values)
    while talk.page.id != "questionnaire.review":
        yield talk
        (field,) = talk.page.fields
        codes = [option.code for option in field.options if not option.apart]
        typed = {"number": "120", "text": "Anna", "phone": PHONE, "date": "19580412"}.get(field.kind, "")
        value: Any = codes if field.kind == "choices" else codes[0] if codes else typed
        talk.press(**{field.name: "" if talk.problem else value})
        if talk.problem:
            talk.press(**{field.name: ""})
    yield talk
    yield talk.press("send")
    newcomer = Talk()
    for action, values in (
        ("walk_in", {}),
        ("next", {"name": "王芳"}),
        ("no_phone", {}),
        ("next", {"birth_date": "19900203"}),
    ):
        yield newcomer.press(action, **values)
    yield newcomer.press(sex="female")
    yield newcomer.press(service="1")
    for code in WAYS:
        yield Talk(server(scans={"x": AskReception(code)})).scan("x")
    for state in ("called", "missed", "on_hold", "stepped_out", "seated", "finished", "waiting"):
        for printing in ("", "printed", "not_printed"):
            place = here(slip=slip(state=state), printing=printing, qr="data:,")
            yield Talk(server(scans={"x": HasNumber(1)}), place).scan("x")
    yield Talk(server(scans={"x": NotFound()})).scan("x")


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    return [talk.page for talk in walks()]


def test_every_folder_is_registered() -> None:
    """A step is a folder with rules.py and Step.vue, and one line in STEPS."""
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and not path.name.startswith("__")}
    assert folders == set(STEPS)
    assert all((FOLDER / step / "Step.vue").is_file() for step in STEPS)


def test_every_step_is_walked_through(pages: list[Page]) -> None:
    """The walks of this file leave no step out."""
    assert {page.step for page in pages} == set(STEPS)


def test_every_word_exists_in_every_language(pages: list[Page]) -> None:
    """With the placeholders that the page fills."""
    missing = {
        (language, text.key)
        for page in pages
        for text in texts(page)
        for language in LANGUAGES
        if not worded(language, text)
    }
    assert missing == set()


def test_every_page_has_a_way_on(pages: list[Page]) -> None:
    """A button, or answers that are sent when they are chosen; going back is never the only one."""
    assert all(page.actions or any(field.at_once for field in page.fields) for page in pages)


def test_every_text_field_has_a_limit(pages: list[Page]) -> None:
    """Nothing typed is unbounded, and every typed field brings its keyboard."""
    typed = [field for page in pages for field in page.fields if not field.kind.startswith("choice")]
    assert typed
    assert all(field.most > 0 and field.keyboard != "none" for field in typed)


def test_at_most_one_primary_button(pages: list[Page]) -> None:
    """One thing to press stands out."""
    assert all([action.look for action in page.actions].count("primary") <= 1 for page in pages)


def test_pages_before_the_number_lead_back_and_forth() -> None:
    """Back, then the same answer again, comes to the same page with the same values."""
    for talk in walks():
        if not talk.page.back or not talk.said.passed or talk.page.step in ("reception", "confirm", "bookings"):
            continue
        earlier = talk.said.back()
        page = flow.page(earlier, talk.here)
        if page.step in ("welcome", "reception", "number", "confirm"):
            continue
        values = {field.name: field.value for field in page.fields}
        action = "no_phone" if page.id == "register.phone" else "next"
        again = flow.take(earlier, page.id, Answer(action, values), talk.here)
        assert again == talk.said, page.id


@pytest.mark.parametrize("step", sorted(STEPS))
def test_the_drawing_decides_nothing(step: str) -> None:
    """No comparison, regular expression, limit, clock or memory in a Step.vue: rules.py says, Vue draws."""
    found = {name: hits for name, pattern in DECIDES.items() if (hits := re.findall(pattern, code_of(step)))}
    assert found == {}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("values.x === 'a'", "comparison"),
        ("if (n > 3)", "comparison"),
        ("/^\\d+$/.test(x)", "regular expression"),
        (":maxlength='40'", "limit"),
        ("x.length", "limit"),
        ("new Date()", "clock"),
        ("localStorage.x", "memory"),
    ],
)
def test_the_rule_sees(code: str, kind: str) -> None:
    """The rule finds each kind, so that an empty finding means something."""
    assert re.search(DECIDES[kind], code)


def code_of(step: str) -> str:
    """The script of a step and the expressions of its template, without tags, comments and styles."""
    source = (FOLDER / step / "Step.vue").read_text()
    script = "".join(re.findall(r"<script[^>]*>(.*?)</script>", source, re.DOTALL))
    script = re.sub(
        r"//.*|(?<=\w)<[\w\s,|]*>|<[A-Z]\w*(?:<[^<>]*>)?(?:\[\])?>|=>|import .*|define\w+<[^>]*>|<\{[^}]*\}>",
        "",
        script,
    )
    template = "".join(re.findall(r"<template>(.*)</template>", source, re.DOTALL))
    bound = re.findall(r"\s(?:v-[\w-]+|[:@#][\w.-]+)(?::[\w.-]+)?=\"([^\"]*)\"|\{\{(.*?)\}\}", template, re.DOTALL)
    return script + "\n".join(expression.replace("=>", "") for pair in bound for expression in pair)


def texts(value: Any) -> Iterator[Text]:
    """Every text inside a value, texts in texts included."""
    if isinstance(value, Text):
        yield value
        yield from (each for fact in value.facts.values() for each in texts(fact))
    elif is_dataclass(value):
        yield from (each for field in fields(value) for each in texts(getattr(value, field.name)))
    elif isinstance(value, tuple):
        yield from (each for one in value for each in texts(one))


def worded(language: str, text: Text) -> bool:
    facts = {name: fact if isinstance(fact, int) else "x" for name, fact in text.facts.items()}
    try:
        return "{" not in words(language).text(text.key, **facts)
    except (KeyError, IndexError):
        return False


def test_keys_used_by_the_shell_exist() -> None:
    """Every catalogue key named in the Vue shell and its steps is there in every language."""
    sources = [
        *Path(ROOT / "kiosk" / "web").rglob("*.vue"),
        *FOLDER.rglob("*.vue"),
        *Path(ROOT / "kiosk" / "web").rglob("*.ts"),
    ]
    keys = {key for source in sources for key in re.findall(r"'(kiosk\.[\w.]+)'", source.read_text())}
    assert keys
    for language in LANGUAGES:
        there = words(language)
        assert {key for key in keys if not (there.has(key) or there.has(f"{key}.other"))} == set()
