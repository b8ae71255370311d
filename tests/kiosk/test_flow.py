"""Every way through the terminal, forth and back."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.visit import Form, State
from clinic.waits import Wait
from kiosk import flow
from kiosk.needs import FindPerson, FindScan, Need, NumberTaken, Reprint, SaveForm, TakeNumber
from kiosk.page import Answer, Field, Page, Problem, Text
from kiosk.said import Said
from kiosk.steps.reception.rules import WAYS
from tests.kiosk.make import (
    SAID,
    WANG,
    AskReception,
    Found,
    HasNumber,
    Holder,
    NotFound,
    NotRead,
    Talk,
    booking,
    here,
    server,
    slip,
)

PHONE = "13800136217"
ONE_BOOKING = {PHONE: Found(WANG, (booking(),))}


def booked(**people: Any) -> Talk:
    """Somebody who typed phone and birth date."""
    talk = Talk(server(people=ONE_BOOKING))
    return talk.press("phone").press(phone=PHONE).press(birth_date="19580412")


def at_red_flags() -> Talk:
    return booked().at("confirm").press("me").at("red_flags.redflag")


def with_number() -> Talk:
    return at_red_flags().press(redflag=["none"]).at("number")


def test_phone_and_birth_date_find_the_booking() -> None:
    """Typed in any way people type them, the number is normalised and the date is a date."""
    talk = Talk(server(people=ONE_BOOKING)).press("phone").at("identify.phone")
    talk.press(phone="138 0013 6217").at("identify.birth_date").press(birth_date="1958-04-12").at("confirm")
    assert talk.needs == [FindPerson(PHONE, date(1958, 4, 12))]


def test_the_confirm_page_shows_a_masked_name_and_the_booking() -> None:
    """Time, early or late, service and dentist; of the person a masked name and four digits."""
    page = booked().page
    assert page.title == Text("kiosk.confirm.title", {"name": "王*明"})
    assert page.lead == Text("kiosk.confirm.lead_tail", {"tail": "6217"})
    assert page.appointment is not None
    assert (page.appointment.time, page.appointment.late) == ("10:30", False)
    assert page.appointment.standing == Text("kiosk.confirm.early", {"n": 18})
    assert page.appointment.door is not None
    assert page.appointment.door.code == "1"


def test_a_late_booking_says_so() -> None:
    """Late is late by whole minutes; nobody is sent away for it."""
    talk = Talk(server(people={PHONE: Found(WANG, (booking(minutes=-7),))}))
    page = talk.press("phone").press(phone=PHONE).press(birth_date="19580412").page
    assert page.appointment is not None
    assert (page.appointment.standing, page.appointment.late) == (Text("kiosk.confirm.late", {"n": 7}), True)


def test_the_number_comes_before_the_form() -> None:
    """Two taps of red flags, then the number; the form is offered on the page of the number."""
    talk = with_number()
    (need,) = [each for each in talk.needs if isinstance(each, TakeNumber)]
    assert (need.patient_id, need.appointment_id, need.newcomer) == (7, 1, None)
    assert need.answers == {"redflag": ["none"]}
    assert [action.name for action in talk.page.actions] == ["done", "fill", "reprint"]


@pytest.mark.parametrize(("signs", "urgent"), [(["none"], False), (["severe_pain"], False), (["airway"], True)])
def test_grave_signs_say_sit_down_we_are_coming(signs: list[str], urgent: bool) -> None:
    """Level 1 or 2 comes before the number's own page; the check-in itself gets no other order."""
    talk = at_red_flags().press(redflag=signs).at("urgent" if urgent else "number")
    if urgent:
        assert talk.page.ticket is not None
        talk.press().at("number")


def test_red_flags_must_be_answered_and_none_stands_alone() -> None:
    """The questionnaire's own rules decide, and nothing moves on."""
    talk = at_red_flags().press(redflag=[]).at("red_flags.redflag")
    assert talk.problem is not None
    assert talk.problem.code == "required"
    talk.press(redflag=["none", "airway"]).at("red_flags.redflag")
    assert talk.problem.code == "exclusive"


def test_all_signs_stand_on_one_page() -> None:
    """Nobody says "none of these" before having seen all."""
    (field,) = at_red_flags().page.fields
    assert [option.code for option in field.options][-1] == "none"
    assert len(field.options) == 8


