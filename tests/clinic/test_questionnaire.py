"""Conditions, checks, pages, flags; files that cannot be used."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.questionnaire import (
    Answer,
    BadQuestionnaire,
    Problem,
    Questionnaire,
    check,
    clean,
    enabled,
    flags,
    next_page,
    pages,
    parse,
)
from tests.questionnaires import second_opinion

WORDS = {"zh": "词", "en": "word"}
HEAD = {
    "id": "small",
    "version": "1",
    "title": WORDS,
    "valid_for_days": 180,
    "red_flag_group": "urgent",
    "verify": {"zh": "核实：", "en": "Verify:"},
}


def options(*codes: str) -> list[dict[str, str]]:
    return [{"code": code, **WORDS} for code in codes]


def item(link_id: str, kind: str, **more: Any) -> dict[str, Any]:
    """An item as it stands in a file."""
    return {"linkId": link_id, "type": kind, "text": WORDS, **more}


def when(question: str, operator: str, answer: Any) -> dict[str, Any]:
    return {"question": question, "operator": operator, "answer": answer}


def alert(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "severity": "caution", "affects": ["surgery"], "msg": WORDS, **more}


def file(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A whole file: a group "urgent" with one question, and a group "main" with these items."""
    urgent = item("urgent", "group", item=[item("sign", "boolean")])
    main = item("main", "group", item=list(items) or [item("other", "boolean")])
    return {"questionnaire": HEAD, "affects_codes": ["surgery", "xray"], "items": [urgent, main], **more}


def make(*items: dict[str, Any], **more: Any) -> Questionnaire:
    return parse(file(*items, **more))


SOURCES = [
    item("flag", "boolean"),
    item("one", "choice", answerOption=options("a", "b", "unsure")),
    item("many", "choice", repeats=True, exclusive=["none"], answerOption=options("a", "b", "none")),
    item("count", "integer", min=0, max=10),
    item("size", "decimal"),
    item("day", "date"),
    item("name", "string"),
]


@pytest.mark.parametrize(
    ("condition", "answers", "asked"),
    [
        (when("flag", "exists", True), {}, False),
        (when("flag", "exists", True), {"flag": False}, True),
        (when("flag", "exists", False), {}, True),
        (when("flag", "exists", False), {"flag": False}, False),
        (when("many", "exists", True), {"many": []}, False),
        (when("name", "exists", True), {"name": "  "}, False),
        (when("flag", "=", True), {"flag": True}, True),
        (when("flag", "=", True), {"flag": False}, False),
        (when("flag", "=", True), {}, False),
        (when("flag", "!=", True), {}, True),
        (when("flag", "!=", True), {"flag": False}, True),
        (when("flag", "!=", True), {"flag": True}, False),
        (when("one", "=", "a"), {"one": "a"}, True),
        (when("one", "!=", "a"), {"one": "b"}, True),
        (when("many", "=", "a"), {"many": ["b", "a"]}, True),
        (when("many", "!=", "a"), {"many": ["b", "a"]}, False),
        (when("many", "!=", "a"), {"many": ["b"]}, True),
        (when("count", ">", 5), {"count": 6}, True),
        (when("count", ">", 5), {"count": 5}, False),
        (when("count", ">=", 5), {"count": 5}, True),
        (when("count", "<", 5), {"count": 5}, False),
        (when("count", "<=", 5), {"count": 5}, True),
        (when("count", "<=", 5), {}, False),
        (when("count", "=", 0), {"count": 0}, True),
        (when("count", "=", 1), {"count": True}, False),
        (when("size", ">", 1.5), {"size": 1.6}, True),
        (when("day", "<", "2026-02-01"), {"day": "2026-01-31"}, True),
        (when("day", ">=", "2026-02-01"), {"day": "2026-01-31"}, False),
        (when("day", "<", "2026-02-01"), {"day": "not a day"}, False),
        (when("name", "=", "x"), {"name": "x"}, True),
    ],
)
def test_conditions_are_those_of_fhir(condition: dict[str, Any], answers: dict[str, Answer], asked: bool) -> None:
    """Each operator on each type; without an answer only "!=" and "exists: false" hold."""
    form = make(*SOURCES, item("target", "boolean", enableWhen=[condition]))
    assert (form.by_link_id["target"] in enabled(form, answers)) == asked


