"""Reception's interview asks what the questionnaire asks."""

from clinic.questionnaire import Questionnaire, parse
from reception.interview import interview

WORDS = {"zh": "问", "en": "ask"}


def option(code: str) -> dict[str, object]:
    return {"code": code, "zh": code, "en": code}


def small() -> Questionnaire:
    """Two groups: one question opens another, and one is confidential."""
    allergy = {"linkId": "allergy", "type": "choice", "text": WORDS, "required": True}
    which = {"linkId": "which", "type": "string", "text": WORDS, "maxLength": 20}
    return parse(
        {
            "questionnaire": {
                "id": "small", "version": "1", "title": WORDS, "valid_for_days": 30, "red_flag_group": "first",
                "verify": WORDS,
            },
            "affects_codes": ["extraction"],
            "items": [
                {"linkId": "first", "type": "group", "text": WORDS, "item": [
                    allergy | {"answerOption": [option("yes"), option("no")]},
                    which | {"enableWhen": [{"question": "allergy", "operator": "=", "answer": "yes"}]},
                ]},
                {"linkId": "second", "type": "group", "text": WORDS, "item": [
                    {"linkId": "infection", "type": "boolean", "text": WORDS, "confidential": True},
                ]},
            ],
        }
    )  # fmt: skip


def test_all_groups_are_shown_at_once_with_what_is_missing() -> None:
    """Reception sees the whole form, and which required questions are open."""
    shown = interview(small(), {}, {})
    assert [[question.link_id for question in group.questions] for group in shown.groups] == [
        ["allergy"],
        ["infection"],
    ]
    assert shown.missing == {"allergy": "required"}


def test_an_answer_opens_the_question_that_depends_on_it() -> None:
    """The conditions are the questionnaire's, not the browser's."""
    shown = interview(small(), {"allergy": "yes"}, {"allergy": "yes"})
    assert [question.link_id for question in shown.groups[0].questions] == ["allergy", "which"]
    assert shown.missing == {}
    assert shown.answers == {"allergy": "yes"}


def test_a_wrong_answer_is_named_by_its_question_and_its_fault() -> None:
    """The answer itself is not repeated."""
    assert interview(small(), {"allergy": "perhaps"}, {}).missing == {"allergy": "not_an_option"}


def test_what_only_clinicians_read_is_marked() -> None:
    """The patient taps it on the tablet."""
    marked = {
        question.link_id: question.confidential
        for group in interview(small(), {}, {}).groups
        for question in group.questions
    }
    assert marked == {"allergy": False, "infection": True}
