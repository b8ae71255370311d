"""The health questionnaire as reception asks it, whole."""

from dataclasses import dataclass

from clinic.questionnaire import Answer, Answers, Item, Questionnaire, Words, check, pages
from clinic.questionnaire.model import Type


@dataclass(frozen=True, slots=True)
class Choice:
    """A possible answer; ticking an `exclusive` one clears the others."""

    code: str
    text: Words
    exclusive: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question or a text to read (`display`). `confidential`: the patient answers it, only clinicians read it."""

    link_id: str
    type: Type
    text: Words
    required: bool
    repeats: bool
    confidential: bool
    options: tuple[Choice, ...]
    max_length: int
    minimum: float | None
    maximum: float | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """A heading and its questions."""

    link_id: str
    title: Words
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Interview:
    """What is asked, given the answers so far. `missing` maps a question to what is wrong with its answer, by code."""

    questionnaire: str
    version: str
    title: Words
    groups: tuple[Group, ...]
    answers: dict[str, Answer]
    missing: dict[str, str]


def interview(questionnaire: Questionnaire, answers: Answers, known: dict[str, Answer]) -> Interview:
    """The interview after some answers. `known` are those answers that this person may read back."""
    return Interview(
        questionnaire=questionnaire.id,
        version=questionnaire.version,
        title=questionnaire.title,
        groups=tuple(
            Group(page.link_id, page.title, tuple(_question(item) for item in page.items))
            for page in pages(questionnaire, answers, "group")
        ),
        answers=known,
        missing={problem.link_id: problem.code for problem in check(questionnaire, answers) if problem.link_id},
    )


def _question(item: Item) -> Question:
    return Question(
        link_id=item.link_id,
        type=item.type,
        text=item.text,
        required=item.required,
        repeats=item.repeats,
        confidential=item.confidential,
        options=tuple(Choice(option.code, option.text, option.exclusive) for option in item.options),
        max_length=item.max_length,
        minimum=item.minimum,
        maximum=item.maximum,
        unit=item.unit,
    )