@pytest.mark.parametrize(("behavior", "both", "one"), [("all", True, False), ("any", True, True)])
def test_several_conditions_are_joined_by_all_or_any(behavior: str, both: bool, one: bool) -> None:
    """As enableBehavior says."""
    conditions = [when("flag", "=", True), when("one", "=", "a")]
    form = make(*SOURCES, item("target", "boolean", enableWhen=conditions, enableBehavior=behavior))
    target = form.by_link_id["target"]
    assert (target in enabled(form, {"flag": True, "one": "a"})) == both
    assert (target in enabled(form, {"flag": True, "one": "b"})) == one
    assert target not in enabled(form, {})


def test_a_question_that_is_not_asked_has_no_answer_for_others() -> None:
    """A chain falls as a whole, also where it looks ahead, and whatever the browser still sends."""
    form = make(
        item("third", "boolean", enableWhen=[when("second", "=", True)]),
        item("inner", "group", item=[item("second", "boolean")], enableWhen=[when("first", "=", True)]),
        item("first", "boolean"),
    )
    assert clean(form, {"first": True, "second": True, "third": True}).keys() == {"first", "second", "third"}
    assert clean(form, {"first": False, "second": True, "third": True}) == {"first": False}


@pytest.mark.parametrize(
    ("link_id", "answer", "code"),
    [
        ("flag", True, None),
        ("flag", "true", "wrong_type"),
        ("flag", 1, "wrong_type"),
        ("one", "a", None),
        ("one", "c", "not_an_option"),
        ("one", ["a"], "wrong_type"),
        ("one", True, "wrong_type"),
        ("many", ["a", "b"], None),
        ("many", "a", "wrong_type"),
        ("many", ["a", "c"], "not_an_option"),
        ("many", ["a", 1], "not_an_option"),
        ("many", ["a", "a"], "repeated"),
        ("many", ["none"], None),
        ("many", ["a", "none"], "exclusive"),
        ("count", 10, None),
        ("count", 11, "too_high"),
        ("count", -1, "too_low"),
        ("count", 1.0, "wrong_type"),
        ("count", True, "wrong_type"),
        ("size", 1, None),
        ("size", 1.5, None),
        ("size", float("nan"), "wrong_type"),
        ("size", float("inf"), "wrong_type"),
        ("size", "1.5", "wrong_type"),
        ("day", "2026-02-28", None),
        ("day", "2026-02-30", "wrong_type"),
        ("day", "20260228", "wrong_type"),
        ("day", 20260228, "wrong_type"),
        ("name", "王小明 😀", None),
        ("name", "x" * 200, None),
        ("name", "x" * 201, "too_long"),
        ("name", 7, "wrong_type"),
        ("name", "a\nb", "bad_characters"),
        ("name", "a\x00b", "bad_characters"),
        ("name", "a\ud800b", "bad_characters"),
        ("note", "a\nb", None),
        ("note", "x" * 9, "too_long"),
        ("signature", "stored-17", None),
    ],
)
def test_answers_are_checked(link_id: str, answer: Any, code: str | None) -> None:
    """Every type, limit and option; a fault is named by item and code, never by the answer."""
    form = make(*SOURCES, item("note", "text", maxLength=8), item("signature", "attachment"))
    problems = check(form, {link_id: answer})
    assert problems == (() if code is None else (Problem(link_id, code),))  # type: ignore[arg-type]


@pytest.mark.parametrize("empty", [None, "", "  ", []])
def test_required_questions_need_an_answer(empty: Any) -> None:
    """Blank is none; False is one; a question that is not asked needs none."""
    form = make(
        item("first", "boolean", required=True),
        item("second", "string", required=True, enableWhen=[when("first", "=", True)]),
    )
    assert check(form, {}) == (Problem("first", "required"),)
    assert check(form, {"first": False}) == ()
    assert check(form, {"first": True, "second": empty}) == (Problem("second", "required"),)


