"""Every questionnaire can be asked to its end; its alerts are right."""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from clinic.questionnaire import (
    AlertRule,
    Answer,
    BadQuestionnaire,
    Condition,
    Criterion,
    Flag,
    Item,
    Questionnaire,
    check,
    choose,
    clean,
    enabled,
    flags,
    next_page,
    pages,
    parse,
    prefilled,
    red_flags,
    triage_level,
)
from tests.questionnaires import second_opinion

FOLDER = Path(__file__).parents[2] / "questionnaires"
FILES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
NAMES = st.sampled_from(FILES)
every_file = pytest.mark.parametrize("name", FILES)


@cache
def raw(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded


@cache
def shipped(name: str) -> Questionnaire:
    return parse(raw(name))


def questions(form: Questionnaire) -> list[Item]:
    return [item for item in form.by_link_id.values() if item.is_question]


def good_answers(item: Item) -> st.SearchStrategy[Any]:
    """Answers that `check` accepts."""
    codes = sorted(item.codes)
    match item.type:
        case "boolean":
            return st.booleans()
        case "choice" if item.repeats:
            several = st.lists(st.sampled_from(sorted(item.codes - item.exclusive)), min_size=1, unique=True)
            return several | st.sampled_from([[code] for code in sorted(item.exclusive)]) if item.exclusive else several
        case "choice":
            return st.sampled_from(codes)
        case "integer":
            low, high = int(item.minimum or 0), int(item.maximum or 120)
            return st.integers(low, high)
        case "decimal":
            return st.floats(item.minimum or 0, item.maximum or 1000)
        case _:
            return st.text(alphabet="王小明 abc", min_size=1, max_size=item.max_length).filter(
                lambda text: text.strip()
            )


def any_answers(form: Questionnaire) -> st.SearchStrategy[dict[str, Any]]:
    """Good answers to any questions, whether these are asked or not."""
    return st.fixed_dictionaries({}, optional={item.link_id: good_answers(item) for item in questions(form)})


@st.composite
def walks(draw: st.DrawFn) -> tuple[Questionnaire, dict[str, Any], list[str]]:
    """A form filled in from its first page to its last; optional questions are sometimes passed over."""
    form = shipped(draw(NAMES))
    answers: dict[str, Any] = {}
    for item in form.hidden:
        if draw(st.booleans()):
            answers[item.link_id] = draw(good_answers(item))
    walked: list[str] = []
    page = next_page(form, answers, "question")
    while page:
        walked.append(page.link_id)
        assert len(walked) <= len(form.by_link_id), "the walk does not end"
        for item in page.items:
            if item.is_question and (item.required or draw(st.booleans())):
                answers[item.link_id] = draw(good_answers(item))
        page = next_page(form, answers, "question", page.link_id)
    return form, answers, walked


@given(walks())
def test_every_walk_ends_with_a_complete_form(walk: tuple[Questionnaire, dict[str, Any], list[str]]) -> None:
    """Page by page to the end, forwards only, nothing is left to say and no answer was given in vain."""
    form, answers, walked = walk
    assert check(form, answers) == ()
    assert clean(form, answers).keys() == answers.keys()
    assert walked == [page.link_id for page in pages(form, answers, "question")]
    places = list(form.by_link_id)
    assert all(places.index(one) < places.index(two) for one, two in pairwise(walked))


@given(st.data(), NAMES)
def test_items_that_are_not_asked_carry_no_answers(data: st.DataObject, name: str) -> None:
    """Whatever was answered before somebody went back: only what is asked counts, and asking agrees with the rules."""
    form = shipped(name)
    answers = data.draw(any_answers(form))
    asked = [item.link_id for item in enabled(form, answers)]
    assert asked == second_opinion.asked_items(raw(name), answers)
    assert clean(form, answers) == second_opinion.effective(raw(name), answers)
    kept = clean(form, answers)
    hidden = {item.link_id for item in form.hidden}
    assert kept.keys() <= {*asked, *hidden}
    assert clean(form, kept) == kept
    assert {problem.link_id for problem in check(form, answers)} <= set(asked)


@given(st.data(), NAMES)
def test_flags_agree_with_a_second_opinion(data: st.DataObject, name: str) -> None:
    """Each flag, its severity and the triage level are those of an evaluation written apart from the engine."""
    form = shipped(name)
    answers = data.draw(any_answers(form)) | data.draw(st.sampled_from([{}, {"consent_sensitive": True}]))
    found = flags(form, answers)
    expected = second_opinion.raised(raw(name), answers)
    assert [flag.id for flag in found] == list(expected)
    assert [flag.severity for flag in found] == [alert["severity"] for alert in expected.values()]
    assert triage_level(found) == min([alert.get("triage_level", 4) for alert in expected.values()], default=4)


@given(st.data(), NAMES)
def test_not_sure_always_leaves_a_flag(data: st.DataObject, name: str) -> None:
    """ "Not sure" is something to verify; it never counts as no."""
    form = shipped(name)
    item = data.draw(st.sampled_from([item for item in questions(form) if "unsure" in item.codes]))
    answers = data.draw(any_answers(form)) | reach(form, item)
    none = answers | {item.link_id: [] if item.repeats else ""}
    unsure = answers | {item.link_id: ["unsure"] if item.repeats else "unsure"}
    new = {flag.id: flag for flag in flags(form, unsure)}.keys() - {flag.id for flag in flags(form, none)}
    assert new
    cautious = [flag for flag in flags(form, unsure) if flag.id in new]
    assert all(flag.severity != "info" for flag in cautious)
    assert all(flag.infection for flag in cautious) == item.confidential


@every_file
def test_every_item_can_be_reached(name: str) -> None:
    """There is no question, group or text that nobody will ever see."""
    form = shipped(name)
    for item in form.by_link_id.values():
        assert item.hidden or item in enabled(form, reach(form, item)), item.link_id


@every_file
def test_every_alert_can_be_raised(name: str) -> None:
    """There is no alert that nothing raises."""
    form = shipped(name)
    for rule, item in rules(form):
        answers = provoke(form, rule, item)
        assert rule.id in {flag.id for flag in flags(form, answers)}, rule.id


@every_file
def test_infection_flags_are_marked(name: str) -> None:
    """What speaks of an infection is marked for clinicians only, and nothing else is."""
    form = shipped(name)
    confidential = {item.link_id for item in questions(form) if item.confidential}
    assert confidential
    for rule, item in rules(form):
        assert rule.infection == (item is not None and item.link_id in confidential), rule.id


@every_file
def test_red_flags_take_two_taps(name: str) -> None:
    """One question, one tap on "none of these", one tap on "next"; every sign suggests a triage level."""
    form = shipped(name)
    (item,) = red_flags(form)
    assert item.exclusive == {"none"}
    assert item.required
    assert triage_level(flags(form, {item.link_id: ["none"]})) == 4
    for code in item.codes - item.exclusive:
        found = flags(form, {item.link_id: [code]})
        assert len(found) == 1
        assert triage_level(found) < 4, code
    everything = flags(form, {item.link_id: sorted(item.codes - item.exclusive)})
    assert triage_level(everything) == 1


def test_red_flags_are_the_same_in_every_questionnaire() -> None:
    """They are asked before it is known which form follows, and their answer goes with the patient."""
    assert len({red_flags(shipped(name)) for name in FILES}) == 1


def test_alerts_of_one_name_are_the_same_everywhere() -> None:
    """A threshold that a dentist changes in one file must not live on in another."""
    seen: dict[str, tuple[str, AlertRule]] = {}
    for name in FILES:
        for rule, _ in rules(shipped(name)):
            other, first = seen.setdefault(rule.id, (name, rule))
            assert first == rule, f"{rule.id} in {other} and {name}"


def test_questions_of_one_name_have_the_same_answers_everywhere() -> None:
    """An answer of the last visit can be laid beside that of today."""
    forms = [shipped(name) for name in FILES]
    for one, two in pairwise([*forms, forms[0]]):
        for link_id in {item.link_id for item in questions(one)} & {item.link_id for item in questions(two)}:
            first, second = one.by_link_id[link_id], two.by_link_id[link_id]
            assert (first.type, first.repeats, first.unit, first.confidential) == (
                (second.type, second.repeats, second.unit, second.confidential)
            ), link_id
            if link_id not in ("reason", "filled_by"):
                assert first.codes == second.codes, link_id


@every_file
def test_without_consent_nothing_but_red_flags_is_asked(name: str) -> None:
    """A no ends the form there, drops what was answered before, and tells reception."""
    form = shipped(name)
    answers: dict[str, Answer] = {"fasting": True, "redflag": ["none"], "filled_by": "guardian"}
    refused = answers | {"consent_sensitive": False}
    assert {page.link_id for page in pages(form, refused, "group")} == {"g_consent", "g_redflag"}
    assert clean(form, refused).keys() == {"redflag", "filled_by", "consent_sensitive"}
    assert check(form, refused) == ()
    assert "CONSENT_NO" in {flag.id for flag in flags(form, refused)}


@pytest.mark.parametrize("name", [name for name in FILES if name != "dental-child"])
@pytest.mark.parametrize(
    ("known", "asked"),
    [
        ({"pt_sex": "female", "pt_age": 30}, True),
        ({"pt_sex": "unknown", "pt_age": 30}, True),
        ({"pt_age": 30}, True),
        ({"pt_sex": "female"}, True),
        ({}, True),
        ({"pt_sex": "female", "pt_age": 12}, True),
        ({"pt_sex": "female", "pt_age": 55}, True),
        ({"pt_sex": "female", "pt_age": 11}, False),
        ({"pt_sex": "female", "pt_age": 56}, False),
        ({"pt_age": 70}, False),
        ({"pt_sex": "male", "pt_age": 30}, False),
        ({"pt_sex": "male"}, False),
    ],
)
def test_pregnancy_is_asked_unless_it_is_ruled_out(name: str, known: dict[str, Answer], asked: bool) -> None:
    """A walk-in of unknown sex or age is asked; only men, girls under 12 and people over 55 are not."""
    answers = known | {"consent_sensitive": True}
    assert ("pregnancy" in {item.link_id for item in enabled(shipped(name), answers)}) == asked


def test_child_form_needs_no_question_about_pregnancy() -> None:
    """Nobody who could be asked gets the child form, and everybody gets a form that exists."""
    assert {choose(age, revisit) for age in (None, *range(120)) for revisit in (True, False)} <= set(FILES)
    assert choose(11, is_revisit=False) == "dental-child"
    assert choose(12, is_revisit=False) == choose(None, is_revisit=False) == "dental-first-visit"
    assert choose(5, is_revisit=True) == choose(50, is_revisit=True) == "dental-return"


def test_age_and_sex_come_from_the_record_alone() -> None:
    """A browser that sends them is not believed, not even where the record knows nothing."""
    form = shipped("dental-first-visit")
    sent: dict[str, Answer] = {"pt_sex": "male", "pt_age": 80, "redflag": ["none"]}
    assert prefilled(form, sent, {"pt_age": 30, "redflag": ["airway"]}) == {"pt_age": 30, "redflag": ["none"]}


@pytest.mark.parametrize(
    ("answers", "raised", "kept_back"),
    [
        ({"cardio": ["hypertension"], "bp_systolic": 180}, {"BP_STOP"}, {"BP_DEFER", "BP_NOTE"}),
        ({"bp_systolic": 150, "bp_diastolic": 100}, {"BP_STOP"}, {"BP_DEFER", "BP_NOTE"}),
        ({"bp_systolic": 160}, {"BP_DEFER"}, {"BP_STOP", "BP_NOTE"}),
        ({"bp_diastolic": 91}, {"BP_NOTE"}, {"BP_STOP", "BP_DEFER"}),
        ({"bp_systolic": 140, "bp_diastolic": 90}, set(), {"BP_STOP", "BP_DEFER", "BP_NOTE"}),
        ({"endo": ["diabetes"], "glucose_fasting": 8.8}, {"EN_DM"}, {"GLU_HIGH", "GLU_LOW"}),
        ({"endo": ["diabetes"], "glucose_fasting": 8.9}, {"GLU_HIGH"}, {"GLU_LOW"}),
        ({"endo": ["none"], "glucose_fasting": 20}, set(), {"GLU_HIGH", "EN_DM"}),
        ({"meds": ["warfarin", "antiplatelet"], "inr": 3.1}, {"MED_DUAL", "MED_ANTICOAG", "INR_HIGH"}, set()),
        ({"meds": ["antiplatelet"]}, {"MED_ANTIPLT"}, {"MED_DUAL"}),
        ({"pregnancy": "yes", "pregnancy_weeks": 12}, {"PREG", "PREG_T1T3"}, {"XRAY_UNKNOWN_PREG"}),
        ({"pregnancy": "yes", "pregnancy_weeks": 13}, {"PREG"}, {"PREG_T1T3"}),
        ({"pregnancy": "maybe"}, {"PREG", "XRAY_UNKNOWN_PREG"}, set()),
        ({"pregnancy": "not_applicable", "menses": True}, set(), {"PREG", "MENSES"}),
        ({"endo": ["unsure"]}, {"VERIFY_ENDO"}, set()),
        ({"allergy_any": "unsure"}, {"ALG_UNSURE"}, {"VERIFY_ALLERGY_ANY"}),
        ({"pt_age": 13, "filled_by": "self"}, {"CHILD_ALONE", "CHILD14_CONSENT"}, set()),
        ({"pt_age": 13}, set(), {"CHILD_ALONE", "CHILD14_CONSENT"}),
        ({"pt_age": 13, "filled_by": "guardian"}, set(), {"CHILD_ALONE", "CHILD14_CONSENT"}),
        ({"pt_age": 65}, {"ELDER"}, set()),
    ],
)
def test_thresholds_of_the_first_visit(answers: dict[str, Answer], raised: set[str], kept_back: set[str]) -> None:
    """The tiers that the clinic's documents and the literature were settled on (needs a dentist's sign-off)."""
    found = {flag.id for flag in flags(shipped("dental-first-visit"), answers | {"consent_sensitive": True})}
    assert raised <= found
    assert not kept_back & found


def test_general_flag_names_the_question_in_both_languages() -> None:
    """So that the dentist knows what is to be verified; it concerns what the question's own alerts concern."""
    form = shipped("dental-first-visit")
    answers: dict[str, Answer] = {"consent_sensitive": True, "liver_kidney": ["unsure"]}
    (flag,) = flags(form, answers)
    assert flag.message is not None
    assert "肝肾情况" in flag.message.zh
    assert "Liver and kidneys" in flag.message.en
    assert flag == Flag("VERIFY_LIVER_KIDNEY", "caution", ("extraction", "surgery", "prescription"), flag.message)


def test_drafts_of_another_form_are_refused_with_the_reason(test_data: Path) -> None:
    """A file that lacks what this engine needs is refused with a place and a cure, never half-read."""
    files = sorted(test_data.glob("*.yaml"))
    assert files
    for file in files:
        with pytest.raises(BadQuestionnaire, match=r"^.+: .+\. .+\.$"):
            parse(yaml.safe_load(file.read_text(encoding="utf-8")))


def rules(form: Questionnaire) -> Iterator[tuple[AlertRule, Item | None]]:
    for item in form.by_link_id.values():
        yield from ((rule, item) for rule in item.alerts)
    yield from ((rule, None) for rule in form.derived)


def reach(form: Questionnaire, item: Item) -> dict[str, Any]:
    """Answers that make an item be asked: those its groups and its own conditions want, and what these want in turn."""
    parent = form.parents[item.link_id]
    answers = reach(form, parent) if parent else {}
    wanted = item.enable_when[:1] if item.enable_behavior == "any" else item.enable_when
    for condition in wanted:
        asked = form.by_link_id[condition.question]
        value = fitting(asked, condition)
        if value is not None:
            answers |= reach(form, asked) | {asked.link_id: answers.get(asked.link_id, value)}
    return answers


def fitting(asked: Item, condition: Condition) -> Any:
    """An answer that fulfils a condition; None where no answer does."""
    match condition.operator:
        case "exists" if condition.answer is False:
            return None
        case "!=":
            return None
        case "=" if asked.repeats:
            return [condition.answer]
        case "exists":
            first = next(option.code for option in asked.options if option.code != "none")
            return [first] if asked.repeats else first
        case _:
            return condition.answer


def provoke(form: Questionnaire, rule: AlertRule, item: Item | None) -> dict[str, Any]:
    """Answers that raise an alert."""
    answers: dict[str, Any] = reach(form, item) if item else {}
    for criterion in (*rule.all_criteria, *rule.any_criteria[:1]):
        asked = form.by_link_id[criterion.item]
        answers |= reach(form, asked) | {asked.link_id: fulfilling(asked, criterion)}
    return answers


def fulfilling(asked: Item, criterion: Criterion) -> Any:
    if criterion.any_of or criterion.all_of:
        codes = [*criterion.all_of, *criterion.any_of[:1]]
        return codes if asked.repeats else codes[0]
    if criterion.equals is not None:
        return criterion.equals
    if criterion.not_equals is not None:
        return next(code for code in sorted(asked.codes) if code != criterion.not_equals)
    if criterion.outside:
        return int(criterion.outside[0]) - 1
    for limit, step in ((criterion.gt, 1), (criterion.gte, 0), (criterion.lt, -1), (criterion.lte, 0)):
        if limit is not None:
            return limit + step
    raise AssertionError(criterion)