def test_unknown_and_wrong_look_alike() -> None:
    """A stranger's phone, and a known phone with another birth date, give the same page but for nothing."""
    stranger = Talk(server()).press("phone").press(phone="13900000000").press(birth_date="19580412")
    wrong = Talk(server()).press("phone").press(phone=PHONE).press(birth_date="19580413")
    known_without_booking = Talk(server(people={PHONE: Found(WANG, ())}))
    known_without_booking.press("phone").press(phone=PHONE).press(birth_date="19580412")
    pages = [stranger.page, wrong.page, known_without_booking.page]
    assert pages[0].id == "reception.not_found"
    assert pages == [pages[0]] * 3


def test_not_found_can_be_corrected() -> None:
    """Back to what was typed, with the answers still there."""
    talk = Talk(server(people=ONE_BOOKING)).press("phone").press(phone=PHONE).press(birth_date="19580413")
    talk.at("reception.not_found").press("back").at("identify.birth_date")
    assert talk.page.fields[0].value == "19580413"
    talk.press(birth_date="19580412").at("confirm")


def test_walking_in() -> None:
    """Name, phone, birth date, sex, reason, red flags, number; what was typed is handed over normalised."""
    talk = Talk().press("walk_in").at("register.name").press(name="  李  小龙 ")
    talk.at("register.phone").press(phone="13900000000").at("register.birth_date").press(birth_date="19900203")
    talk.at("register.sex").press(sex="male").at("reason.service").press(service="1")
    talk.at("red_flags.redflag").press(redflag=["none"]).at("number")
    (need,) = talk.needs
    assert isinstance(need, TakeNumber)
    assert need.newcomer is not None
    assert (need.newcomer.name, need.newcomer.phone, need.newcomer.sex) == ("李 小龙", "13900000000", "male")
    assert (need.newcomer.birth_date, need.service_id, need.appointment_id) == (date(1990, 2, 3), 1, None)


def test_somebody_without_a_phone_goes_on() -> None:
    """A phone is useful, not needed."""
    talk = Talk().press("walk_in").press(name="王芳").at("register.phone").press("no_phone").at("register.birth_date")
    assert talk.said.value("phone") == ""


def test_a_child_gets_the_child_form() -> None:
    """The birth date decides which questions are asked, from the red flags on."""
    talk = Talk().press("walk_in").press(name="小明").press("no_phone").press(birth_date="20200101").press(sex="male")
    assert talk.press(service="1").said.questionnaire(talk.here.today) == "dental-child"


def test_a_known_patient_without_booking_is_not_registered_again() -> None:
    """Who was found goes straight to the reason."""
    talk = Talk(server(people={PHONE: Found(WANG, ())})).press("phone").press(phone=PHONE).press(birth_date="19580412")
    talk.press("walk_in").at("reason.service").press(service="1").press(redflag=["none"]).at("number")
    need = talk.needs[-1]
    assert isinstance(need, TakeNumber)
    assert (need.patient_id, need.newcomer, need.service_id) == (7, None, 1)


def test_a_card_answers_for_its_holder() -> None:
    """A newcomer's scanned card gives birth date and sex: only the rest is asked."""
    holder = Holder(birth_date=date(1990, 2, 3), sex="female", document="110105199002030021")
    talk = Talk(server(scans={"card": NotFound(holder)})).scan("card").at("reception.not_found").press("walk_in")
    talk.at("register.name").press(name="王芳").at("register.phone").press("no_phone").at("reason.service")
    talk.press(service="1").press(redflag=["none"])
    need = talk.needs[-1]
    assert isinstance(need, TakeNumber)
    assert need.newcomer is not None
    assert (need.newcomer.sex, need.newcomer.document) == ("female", "110105199002030021")


def test_several_bookings_are_told_apart_by_time() -> None:
    """Never by a list of names."""
    talk = Talk(server(people={PHONE: Found(WANG, (booking(1), booking(2, 240)))}))
    talk.press("phone").press(phone=PHONE).press(birth_date="19580412").at("bookings")
    assert [option.code for option in talk.page.fields[0].options] == ["1", "2"]
    talk.press(booking="2").at("confirm").press("me").press(redflag=["none"])
    need = talk.needs[-1]
    assert isinstance(need, TakeNumber)
    assert need.appointment_id == 2


@pytest.mark.parametrize("turn", ["not_me", "other_time"])
def test_not_me_forgets_whoever_was_found(turn: str) -> None:
    """The next page knows nothing of the person on the one before."""
    talk = booked().press(turn).at(f"reception.{turn}")
    assert talk.said.person is None
    assert talk.said.values == {}
    assert talk.said.bookings == ()