def test_unknown_items_are_named_by_no_name() -> None:
    """Whoever sends made-up ids does not get them back."""
    assert check(make(), {"<script>": "x", "y": True}) == (Problem("", "unknown_item"),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([each["linkId"] for each in SOURCES] + ["sign", "urgent", "made up"]), JSON))
def test_no_answer_crashes_the_engine(answers: dict[str, Any]) -> None:
    """Whatever JSON is sent is either an answer or a problem."""
    some = [{"item": "size", "gt": 1}, {"item": "many", "all_of": ["a"]}, {"item": "flag", "equals": True}]
    operators = {"t1": ">", "t2": "=", "t3": "!="}
    conditional = [item(each, "boolean", enableWhen=[when("count", operators[each], 3)]) for each in operators]
    form = make(*SOURCES, *conditional, derived_alerts=[alert("SOME", any=some)])
    check(form, answers)
    flags(form, answers)
    pages(form, answers, "question")
    assert clean(form, answers).keys() <= answers.keys()


def test_pages_of_one_question_and_of_one_group() -> None:
    """A text stands with the question it explains, or alone; what is not asked makes no page."""
    form = make(
        item("read", "display"),
        item("first", "boolean"),
        item("inner", "group", item=[item("second", "boolean")], enableWhen=[when("first", "=", True)]),
        item("last", "display"),
    )
    shown = [(page.link_id, [each.link_id for each in page.items]) for page in pages(form, {"first": True}, "question")]
    assert shown == [("sign", ["sign"]), ("first", ["read", "first"]), ("second", ["second"]), ("last", ["last"])]
    groups = [(page.link_id, [each.link_id for each in page.items]) for page in pages(form, {}, "group")]
    assert groups == [("urgent", ["sign"]), ("main", ["read", "first", "last"])]


def test_next_page_goes_on_from_where_the_patient_is() -> None:
    """Also when going back has taken the present page away; after the last one there is none."""
    form = make(
        item("first", "boolean"),
        item("second", "boolean", enableWhen=[when("first", "=", True)]),
        item("third", "boolean"),
    )

    def after(link_id: str | None, first: bool) -> str | None:
        page = next_page(form, {"first": first}, "question", link_id)
        return page.link_id if page else None

    assert after(None, True) == "sign"
    assert after("first", True) == "second"
    assert after("first", False) == after("second", False) == "third"
    assert after("third", True) is None
    main = next_page(form, {}, "group", "urgent")
    assert main is not None
    assert main.link_id == "main"


def fired(form: Questionnaire, answers: dict[str, Any]) -> set[str]:
    return {flag.id for flag in flags(form, answers)}


def test_an_alert_never_fires_without_an_answer() -> None:
    """Not even "not equals": what nobody said raises nothing."""
    rules = [
        alert("NOT", all=[{"item": "one", "not_equals": "a"}]),
        alert("OUTSIDE", any=[{"item": "count", "outside": [3, 5]}]),
    ]
    form = make(*SOURCES, derived_alerts=rules)
    assert fired(form, {}) == set()
    assert fired(form, {"one": "b"}) == {"NOT"}
    assert fired(form, {"count": 2}) == fired(form, {"count": 6}) == {"OUTSIDE"}
    assert fired(form, {"one": "a", "count": 3}) == fired(form, {"count": 5}) == set()


def test_all_and_any_of_a_derived_alert() -> None:
    """Everything under all, and with an any one of that too; several comparisons of one entry are joined by and."""
    every = [{"item": "flag", "equals": True}]
    some = [{"item": "count", "gt": 2, "lt": 5}, {"item": "one", "equals": "a"}]
    form = make(*SOURCES, derived_alerts=[alert("BOTH", all=every, any=some)])
    assert fired(form, {"flag": True, "count": 3}) == fired(form, {"flag": True, "one": "a"}) == {"BOTH"}
    assert fired(form, {"flag": True, "count": 5}) == fired(form, {"flag": True}) == set()
    assert fired(form, {"flag": False, "count": 3}) == fired(form, {"count": 3}) == set()


