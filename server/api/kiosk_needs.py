"""What a terminal's conversation needs done, by query or command."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from clinic.errors import Refused
from clinic.identity import (
    AppointmentCode,
    Document,
    EVoucher,
    HealthCard,
    Licence,
    ResidentId,
    TicketLink,
    Unknown,
    recognise,
)
from clinic.privacy import public_name
from clinic.questionnaire import Answers
from kiosk.here import Here
from kiosk.needs import (
    AskReception,
    Done,
    FindPerson,
    FindScan,
    Found,
    HasNumber,
    Need,
    Newcomer,
    NotFound,
    NotRead,
    NumberTaken,
    Reprint,
    Result,
    SaveForm,
    TakeNumber,
)
from kiosk.said import Booking, Holder, Person, Sex
from server.api.access import caller
from server.api.house import House
from server.appointment_codes import verify
from server.commands import checking_in, forms, printing
from server.commands.checking_in import CheckIn
from server.commands.command import Ask
from server.commands.patients import Particulars
from server.queries import finding
from server.queries.forms import first_form, form_for, form_of
from server.storage.attempts import Limit, TooMany, attempt_once, forgive

TERMINAL_LIMIT = Limit("identity-at", 40, timedelta(minutes=10))
PERSON_LIMIT = Limit("identity", 10, timedelta(minutes=10))
"""Searches in vain per terminal and per phone number: enough for typing slips and for newcomers, too few for guessing
birth dates and numbers of documents.
"""


def meet(house: House, need: Need, here: Here, ask: Ask) -> Result:
    """Do what is needed; a refusal becomes a page with a way on."""
    try:
        return _meet(house, need, here, ask)
    except TooMany:
        return AskReception("too_many")
    except Refused as refused:
        visit_id = refused.facts.get("visit")
        if refused.code == "already_checked_in" and isinstance(visit_id, int):
            return HasNumber(visit_id)
        return AskReception(refused.code)


def _meet(house: House, need: Need, here: Here, ask: Ask) -> Result:
    match need:
        case FindScan(text):
            return _scan(house, text, here, ask)
        case FindPerson(phone, birth_date):
            tries = (TERMINAL_LIMIT, ask.actor), (PERSON_LIMIT, phone)
            return _counted(
                house,
                tries,
                lambda: _one(house, here, finding.by_phone(house.database, ask.site_id, phone, birth_date)),
            )
        case TakeNumber():
            return _take_number(house, need, here, ask)
        case SaveForm(visit_id, _, answers):
            asked = form_of(house.database, house.questionnaires, visit_id)
            forms.fill_form(house.database, ask, visit_id, asked.answered(answers))
            return Done()
        case Reprint(visit_id):
            printing.reprint(house.database, ask, visit_id, reason="lost", origin=house.origin)
            return Done()


def _counted(house: House, tries: Sequence[tuple[Limit, str]], look: Callable[[], Result]) -> Result:
    """Look for somebody; a search in vain counts, whether a number was typed or shown as a card. Raises TooMany."""
    attempt_once(house.database, *tries)
    result = look()
    if not isinstance(result, NotFound):
        forgive(house.database, *tries)
    return result


def _scan(house: House, text: str, here: Here, ask: Ask) -> Result:
    scan = recognise(text, here.today)
    match scan:
        case AppointmentCode():
            return _appointment(house, scan, here, ask)
        case TicketLink(token=token):
            return _ticket(house, token, here, ask)
        case ResidentId() | Licence() | Document():
            return _counted(
                house,
                ((TERMINAL_LIMIT, ask.actor),),
                lambda: _one(
                    house, here, finding.by_document(house.database, ask.site_id, scan.number), holder=_holder(scan)
                ),
            )
        case EVoucher():
            return AskReception("e_voucher")
        case HealthCard():
            return AskReception("health_card")
        case Unknown(why="check_digit"):
            return NotRead("check_digit")
    return NotRead("unreadable")


def _appointment(house: House, scan: AppointmentCode, here: Here, ask: Ask) -> Result:
    code = verify(house.database.vault, scan.payload, scan.signature)
    if code is None:
        return NotRead("unreadable")
    if code.expires <= here.now:
        return AskReception("code_expired")
    found = finding.by_appointment(house.database, ask.site_id, code.appointment_id)
    return _one(house, here, found, code.appointment_id)


def _ticket(house: House, token: str, here: Here, ask: Ask) -> Result:
    visit_id = finding.visit_of_link(house.database, token)
    found = finding.by_visit(house.database, ask.site_id, visit_id) if visit_id else ()
    if visit_id is None or not found or found[0].visit_id != visit_id:
        return AskReception("no_ticket")
    return HasNumber(visit_id, _person(house, here, found[0]))


def _holder(card: ResidentId | Licence | Document) -> Holder:
    """What a card says of somebody the clinic may not know yet."""
    match card:
        case ResidentId(number=number, birth_date=born, sex=sex):
            return Holder(birth_date=born, sex=_sex(sex), document=number)
        case Licence():
            name = f"{card.given_name} {card.family_name}".strip()
            return Holder(name=name, birth_date=card.birth_date, sex=_sex(card.sex), document=card.number)
        case Document(number=number):
            return Holder(document=number)


def _one(
    house: House,
    here: Here,
    found: tuple[finding.Found, ...],
    appointment_id: int | None = None,
    holder: Holder | None = None,
) -> Result:
    """Nobody, one person, or more than the terminal may choose from."""
    if not found:
        return NotFound(holder) if holder else NotFound()
    if len(found) > 1:
        return AskReception("not_unique")
    one = found[0]
    person = _person(house, here, one)
    if one.visit_id is not None:
        return HasNumber(one.visit_id, person)
    bookings = tuple(
        Booking(
            appointment_id=booked.id,
            starts=booked.starts,
            service_id=booked.service_id,
            practitioner_id=booked.practitioner_id,
        )
        for booked in one.booked
        if booked.status == "booked" and appointment_id in (None, booked.id)
    )
    if appointment_id is not None and not bookings:
        return AskReception("appointment_not_today")
    return Found(person, bookings)


def _person(house: House, here: Here, found: finding.Found) -> Person:
    asked = form_for(house.database, house.questionnaires, found.patient_id, here.today)
    return Person(
        patient_id=found.patient_id,
        name=public_name(found.name, found.birth_date, here.today, sensitive_service=False),
        phone_tail=found.phone_tail,
        birth_date=found.birth_date,
        sex=_sex(found.sex),
        revisit=asked.known["is_revisit"] is True,
    )


def _sex(sex: str | None) -> Sex:
    known: dict[str, Sex] = {"male": "male", "female": "female"}
    return known.get(sex or "", "unknown")


def _take_number(house: House, need: TakeNumber, here: Here, ask: Ask) -> Result:
    device = caller().device
    arrival = CheckIn(
        patient_id=need.patient_id or 0,
        appointment_id=need.appointment_id,
        service_id=need.service_id,
        language=need.language,
        printer_id=device.printer_id if device else None,
    )
    if need.newcomer is not None:
        return _register(house, need.newcomer, need.answers, arrival, here, ask)
    asked = form_for(house.database, house.questionnaires, arrival.patient_id, here.today)
    flags = asked.answered(need.answers, complete=False)
    answer = checking_in.check_in(house.database, ask, replace(arrival, red_flags=flags), origin=house.origin)
    return _taken(house, here, ask, answer["visit"])


def _register(house: House, newcomer: Newcomer, answers: Answers, arrival: CheckIn, here: Here, ask: Ask) -> Result:
    asked = first_form(house.questionnaires, newcomer.birth_date, newcomer.sex, here.today)
    person = Particulars(
        name=newcomer.name,
        birth_date=newcomer.birth_date,
        phone=newcomer.phone,
        document=newcomer.document,
        sex=newcomer.sex,
        language=arrival.language,
    )
    flags = asked.answered(answers, complete=False)
    answer = checking_in.register(house.database, ask, person, replace(arrival, red_flags=flags), origin=house.origin)
    return _taken(house, here, ask, answer["visit"])


def _taken(house: House, here: Here, ask: Ask, visit_id: int) -> Result:
    found = finding.by_visit(house.database, ask.site_id, visit_id)
    return NumberTaken(visit_id, _person(house, here, found[0]))
