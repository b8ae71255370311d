"""Questions, when they are asked, and what answers tell the dentist.

The model and the conditions are those of HL7 FHIR R4 Questionnaire; alert rules (answer → flag) are our own.
Answers are plain JSON values by link id: bool, str, int, float, or a list of option codes.
"""

from clinic.questionnaire.alerts import Flag, flags, triage_level
from clinic.questionnaire.answers import (
    Answer,
    Answers,
    Problem,
    check,
    clean,
    enabled,
    prefilled,
)
from clinic.questionnaire.model import (
    AlertRule,
    Condition,
    Criterion,
    Item,
    Option,
    Questionnaire,
    Words,
)
from clinic.questionnaire.pages import By, Page, choose, next_page, pages, red_flags
from clinic.questionnaire.parsing import BadQuestionnaire, parse

__all__ = [
    "AlertRule",
    "Answer",
    "Answers",
    "BadQuestionnaire",
    "By",
    "Condition",
    "Criterion",
    "Flag",
    "Item",
    "Option",
    "Page",
    "Problem",
    "Questionnaire",
    "Words",
    "check",
    "choose",
    "clean",
    "enabled",
    "flags",
    "next_page",
    "pages",
    "parse",
    "prefilled",
    "red_flags",
    "triage_level",
]