def test_unless_looks_at_what_was_raised_not_at_what_was_met() -> None:
    """An alert that was itself kept back keeps nothing back."""
    rules = [
        alert("A", all=[{"item": "count", "gte": 8}]),
        alert("B", all=[{"item": "count", "gte": 5}], unless=["A"]),
        alert("C", all=[{"item": "count", "gte": 2}], unless=["B"]),
    ]
    form = make(*SOURCES, derived_alerts=rules)
    assert fired(form, {"count": 9}) == {"A", "C"}
    assert fired(form, {"count": 6}) == {"B"}
    assert fired(form, {"count": 3}) == {"C"}


def test_not_sure_is_to_be_verified() -> None:
    """By the general words, unless the question has an alert of its own for it."""
    assert fired(make(*SOURCES), {"one": "unsure"}) == {"VERIFY_ONE"}
    own = item("one", "choice", answerOption=options("a", "unsure"), alerts=[alert("OWN", when={"any_of": ["unsure"]})])
    assert fired(make(own), {"one": "unsure"}) == {"OWN"}


def test_flags_of_confidential_questions_are_for_clinicians() -> None:
    """Whether raised by the question itself, over several answers, by "not sure", or marked by hand."""
    own = [alert("ITEM", when={"any_of": ["a"]})]
    secret = item("one", "choice", confidential=True, answerOption=options("a", "unsure"), alerts=own)
    marked = item("two", "boolean", alerts=[alert("MARKED", when={"equals": True}, visibility="clinician_only")])
    rules = [alert("OVER", all=[{"item": "one", "equals": "a"}, {"item": "two", "equals": True}])]
    form = make(secret, marked, derived_alerts=rules)
    found = {*flags(form, {"one": "a", "two": True}), *flags(form, {"one": "unsure"})}
    assert {flag.id for flag in found} == {"ITEM", "OVER", "MARKED", "VERIFY_ONE"}
    assert all(flag.infection for flag in found)


def broken(path: str, value: Any) -> dict[str, Any]:
    """A good file with one value replaced, or taken away where the value is None; the path names keys and counts."""
    whole = deepcopy(
        file(
            *SOURCES,
            item("target", "boolean", enableWhen=[when("flag", "=", True)]),
            item("more", "choice", answerOption=options("a", "b"), alerts=[alert("MORE", when={"any_of": ["a"]})]),
            derived_alerts=[alert("OVER", all=[{"item": "count", "gt": 1}])],
            hidden_items=[{"linkId": "sex", "type": "choice", "codes": ["male", "female"], "from": "record"}],
            sources={"book": {"what": "a book"}},
        )
    )
    place: Any = whole
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return whole


TARGET = "items.1.item.7"
AT = "items › main › item"
MORE = "items.1.item.8"


