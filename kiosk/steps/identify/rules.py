"""Two questions that find a booking only together."""

from clinic.identity import normalise_phone, parse_birth_date
from clinic.setup import Name
from kiosk.here import Here
from kiosk.page import NEXT, Answer, Field, Line, Page, Problem, Text
from kiosk.said import Said

LONGEST_PHONE = 15
DATE_DIGITS = 8


def parts(said: Said, here: Here) -> tuple[str, ...]:
    return ("phone", "birth_date")


def page(said: Said, part: str, here: Here) -> Page:
    asked = phone_field(said) if part == "phone" else birth_date_field(said)
    known = (Line(Text("kiosk.field.phone"), masked(said.value("phone")), "back"),) if part == "birth_date" else ()
    return Page(
        id=f"identify.{part}",
        title=Text(f"kiosk.identify.{part}"),
        lead=Text("kiosk.identify.lead"),
        idle="identity",
        fields=(asked,),
        actions=(NEXT,),
        scan=True,
        lines=known,
    )


def take(said: Said, part: str, answer: Answer, here: Here) -> Said | Problem:
    taken = take_phone(answer) if part == "phone" else take_birth_date(answer, here)
    return taken if isinstance(taken, Problem) else said.go(f"identify.{part}", **{part: taken})


def phone_field(said: Said) -> Field:
    return Field(
        name="phone",
        kind="phone",
        label=Text("kiosk.field.phone"),
        keyboard="digits",
        most=LONGEST_PHONE,
        value=said.value("phone"),
    )


def birth_date_field(said: Said) -> Field:
    return Field(
        name="birth_date",
        kind="date",
        label=Text("kiosk.field.birth_date"),
        keyboard="digits",
        most=DATE_DIGITS,
        hint=Text("kiosk.hint.date"),
        value=said.value("birth_date").replace("-", ""),
    )


def take_phone(answer: Answer) -> str | Problem:
    """The normalised number."""
    number = normalise_phone(answer.text("phone"))
    return number or Problem("phone")


def take_birth_date(answer: Answer, here: Here) -> str | Problem:
    """The date as ISO text; eight digits are typed, or what a scanner or keyboard writes with dashes."""
    born = parse_birth_date(answer.text("birth_date"), here.today)
    return born.isoformat() if born else Problem("birth_date")


def masked(phone: str) -> Name:
    """A typed phone once it is left: its last four digits."""
    shown = f"•••• {phone[-4:]}" if phone else ""
    return Name(shown, shown)
