"""Answers to flags for the dentist, and the triage level they suggest.

Flags are prompts, never a decision. An alert looks at answers that were given: it never fires on a question that
was not asked or not answered. "Not sure" always leaves a flag: the item's own alert for it, else a general one.
"""

from dataclasses import dataclass
from operator import ge, gt, le, lt

from clinic.questionnaire.answers import Answers, as_number, as_values, clean, same
from clinic.questionnaire.model import UNSURE, AlertRule, Criterion, Item, Questionnaire, Scalar, Severity, Words
from clinic.visit import ROUTINE


@dataclass(frozen=True, slots=True)
class Flag:
    """A prompt for clinicians; `affects` are codes of treatments. `infection`: `privacy.visible_flags` hides it.

    `message` is None only for `privacy.PRECAUTION`.
    """

    id: str
    severity: Severity
    affects: tuple[str, ...]
    message: Words | None
    triage_level: int | None = None
    infection: bool = False


def flags(questionnaire: Questionnaire, answers: Answers) -> tuple[Flag, ...]:
    """The flags these answers raise: alerts of the questions in their order, then those over several answers."""
    given = clean(questionnaire, answers)
    raised: dict[str, Flag] = {}
    for item in questionnaire.by_link_id.values():
        _raise(item.alerts, given, raised)
        if item.link_id in given and UNSURE in as_values(given[item.link_id]) and not _own_words_for_unsure(item):
            flag = _to_verify(questionnaire, item)
            raised[flag.id] = flag
    _raise(questionnaire.derived, given, raised)
    return tuple(raised.values())


def triage_level(raised: tuple[Flag, ...]) -> int:
    """The most urgent level any of the flags suggests, 1 to 4; reception confirms it."""
    return min((flag.triage_level for flag in raised if flag.triage_level), default=ROUTINE)


def _raise(rules: tuple[AlertRule, ...], given: Answers, raised: dict[str, Flag]) -> None:
    for rule in rules:
        if _fires(rule, given) and not raised.keys() & set(rule.unless):
            raised[rule.id] = Flag(
                rule.id, rule.severity, rule.affects, rule.message, rule.triage_level, rule.infection
            )


def _fires(rule: AlertRule, given: Answers) -> bool:
    every = all(_fits(each, given) for each in rule.all_criteria)
    return every and (not rule.any_criteria or any(_fits(each, given) for each in rule.any_criteria))


def _fits(criterion: Criterion, given: Answers) -> bool:
    answer = given.get(criterion.item)
    if answer is None:
        return False
    return _values_fit(criterion, as_values(answer)) and _size_fits(criterion, as_number(answer))


def _values_fit(criterion: Criterion, values: tuple[Scalar, ...]) -> bool:
    equal = criterion.equals is None or any(same(value, criterion.equals) for value in values)
    other = criterion.not_equals is None or not any(same(value, criterion.not_equals) for value in values)
    some = not criterion.any_of or not set(criterion.any_of).isdisjoint(values)
    return equal and other and some and set(criterion.all_of).issubset(values)


def _size_fits(criterion: Criterion, number: float | None) -> bool:
    limits = ((gt, criterion.gt), (ge, criterion.gte), (lt, criterion.lt), (le, criterion.lte))
    wanted = [(compare, limit) for compare, limit in limits if limit is not None]
    if number is None:
        return not wanted and criterion.outside is None
    outside = criterion.outside is None or not criterion.outside[0] <= number <= criterion.outside[1]
    return outside and all(compare(number, limit) for compare, limit in wanted)


def _own_words_for_unsure(item: Item) -> bool:
    """Whether an alert of the item speaks of "not sure" by itself, so that the general one is not needed."""
    criteria = (each for rule in item.alerts for each in rule.all_criteria)
    return any(UNSURE in each.any_of or each.equals == UNSURE for each in criteria)


def _to_verify(questionnaire: Questionnaire, item: Item) -> Flag:
    """The general flag for "not sure": it concerns whatever the item's alerts could have concerned."""
    affects = tuple(dict.fromkeys(code for rule in item.alerts for code in rule.affects)) or ("scheduling",)
    before = questionnaire.verify
    message = Words(before.zh + item.text.zh, f"{before.en} {item.text.en}")
    return Flag(f"VERIFY_{item.link_id.upper()}", "caution", affects, message, infection=item.confidential)