@pytest.mark.parametrize(
    ("path", "value", "place", "cure"),
    [
        ("items", None, "the file", "Add 'items"),
        ("extra", 1, "the file", "Use one of"),
        ("questionnaire.version", 1.0, "questionnaire › version", "quotes"),
        ("questionnaire.title", "Form", "questionnaire › title", "Write keys and values"),
        ("questionnaire.title", {"zh": "表", "en": " "}, "questionnaire › title › en", "Write it"),
        ("questionnaire.valid_for_days", 0, "questionnaire › valid_for_days", "from 1 to"),
        ("questionnaire.red_flag_group", "target", "questionnaire › red_flag_group", "first level"),
        ("questionnaire.verify", None, "questionnaire", "Add 'verify"),
        ("severity_levels", {"stop": {}}, "severity_levels", "Add 'caution"),
        ("hidden_items.0.codes", None, "hidden_items › 1", "'codes'"),
        ("items.1.item", [], "items › main", "Put questions"),
        ("items.1.item", "none", "items › main › item", "- "),
        (f"{TARGET}.type", "bool", f"{AT} › target › type", "Use one of"),
        (f"{TARGET}.linkId", "flag", f"{AT} › 8", "of its own"),
        (f"{TARGET}.linkId", "no spaces", f"{AT} › 8 › linkId", "letters"),
        (f"{TARGET}.text", None, f"{AT} › 8", "Add 'text"),
        (f"{TARGET}.maxLength", 5, f"{AT} › target", "Use one of"),
        (f"{TARGET}.required", "yes", f"{AT} › target › required", "true or false"),
        (f"{TARGET}.enablewhen", [], f"{AT} › 8", "enableWhen"),
        (f"{TARGET}.src", ["blog"], f"{AT} › target › src", "book"),
        (f"{TARGET}.enableWhen.0.operator", "==", f"{AT} › target › enableWhen › 1 › operator", "exists"),
        (f"{TARGET}.enableWhen.0.question", "flog", f"{AT} › target › enableWhen › 1", "linkId"),
        (f"{TARGET}.enableWhen.0.question", "main", f"{AT} › target › enableWhen › 1", "linkId"),
        (f"{TARGET}.enableWhen.0.answer", "a", f"{AT} › target › enableWhen › 1", "boolean"),
        (f"{TARGET}.enableWhen.0", when("one", ">", "a"), f"{AT} › target › enableWhen › 1", "choice"),
        (f"{TARGET}.enableWhen.0", when("one", "=", "z"), f"{AT} › target › enableWhen › 1", "choice"),
        (f"{TARGET}.enableWhen.0.answer", [True], f"{AT} › target › enableWhen › 1 › answer", "number"),
        (f"{TARGET}.enableWhen", [when("flag", "=", True)] * 2, f"{AT} › target", "enableBehavior: all"),
        (f"{TARGET}.enableWhen.0", when("target", "=", True), f"{AT} › target", "circle"),
        ("items.1.enableWhen", [when("flag", "=", True)], "items › main", "circle"),
        (
            f"{MORE}.answerOption.0.code",
            True,
            f"{AT} › more › answerOption › 1 › code",
            'quotes, such as "yes"',
        ),
        (f"{MORE}.answerOption.1.code", "a", f"{AT} › more", "answerOption"),
        (f"{MORE}.exclusive", ["a"], f"{AT} › more", "repeats: true"),
        (f"{MORE}.alerts.0.id", "VERIFY_X", f"{AT} › more › alerts › VERIFY_X › id", "of its own"),
        (f"{MORE}.alerts.0.severity", "red", f"{AT} › more › alerts › MORE › severity", "stop"),
        (f"{MORE}.alerts.0.affects", ["gums"], f"{AT} › more › alerts › MORE › affects", "surgery"),
        (f"{MORE}.alerts.0.affects", [], f"{AT} › more › alerts › MORE › affects", "at least one"),
        (f"{MORE}.alerts.0.triage_level", 5, f"{AT} › more › alerts › MORE › triage_level", "1 to 4"),
        (f"{MORE}.alerts.0.when", {}, f"{AT} › more › alerts › MORE › when", "any_of"),
        (f"{MORE}.alerts.0.when", {"gt": 1}, f"{AT} › more › alerts › MORE › when", "integer"),
        (
            f"{MORE}.alerts.0.when",
            {"any_of": ["z"]},
            f"{AT} › more › alerts › MORE › when › any_of",
            "a, b",
        ),
        (
            f"{MORE}.alerts.0.when",
            {"equals": True},
            f"{AT} › more › alerts › MORE › when › equals",
            "code",
        ),
        (f"{MORE}.alerts.0.unless", ["OVER"], f"{AT} › more › alerts › MORE › unless", "Use one of"),
        ("items.1.alerts", [alert("GROUP", when={"equals": True})], "items › main", "Move"),
        ("derived_alerts.0.id", "MORE", "derived_alerts › MORE › id", "of its own"),
        ("derived_alerts.0.all", None, "derived_alerts › OVER", "'all' or 'any'"),
        ("derived_alerts.0.all.0.item", "main", "derived_alerts › OVER › all › 1", "linkId"),
        ("derived_alerts.0.all.0", {"item": "flag", "any_of": ["a"]}, "derived_alerts › OVER › all › 1", "choice"),
        (
            "derived_alerts.0.all.0",
            {"item": "count", "outside": [5, 3]},
            "derived_alerts › OVER › all › 1 › outside",
            "13, 27",
        ),
        ("derived_alerts.0.all.0", {"item": "count", "gt": "1"}, "derived_alerts › OVER › all › 1 › gt", "number"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_why_and_what_to_do(path: str, value: Any, place: str, cure: str) -> None:
    """The person who wrote it finds the line and knows what to write instead."""
    with pytest.raises(BadQuestionnaire, match=cure) as refused:
        parse(broken(path, value))
    assert str(refused.value).startswith(f"{place}: ")


def test_the_good_file_of_these_tests_is_good() -> None:
    """So that each refusal above is for its one change."""
    assert parse(broken("questionnaire.version", "2")).version == "2"


def test_groups_in_groups_have_an_end() -> None:
    """A file that contains itself is refused instead of read for ever."""
    endless: dict[str, Any] = item("g", "group")
    endless["item"] = [endless | {"linkId": "h"}]
    deep = endless
    for link_id in ("g4", "g3", "g2", "g1"):
        deep = item(link_id, "group", item=[deep])
    with pytest.raises(BadQuestionnaire, match="at most 4 levels"):
        make(deep)


ANSWERS = {
    "boolean": st.booleans(),
    "choice": st.sampled_from(["a", "b", "unsure"]),
    "integer": st.integers(0, 4),
}
CONDITIONS = {
    "boolean": (st.sampled_from(["=", "!="]), st.booleans()),
    "choice": (st.sampled_from(["=", "!="]), st.sampled_from(["a", "b"])),
    "integer": (st.sampled_from(["=", "!=", "<", ">", "<=", ">="]), st.integers(0, 4)),
}


@st.composite
def random_files(draw: st.DrawFn) -> dict[str, Any]:
    """Up to eight questions in nested groups, with conditions on any of them, ahead or behind, circles included."""
    kinds = draw(st.lists(st.sampled_from(sorted(ANSWERS)), min_size=2, max_size=8))

    def condition() -> dict[str, Any]:
        at = draw(st.integers(0, len(kinds) - 1))
        if draw(st.booleans()) and draw(st.booleans()):
            return when(f"q{at}", "exists", draw(st.booleans()))
        operators, answers = CONDITIONS[kinds[at]]
        return when(f"q{at}", draw(operators), draw(answers))

    def conditions() -> dict[str, Any]:
        found = [condition() for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2])))]
        return {"enableWhen": found, "enableBehavior": draw(st.sampled_from(["all", "any"]))} if found else {}

    items: list[dict[str, Any]] = []
    for at, kind in enumerate(kinds):
        more: dict[str, Any] = {"answerOption": options("a", "b", "unsure")} if kind == "choice" else {}
        question = item(f"q{at}", kind, **more, **conditions())
        wrapped = draw(st.booleans()) and draw(st.booleans())
        items.append(item(f"g{at}", "group", item=[question], **conditions()) if wrapped else question)
    return file(*items)