def test_already_checked_in_shows_the_same_number() -> None:
    """Found at once, or only when the number is taken: the own number, and a reprint."""
    for answers in (
        server(people={PHONE: HasNumber(41, WANG)}),
        server(people=ONE_BOOKING, number=HasNumber(41, WANG)),
    ):
        talk = Talk(answers).press("phone").press(phone=PHONE).press(birth_date="19580412")
        if talk.page.id == "confirm":
            talk.press("me").press(redflag=["none"])
        talk.at("number")
        assert talk.page.title == Text("kiosk.number.title_again")
        assert "reprint" in [action.name for action in talk.page.actions]


def test_the_own_ticket_is_scanned() -> None:
    """It shows the own slip; a reprint is one tap, and the page stays."""
    talk = Talk(server(scans={"link": HasNumber(41)})).scan("link").at("number").press("reprint").at("number")
    assert talk.needs[-1] == Reprint(41)


@pytest.mark.parametrize("code", sorted(WAYS))
def test_no_page_of_reception_is_a_dead_end(code: str) -> None:
    """Every way that is offered leads to another page."""
    for way in WAYS[code]:
        talk = Talk(server(scans={"x": AskReception(code)})).scan("x").at(f"reception.{code}").press(way)
        assert talk.page.id != f"reception.{code}"


def test_an_unreadable_scan_stays_where_it_was() -> None:
    """A problem is said, and the text is nowhere."""
    talk = Talk(server(scans={"?": NotRead("unreadable")})).press("phone").press(phone=PHONE).scan("?")
    talk.at("identify.birth_date")
    assert talk.problem == Problem("unreadable")
    assert "?" not in str(talk.said)


def test_a_scan_is_forgotten_once_it_is_resolved() -> None:
    """Scanned text may hold a document number."""
    for result in (Found(WANG, (booking(),)), NotFound(), HasNumber(3), AskReception("e_voucher")):
        talk = Talk(server(scans={"110105195804120019": result})).scan("110105195804120019")
        assert "110105195804120019" not in str(talk.said)
        assert talk.needs == [FindScan("110105195804120019")]


def test_the_next_patient_may_scan_over_a_number() -> None:
    """Whoever left the number on the screen is forgotten."""
    talk = with_number()
    talk.answers = server(scans={"link": HasNumber(77)})
    talk.scan("link").at("number")
    assert (talk.said.visit_id, talk.said.person) == (77, None)


def test_a_scan_in_the_middle_changes_nothing() -> None:
    """On a page that asks about health a scanner is not expected."""
    talk = at_red_flags()
    before = talk.said
    assert talk.scan("link").said == before


def test_an_answer_sent_twice_counts_once() -> None:
    """The second one is for a page that was left already."""
    talk = booked()
    assert flow.take(talk.said, "identify.phone", Answer("next", {"phone": "1"}), talk.here) == talk.said


def test_a_refusal_at_the_number_leaves_a_way() -> None:
    """Cancelled meanwhile: walking in is offered, and asks what for."""
    talk = Talk(server(people=ONE_BOOKING, number=AskReception("appointment_cancelled")))
    talk.press("phone").press(phone=PHONE).press(birth_date="19580412").press("me").press(redflag=["none"])
    talk.at("reception.appointment_cancelled").press("walk_in").at("reason.service")
    talk.press(service="1").at("reception.appointment_cancelled")
    talk.answers = server()
    talk.press("walk_in").press(service="1").at("number")


def test_a_code_without_a_page_asks_for_a_person() -> None:
    """A refusal nobody thought of is no blank screen."""
    assert Talk(server(scans={"x": AskReception("brand_new")})).scan("x").page.id == "reception.ask"


def test_nothing_before_the_number_can_be_reached_from_it() -> None:
    """Back stays; the values are gone."""
    talk = with_number()
    assert talk.back().page.id == "number"
    assert (talk.said.values, talk.said.passed) == ({}, ())


@pytest.mark.parametrize(
    ("state", "title"),
    [(State.CALLED, "called"), (State.MISSED, "missed"), (State.STEPPED_OUT, "aside"), (State.FINISHED, "over")],
)
def test_the_own_slip_tells_where_the_visit_stands(state: State, title: str) -> None:
    """Somebody being called is not told to wait."""
    talk = Talk(server(scans={"link": HasNumber(41)}), here(slip=slip(state=state), printing="printed")).scan("link")
    assert talk.page.title == Text(f"kiosk.number.title_{title}")
    assert talk.page.ticket is not None
    assert talk.page.ticket.wait is None


