"""Questions as fields of a page, and what was typed as answers."""

import math
from collections.abc import Mapping, Sequence

from clinic.questionnaire import Answer as Given
from clinic.questionnaire import Answers, Item, Questionnaire, check
from clinic.setup import Name
from kiosk.options import Share, chosen, shares
from kiosk.page import Answer, Field, FieldKind, Keyboard, Option, Phrase, Problem, Text

YES_NO = (Option(code="yes", label=Text("kiosk.yes")), Option(code="no", label=Text("kiosk.no")))

_TYPED: Mapping[str, tuple[FieldKind, Keyboard, int]] = {
    "integer": ("number", "digits", 6),
    "decimal": ("number", "decimal", 8),
    "date": ("date", "digits", 8),
}


def field_of(item: Item, answers: Answers, share: Share | None = None) -> Field:
    """The field that asks a question; `share` are the options of one of its pages, None: all of them."""
    label = Name(item.text.zh, item.text.en)
    if item.type in ("boolean", "choice"):
        return Field(
            name=item.link_id,
            kind="choices" if item.repeats else "choice",
            label=label,
            options=share.options if share else options_of(item),
            value=_chosen(item, answers, share),
        )
    kind, keyboard, most = _TYPED.get(item.type, ("text", "all", item.max_length))
    return Field(
        name=item.link_id,
        kind=kind,
        label=label,
        keyboard=keyboard,
        most=most,
        unit=item.unit or "",
        hint=_hint(item),
        value=typed(answers.get(item.link_id)),
    )


def options_of(item: Item) -> tuple[Option, ...]:
    if item.type == "boolean":
        return YES_NO
    return tuple(
        Option(code=option.code, label=Name(option.text.zh, option.text.en), apart=option.exclusive)
        for option in item.options
    )


def shares_of(item: Item) -> tuple[Share, ...]:
    """The pages of a question: one, but for long lists of options."""
    return shares(options_of(item))


def given(item: Item, answer: Answer, before: Answers | None = None, share: Share | None = None) -> dict[str, Given]:
    """The answer to one question, of the type the questionnaire wants where it can be read so."""
    if item.type == "boolean":
        code = answer.text(item.link_id)
        return {item.link_id: code == "yes" if code in ("yes", "no") else code}
    if item.type == "choice":
        now = _on_pages(item, answer.codes(item.link_id), as_codes((before or {}).get(item.link_id)), share)
        return {item.link_id: list(now) if item.repeats else "".join(now[:1])}
    return {item.link_id: _read(item, answer.text(item.link_id))}


def problem_of(questionnaire: Questionnaire, answers: Answers, item: Item) -> Problem | None:
    """What is wrong with the answer to one question."""
    code = next((each.code for each in check(questionnaire, answers) if each.link_id == item.link_id), None)
    if code is None:
        return None
    limits = {"least": item.minimum, "most": item.maximum if item.maximum is not None else item.max_length}
    return Problem(code, {name: typed(limit) for name, limit in limits.items() if limit is not None})


def spoken(item: Item, answers: Answers) -> tuple[Phrase, ...]:
    """An answer in words, for the review; nothing where there is none."""
    answer = answers.get(item.link_id)
    if item.type in ("boolean", "choice"):
        codes = set(as_codes(answer))
        return tuple(option.label for option in options_of(item) if option.code in codes)
    text = typed(answer)
    return (Name(f"{text} {item.unit or ''}".strip(), ""),) if text else ()


def as_codes(answer: Given | None) -> tuple[str, ...]:
    if isinstance(answer, bool):
        return ("yes" if answer else "no",)
    if isinstance(answer, str):
        return (answer,) if answer else ()
    return tuple(answer) if isinstance(answer, list | tuple) else ()


def typed(answer: Given | float | None) -> str:
    """An answer as it would be typed: whole numbers without a point, dates as digits."""
    if isinstance(answer, float) and answer.is_integer():
        return str(int(answer))
    if answer is None or isinstance(answer, bool | list | tuple):
        return ""
    return str(answer)


def _chosen(item: Item, answers: Answers, share: Share | None) -> str | tuple[str, ...]:
    """What is chosen among the options shown."""
    codes = [code for code in as_codes(answers.get(item.link_id)) if share is None or code in share.codes]
    return tuple(codes) if item.repeats else "".join(codes[:1])


def _on_pages(item: Item, now: Sequence[str], before: Sequence[str], share: Share | None) -> Sequence[str]:
    """What is chosen on all pages of a question. A code of another page cannot have been chosen on this one."""
    if share is None:
        return now
    now = [code for code in now if code in share.codes or code not in item.codes]
    if item.repeats:
        return chosen(options_of(item), share, before, now)
    return now or [code for code in before if code not in share.codes]


def _hint(item: Item) -> Phrase | None:
    if item.minimum is not None and item.maximum is not None:
        return Text("kiosk.hint.range", {"least": typed(item.minimum), "most": typed(item.maximum)})
    return None if item.required else Text("kiosk.hint.optional")


def _read(item: Item, text: str) -> Given:
    """A typed text as number or date; where it is none it stays text, and the questionnaire says so."""
    try:
        if item.type == "integer" and text:
            return int(text)
        if item.type == "decimal" and text:
            number = float(text)
            return number if math.isfinite(number) else text
    except ValueError:
        return text
    if item.type == "date" and len(text) == 8:
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return text