def has_circle(whole: dict[str, Any]) -> bool:
    """Whether some item can never be decided, because each round decides only what waits for nothing undecided."""
    waits = {
        each["linkId"]: {one["question"] for one in each.get("enableWhen", ())}
        | {group["linkId"] for group in above[-1:]}
        for each, above in second_opinion.items(whole)
    }
    decided: set[str] = set()
    for _ in waits:
        decided |= {link_id for link_id, others in waits.items() if others <= decided}
    return decided != waits.keys()


@given(random_files(), st.data())
def test_random_questionnaires(whole: dict[str, Any], data: st.DataObject) -> None:
    """Either refused for a circle, or asked as an evaluation by repetition says, with flags and clean answers alike."""
    if has_circle(whole):
        with pytest.raises(BadQuestionnaire, match="circle"):
            parse(whole)
        return
    form = parse(whole)
    kinds = {link_id: each.type for link_id, each in form.by_link_id.items() if link_id.startswith("q")}
    good = st.fixed_dictionaries({}, optional={link_id: ANSWERS[kind] for link_id, kind in kinds.items()})
    answers: dict[str, Any] = data.draw(good)
    assert [each.link_id for each in enabled(form, answers)] == second_opinion.asked_items(whole, answers)
    assert clean(form, answers) == second_opinion.effective(whole, answers)
    assert [flag.id for flag in flags(form, answers)] == list(second_opinion.raised(whole, answers))