def test_nobody_ahead_is_said_without_a_zero() -> None:
    """Neither "0 people" nor "0-5 minutes": nobody, and within five."""
    own = slip(wait=Wait(0, 5, "planned"))
    talk = Talk(server(scans={"link": HasNumber(41)}), here(slip=own, printing="printed")).scan("link")
    assert talk.page.ticket is not None
    assert talk.page.ticket.ahead == Text("kiosk.number.nobody")
    assert talk.page.ticket.wait == Text("kiosk.number.wait_within", {"low": 0, "high": 5})


def test_no_paper_says_note_the_number() -> None:
    """The place is kept, and the page says what to do instead."""
    talk = Talk(server(scans={"link": HasNumber(41)}), here(slip=slip(), printing="not_printed")).scan("link")
    assert talk.page.title == Text("kiosk.number.title_note")
    assert talk.page.ticket is not None
    assert talk.page.ticket.trouble


def answer_form(talk: Talk, **answers: Any) -> Talk:
    """Walk the form with the gentlest answers until the review."""
    return answer_until(talk, "questionnaire.review", **answers)


def answer_until(talk: Talk, page_id: str, **answers: Any) -> Talk:
    while talk.page.id != page_id:
        (field,) = talk.page.fields
        talk.press(**{field.name: answers.get(field.name, gentle(field))})
        assert talk.problem is None, (field.name, talk.problem)
    return talk


def gentle(field: Field) -> Any:
    codes = [option.code for option in field.options]
    calm = next((code for code in ("none", "no", "self") if code in codes), codes[0] if codes else "")
    if field.name in ("consent_sensitive", "truthful"):
        return "yes"
    if field.kind == "choices":
        return ["none"] if "none" in codes else codes[:1]
    return calm if codes else {"number": "", "date": ""}.get(field.kind, "无")


def test_the_form_is_filled_one_question_a_page() -> None:
    """It ends in a review and is handed in whole: nothing on the way is kept, red flags are not asked twice."""
    talk = with_number().press("fill")
    assert talk.page.progress is not None
    assert talk.page.progress[0] == 1
    answer_form(talk)
    assert not any(isinstance(need, SaveForm) for need in talk.needs)
    assert "redflag" not in [line.change for line in talk.page.lines]
    talk.press("send").at("number")
    need = talk.needs[-1]
    assert isinstance(need, SaveForm)
    assert (need.visit_id, need.questionnaire, need.answers["redflag"]) == (41, "dental-first-visit", ["none"])
    assert talk.page.note == Text("kiosk.number.filled")
    assert talk.said.answers == {}


def test_the_review_opens_a_question_and_comes_back() -> None:
    """With the new answer; a question that now applies is asked before the review shows again."""
    talk = answer_form(with_number().press("fill"))
    talk.press("change:allergy_any").at("questionnaire.allergy_any").press(allergy_any="yes")
    talk.at("questionnaire.allergy_list")
    answer_form(talk, allergy_list=["latex"])
    assert talk.said.answers["allergy_any"] == "yes"
    talk.press("change:filled_by").at("questionnaire.filled_by").back().at("questionnaire.review")


def test_without_consent_nothing_is_kept() -> None:
    """It goes on at reception, and the answers are gone."""
    talk = answer_until(with_number().press("fill"), "questionnaire.consent_sensitive")
    talk.press(consent_sensitive="no").at("reception.no_consent")
    assert talk.said.answers == {}
    talk.press("done").at("number")


def test_long_lists_take_a_second_page() -> None:
    """At most six answers on a page; what was ticked on the first stays ticked, "none" comes last."""
    talk = answer_until(with_number().press("fill"), "questionnaire.cardio")
    first = [option.code for option in talk.page.fields[0].options]
    assert len(first) <= 6
    assert "none" not in first
    talk.press(cardio=first[:1]).at("questionnaire.cardio~2")
    talk.press(cardio=[])
    assert talk.said.answers["cardio"] == first[:1]
    talk.back().at("questionnaire.cardio~2").press(cardio=["none"])
    assert talk.said.answers["cardio"] == ["none"]


def test_back_keeps_the_answers() -> None:
    """Forth and back through the form loses nothing."""
    talk = answer_form(with_number().press("fill"))
    answers = talk.said.answers
    pages = len(talk.said.passed)
    for _ in range(pages - 1):
        talk.back()
    assert talk.page.progress is not None
    assert talk.page.progress[0] == 1
    assert talk.said.answers == answers
    assert talk.back().page.id == "number"


