"""What public screens and each role may see."""

import csv
from datetime import date
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.privacy import (
    PRECAUTION,
    is_minor,
    mask_document,
    mask_name,
    mask_phone,
    public_name,
    visible_answers,
    visible_flags,
)
from clinic.questionnaire import Flag, Item, Option, Questionnaire, Words
from clinic.roles import Role

TODAY = date(2026, 11, 25)
WORDS = Words("词", "word")
ALLERGY = Flag("ALLERGY", "stop", ("prescription",), WORDS)
TUBERCULOSIS = Flag("TB", "stop", ("infection_control",), WORDS, triage_level=2, infection=True)
CLINICIANS = (Role.DENTIST, Role.ASSISTANT, Role.IMAGING)

MOST_CHARACTERS = 4
MOST_LATIN = 8


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王明", "王*"),
        ("王小明", "王*明"),
        ("司马懿", "司马*"),
        ("欧阳震华", "欧阳*"),
        ("歐陽娜娜", "歐陽*"),
        ("欧阳", "欧*"),
        ("愛新覺羅永瑆", "愛**瑆"),
        ("阿依古丽·买买提", "阿**提"),
        ("孟  伟", "孟*"),
        ("张三。", "张*"),
        ("连逍遥0", "连*遥"),
        ("李", "*"),
        ("𪤗", "*"),
        ("龑𪤗", "龑*"),
        ("牧野・紗弥", "牧**弥"),
        ("최진호", "최*호"),
        ("John Smith", "J. S***"),
        ("Smith, John", "J. S***"),
        ("john robert lee smith", "J. S***"),
        ("Dr. Rosa Lantern MBA.", "R. L***"),
        ("O'Neil", "O***"),
        ("Émile Ångström", "É. Å***"),
        ("Кудряшов Панкрат", "К. П***"),
        ("A", "*"),
        ("J S", "J. ***"),
        ("", ""),
        ("  ", ""),
        ("123", ""),
        ("***", ""),
    ],
)
def test_masked_names(name: str, masked: str) -> None:
    """Enough for the patient to know it is them, too little for an acquaintance."""
    assert mask_name(name) == masked


def assert_masked(name: str) -> None:
    masked = mask_name(name)
    letters = [each for each in masked if each.isalpha() or each > "\U00020000"]
    assert len(masked) <= (MOST_LATIN if masked.isascii() or ". " in masked or masked.endswith("***") else 4), name
    assert len(letters) <= 2, name
    bare = normalize("NFC", name).strip()
    if bare:
        assert bare not in masked, name
        assert not masked or "*" in masked, name


@given(st.text(max_size=60))
def test_masked_text_never_holds_the_name(name: str) -> None:
    """Any text at all: at most two letters stay, the length of the name does not show beyond four."""
    assert_masked(name)


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=12))
def test_masked_chinese_name_is_at_most_four_characters(name: str) -> None:
    """Four Chinese characters are what a row of the TV holds; the first one always stays but for a one-letter name."""
    assert_masked(name)
    masked = mask_name(name)
    assert len(masked) <= MOST_CHARACTERS
    assert masked == "*" or masked[0] == name[0]


@given(st.from_regex(r"[A-Za-z]{1,20}( [A-Za-z]{1,20}){0,3}", fullmatch=True))
def test_masked_latin_name_is_at_most_eight_letters(name: str) -> None:
    """Two initials and stars."""
    assert_masked(name)
    assert len(mask_name(name)) <= MOST_LATIN


def test_real_names_are_masked(test_data: Path) -> None:
    """Every real name of every script loses its middle and keeps something to recognise it by."""
    with (test_data / "05_names" / "names.csv").open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    assert names
    for name in names:
        assert_masked(name)
        assert mask_name(name), name


@given(st.from_regex(r"\+?[0-9]{5,15}", fullmatch=True))
def test_phone_keeps_its_last_four_digits(number: str) -> None:
    """The same from the whole number and from the stored last four."""
    assert mask_phone(number) == f"****{number[-4:]}"
    assert mask_phone(number[-4:]) == mask_phone(number)
    assert number not in mask_phone(number)


def test_document_keeps_its_last_four_characters() -> None:
    """A resident number may end in X."""
    assert mask_document("11010519491231002x") == "****002X"
    assert mask_document("002X") == "****002X"
    assert mask_document("") == mask_phone("") == ""


def test_minor_until_the_day_of_the_eighteenth_birthday() -> None:
    """From that day on an adult."""
    assert is_minor(date(2008, 11, 26), TODAY)
    assert not is_minor(date(2008, 11, 25), TODAY)


@pytest.mark.parametrize(
    ("birth_date", "sensitive_service", "shown"),
    [
        (date(1950, 2, 3), False, "王*明"),
        (date(1950, 2, 3), True, ""),
        (date(2015, 2, 3), False, ""),
        (None, False, ""),
    ],
)
def test_number_only_in_public(birth_date: date | None, sensitive_service: bool, shown: str) -> None:
    """Minors, sensitive services and people whose age nobody knows are called by number only."""
    assert public_name("王小明", birth_date, TODAY, sensitive_service=sensitive_service) == shown


@pytest.mark.parametrize("role", sorted(CLINICIANS))
def test_clinicians_read_every_flag(role: Role) -> None:
    """Also when they are something else besides."""
    assert visible_flags((ALLERGY, TUBERCULOSIS), {role, Role.CASHIER}) == (ALLERGY, TUBERCULOSIS)


def test_reception_reads_all_but_infections() -> None:
    """Infections shrink to one word of caution, however many there are."""
    assert visible_flags((ALLERGY, TUBERCULOSIS, TUBERCULOSIS), {Role.RECEPTION}) == (ALLERGY, PRECAUTION)
    assert visible_flags((ALLERGY,), {Role.RECEPTION}) == (ALLERGY,)
    assert visible_flags((), {Role.RECEPTION}) == ()


@given(
    st.lists(st.sampled_from([ALLERGY, TUBERCULOSIS])),
    st.sets(st.sampled_from(sorted(set(Role) - {*CLINICIANS, Role.RECEPTION}))),
)
def test_others_learn_only_that_care_is_needed(flags: list[Flag], roles: set[Role]) -> None:
    """A cashier cannot tell an allergy from an infection; nobody's lack of roles is a way around that."""
    assert visible_flags(flags, roles) == ((PRECAUTION,) if flags else ())
    assert PRECAUTION.affects == ()
    assert PRECAUTION.triage_level is None


def test_confidential_answers_reach_clinicians_only() -> None:
    """The answers themselves are kept from everybody else as well as the flags."""
    options = (Option("yes", WORDS), Option("no", WORDS))
    infection = Item("infection", "choice", WORDS, confidential=True, options=options)
    smoking = Item("smoking", "choice", WORDS, options=options)
    group = Item("group", "group", WORDS, items=(infection, smoking))
    form = Questionnaire("form", "1", WORDS, 180, "group", WORDS, (), (group,))
    answers = {"infection": "yes", "smoking": "no"}
    assert visible_answers(form, answers, {Role.DENTIST}) == answers
    for role in set(Role) - set(CLINICIANS):
        assert visible_answers(form, answers, {role}) == {"smoking": "no"}
