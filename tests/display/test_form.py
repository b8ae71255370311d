"""The health questionnaire on the phone."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.interview import Asked
from clinic.questionnaire import Answers
from clinic.setup import Name
from display import form, page
from display.form import Field, Raw, View, turn
from locales import LANGUAGES
from server.questionnaires import load_questionnaires

QUESTIONNAIRES = load_questionnaires()
KNOWN: Answers = {"pt_sex": "female", "pt_age": 34, "is_revisit": False}
CLINIC = Name("白榆口腔", "Baiyu Dental")


def asked(questionnaire: str, **answers: list[str]) -> Asked:
    return Asked(QUESTIONNAIRES[questionnaire], KNOWN, answers)


def step(about: Asked, view: View | None, raw: dict[str, Raw], action: form.Action, language: str = "zh-CN") -> View:
    """One turn of the page, as the browser would ask for it."""
    shown, answers = (view.page, view.answers) if view else ("", {})
    return turn(about, answers, raw, shown, action, clinic=CLINIC, ticket="A001", language=language)


def entry(field: Field, draw: st.DataObject) -> Raw:
    """Something the patient may enter for a question."""
    match field.shape:
        case "yes_no":
            return draw.draw(st.sampled_from(["true", "false"]))
        case "one":
            return draw.draw(st.sampled_from([option.code for option in field.options]))
        case "several":
            return [draw.draw(st.sampled_from([option.code for option in field.options]))]
        case "number":
            return str(draw.draw(st.sampled_from([1, 4, 5, 8, 40, 60, 100, 120, 150])))
        case "date":
            return date(2020, 1, 2).isoformat()
        case _:
            return draw.draw(st.sampled_from(["王小明", "13800000000", "a"]))


@pytest.mark.parametrize("questionnaire", sorted(QUESTIONNAIRES))
@settings(deadline=None, max_examples=15)
@given(draw=st.data())
def test_every_walk_through_the_form_ends_with_a_form_that_can_be_kept(questionnaire: str, draw: st.DataObject) -> None:
    """Whatever is answered, in some number of pages the whole is complete; every page draws in both languages."""
    about = asked(questionnaire, redflag=["none"])
    view = step(about, None, {}, "open")
    for _ in range(60):
        if view.done:
            break
        assert all(page.form(view, language) for language in LANGUAGES)
        raw = {field.link_id: entry(field, draw) for field in view.fields if field.shape != "info"}
        after = step(about, view, raw, "next")
        view = step(about, view, {**raw, **_repaired(after)}, "next") if _repaired(after) else after
    assert view.done
    assert about.answered(view.answers).complete


def _repaired(view: View) -> dict[str, Raw]:
    """What a person enters after reading what was wrong: a number in the middle, the first option."""
    fixed: dict[str, Raw] = {}
    for field in view.fields:
        if field.fault in ("too_low", "too_high"):
            item = next(q.by_link_id[field.link_id] for q in QUESTIONNAIRES.values() if field.link_id in q.by_link_id)
            fixed[field.link_id] = str(int(item.minimum if item.minimum is not None else 1))
    return fixed


def test_what_was_answered_before_the_number_is_not_asked_twice() -> None:
    """The red-flag group is left out once it has been answered."""
    first = asked("dental-first-visit")
    group = first.questionnaire.red_flag_group
    walked = [each.link_id for each in form._pages(first, {"consent_sensitive": True})]
    again = [
        each.link_id for each in form._pages(asked("dental-first-visit", redflag=["none"]), {"consent_sensitive": True})
    ]
    assert group in walked
    assert group not in again


def test_a_missing_answer_keeps_the_page_and_names_the_question() -> None:
    """Nothing entered is lost; going back forgives what is missing."""
    about = asked("dental-first-visit", redflag=["none"])
    view = step(about, None, {}, "open")
    stayed = step(about, view, {}, "next")
    assert stayed.page == view.page
    assert {field.fault for field in stayed.fields if field.required} == {"required"}
    assert "这一题还没填" in page.form(stayed, "zh-CN")
    assert step(about, stayed, {}, "back").page == view.page


def test_going_back_shows_what_was_entered() -> None:
    """Back and forth without loss."""
    about = asked("dental-first-visit", redflag=["none"])
    view = step(about, None, {}, "open")
    later = step(about, view, {"consent_sensitive": "true", "filled_by": "self"}, "next")
    assert later.page != view.page
    back = step(about, later, {}, "back")
    chosen = {field.link_id: field.value for field in back.fields if field.value}
    assert chosen["consent_sensitive"] == "true"
    assert [o.code for field in back.fields for o in field.options if o.chosen] == ["self"]


def test_typed_text_is_escaped() -> None:
    """A name with markup in it stays text."""
    about = asked("dental-first-visit", redflag=["none"])
    view = step(about, None, {}, "open")
    raw: dict[str, Raw] = {"consent_sensitive": "true", "filled_by": "guardian"}
    more = step(about, view, raw, "next")
    html = page.form(step(about, more, {**raw, "guardian_name": "<b>王</b>"}, "next"), "zh-CN")
    assert "<b>王" not in html
    assert "&lt;b&gt;王" in html