def test_a_finished_form_is_not_offered_again() -> None:
    """Neither here nor when it was filled on the phone meanwhile."""
    talk = Talk(server(scans={"link": HasNumber(41)}), here(slip=slip(form=Form.DONE), printing="printed")).scan("link")
    assert "fill" not in [action.name for action in talk.page.actions]
    assert talk.press("fill").page.id == "number"


def test_nobody_takes_walk_ins_today() -> None:
    """A clinic without open rooms sends walk-ins to reception instead of an empty page."""
    closed = here()
    closed = replace(closed, setup=replace(closed.setup, queues=()))
    talk = Talk(place=closed).press("walk_in").press(name="王芳").press("no_phone").press(birth_date="19900203")
    talk.press(sex="female").at("reception.service_not_offered")


FINDS: list[Any] = [
    Found(WANG, (booking(),)),
    Found(WANG, (booking(1), booking(2, 90))),
    Found(WANG, ()),
    NotFound(),
    NotFound(Holder(birth_date=date(2021, 1, 1), sex="male", document="X")),
    NotRead("unreadable"),
]


def possible_results(need: Need) -> list[Any]:
    """What a server may answer to a need."""
    noes = [AskReception(code) for code in (*WAYS, "brand_new")]
    match need:
        case SaveForm() | Reprint():
            return [server()(need), *noes]
        case TakeNumber():
            return [NumberTaken(6, WANG), HasNumber(5), *noes]
        case FindScan() | FindPerson():
            return [*FINDS, HasNumber(5, WANG), *noes]


@settings(max_examples=100)
@given(st.data())
def test_random_walks_always_have_a_page(data: st.DataObject) -> None:
    """Whatever is pressed, typed, scanned or answered by the server, there is a page, and a button on it."""

    def answers(need: Need) -> Any:
        return data.draw(st.sampled_from(possible_results(need)))

    talk = Talk(answers)
    for _ in range(40):
        page = talk.page
        assert page.actions or any(field.at_once for field in page.fields)
        move = data.draw(st.sampled_from(["press", "press", "press", "back", "scan"]))
        if move == "scan":
            talk.scan(data.draw(st.text(max_size=40)))
        elif move == "back":
            talk.back()
        else:
            talk.press(data.draw(st.sampled_from(buttons(page))), **values(data, page))


@settings(max_examples=30)
@given(st.data())
def test_every_walk_ends(data: st.DataObject) -> None:
    """Answering every page with something that fits, without going back, comes to a number and a filled form."""
    found: Any = data.draw(st.sampled_from([Found(WANG, (booking(),)), Found(WANG, ()), NotFound()]))
    talk = Talk(server(people={PHONE: found}))
    forward = {
        "welcome": data.draw(st.sampled_from(["phone", "walk_in"])),
        "reception.not_found": "walk_in",
        "confirm": "me",
        "number": "fill",
        "questionnaire.review": "send",
    }
    for _ in range(120):
        page = talk.page
        if talk.said.filled or page.id == "reception.no_consent":
            return
        talk.press(forward.get(page.id, "next"), **values(data, page, fitting=True))
        assert talk.problem is None, (page.id, talk.problem)
    pytest.fail("the walk does not end")


def buttons(page: Page) -> list[str]:
    named = [action.name for action in page.actions]
    return [*named, "next", *(line.change for line in page.lines if line.change)]


def values(data: st.DataObject, page: Page, fitting: bool = False) -> dict[str, Any]:
    return {field.name: data.draw(value(field, fitting)) for field in page.fields}


def value(field: Field, fitting: bool) -> st.SearchStrategy[Any]:
    codes = [option.code for option in field.options]
    together = [option.code for option in field.options if not option.apart]
    apart = [option.code for option in field.options if option.apart]
    fits: dict[str, st.SearchStrategy[Any]] = {
        "choice": st.sampled_from(codes) if codes else st.just(""),
        "choices": st.lists(st.sampled_from(together), unique=True, min_size=1) | st.sampled_from([[a] for a in apart])
        if apart and together
        else st.lists(st.sampled_from(codes), unique=True, min_size=1)
        if codes
        else st.just([]),
        "phone": st.just(PHONE),
        "date": st.just("19580412"),
        "number": st.just(""),
        "text": st.sampled_from(["王芳", "Anna"]),
    }
    if fitting:
        return fits[field.kind]
    return fits[field.kind] | st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3)


def test_said_survives_json() -> None:
    """What is stored between two answers is the whole conversation."""
    said = replace(booked().said, answers={"redflag": ["none"], "pain": 3, "x": 1.5, "y": True, "z": "text"})
    assert SAID.validate_json(SAID.dump_json(said)) == said
    assert isinstance(said, Said)
