"""A visit's questionnaire: known, answered, and what it means."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clinic.errors import Refused
from clinic.questionnaire import Answer, Answers, Flag, Questionnaire, check, clean, flags, prefilled


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody answered to which questionnaire, and the flags it raised; never told outside the clinic's own
    rows.
    """

    questionnaire: str
    version: str
    answers: Mapping[str, Answer]
    flags: tuple[Flag, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The questionnaire of one visit. `known` fills its hidden items, `answers` were given today already.

    `earlier` are the flags of the last full questionnaire, which a review of changes leaves standing.
    """

    questionnaire: Questionnaire
    known: Answers = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    earlier: tuple[Flag, ...] = ()

    def whole(self, sent: Answers) -> dict[str, Answer]:
        """What was given today with what is sent now, and the hidden items from the record alone."""
        return prefilled(self.questionnaire, {**self.answers, **sent}, self.known)

    def answered(self, sent: Answers, *, complete: bool = True) -> Answered:
        """What was sent, with what is known. Raises Refused `form_incomplete` (question and code) unless it is
        whole.
        """
        answers = clean(self.questionnaire, self.whole(sent))
        problem = next(iter(check(self.questionnaire, answers)), None) if complete else None
        if problem is not None:
            raise Refused("form_incomplete", unfit=True, question=problem.link_id, why=problem.code)
        raised = {flag.id: flag for flag in (*self.earlier, *flags(self.questionnaire, answers))}
        return Answered(self.questionnaire.id, self.questionnaire.version, answers, tuple(raised.values()), complete)
