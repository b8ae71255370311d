"""What a newcomer is asked, one question a page, cards counted in."""

from unicodedata import category, normalize

from kiosk.here import Here
from kiosk.page import NEXT, Action, Answer, Field, Option, Page, Problem, Text
from kiosk.said import Said
from kiosk.steps.identify.rules import birth_date_field, phone_field, take_birth_date, take_phone

LONGEST_NAME = 60
NO_PHONE = Action("no_phone", Text("kiosk.register.no_phone"), "secondary")
SEXES = ("female", "male", "unknown")


def parts(said: Said, here: Here) -> tuple[str, ...]:
    told = {
        "name": bool(said.holder.name),
        "birth_date": said.holder.birth_date is not None,
        "sex": said.holder.sex != "unknown",
    }
    return tuple(part for part in ("name", "phone", "birth_date", "sex") if not told.get(part))


def page(said: Said, part: str, here: Here) -> Page:
    actions = {"phone": (NEXT, NO_PHONE), "sex": ()}
    return Page(
        id=f"register.{part}",
        title=Text(f"kiosk.register.{part}"),
        lead=Text(f"kiosk.register.{part}_lead"),
        idle="form",
        fields=(_field(said, part),),
        actions=actions.get(part, (NEXT,)),
    )


def take(said: Said, part: str, answer: Answer, here: Here) -> Said | Problem:
    taken = _taken(part, answer, here)
    return taken if isinstance(taken, Problem) else said.go(f"register.{part}", **{part: taken})


def _field(said: Said, part: str) -> Field:
    if part == "phone":
        return phone_field(said)
    if part == "birth_date":
        return birth_date_field(said)
    if part == "sex":
        options = tuple(Option(code=sex, label=Text(f"kiosk.sex.{sex}")) for sex in SEXES)
        label = Text("kiosk.field.sex")
        return Field(name="sex", kind="choice", label=label, options=options, value=said.value("sex"), at_once=True)
    return Field(
        name="name",
        kind="text",
        label=Text("kiosk.field.name"),
        keyboard="letters",
        most=LONGEST_NAME,
        value=said.value("name"),
    )


def _taken(part: str, answer: Answer, here: Here) -> str | Problem:
    if part == "phone":
        return "" if answer.action == NO_PHONE.name else take_phone(answer)
    if part == "birth_date":
        return take_birth_date(answer, here)
    if part == "sex":
        sex = answer.text("sex")
        return sex if sex in SEXES else Problem("required")
    return _name(answer.text("name"))


def _name(typed: str) -> str | Problem:
    """The name in one form (NFC, single blanks). It has a letter of any script, and nothing that cannot be seen."""
    name = " ".join(normalize("NFC", typed[: LONGEST_NAME * 4]).split())
    if not name:
        return Problem("required")
    if len(name) > LONGEST_NAME:
        return Problem("too_long", {"most": LONGEST_NAME})
    kinds = {category(each) for each in name}
    return Problem("name") if kinds & {"Cc", "Cf", "Cs", "Co"} or not any(kind[0] in "LC" for kind in kinds) else name
