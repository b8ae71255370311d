"""What a scan or a typed text is taken for."""

import csv
import json
import string
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.identity import (
    LONGEST,
    AppointmentCode,
    Document,
    EVoucher,
    HealthCard,
    Initials,
    Licence,
    NameText,
    Phone,
    PhoneTail,
    ResidentId,
    TicketLink,
    TicketNumber,
    Unknown,
    age_on,
    normalise_document,
    normalise_phone,
    parse_birth_date,
    recognise,
    recognise_at_desk,
)

TODAY = date(2026, 11, 25)
SPECIMEN = "11010519491231002X"
HOLDER = ResidentId(SPECIMEN, date(1949, 12, 31), "female")
TOKEN = "Zx81kQ2_uV7-aB3dE5fG9h"  # 22 characters, as 16 random bytes give.

LICENCE = """@

\x1e\rANSI 636099090002DL00410200ZZ02410010DLDCAC
DCSLANTERN
DDEN
DACROSA
DADMAY
DBB03091958
DBC2
DAQX1234567
"""


def resident(body: str) -> str:
    """The first 17 digits with their check character, by the other formula of the standard."""
    weights = [pow(2, 17 - at, 11) for at in range(17)]
    rest = (12 - sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11) % 11
    return body + ("X" if rest == 10 else str(rest))


@pytest.mark.parametrize(
    "raw",
    [
        SPECIMEN,
        SPECIMEN.lower(),
        f"\ufeff{SPECIMEN}\r\n",
        f"\t {SPECIMEN}\t",
        f"\\000026{SPECIMEN}",
        f"]Q3{SPECIMEN}",
        f"]Q3\\000029 {SPECIMEN}\n",
        "１１０１０５１９４９１２３１００２ｘ",
        "110105 19491231 002X",
        "110105-19491231-002x",
        "\x02" + SPECIMEN + "\x03",
    ],
)
def test_scanner_noise_is_ignored(raw: str) -> None:
    """Prefixes, control characters, full-width digits and a lower-case x change nothing."""
    assert recognise(raw, TODAY) == HOLDER


def test_old_resident_number_becomes_a_new_one() -> None:
    """Fifteen digits are someone born in the 1900s; both forms of a card give the same number."""
    assert recognise("110105491231002", TODAY) == HOLDER
    assert normalise_document("110105491231002") == SPECIMEN


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("110105194912310021", "check_digit"),
        (resident("11010519490230002"), "birth_date"),
        (resident("11010520261126002"), "birth_date"),
        ("110105490230002", "birth_date"),
    ],
)
def test_misread_resident_number_says_what_is_wrong(raw: str, why: str) -> None:
    """A wrong check digit, an impossible day and a day to come are named, so that the terminal can ask again."""
    assert recognise(raw, TODAY) == Unknown(why)  # type: ignore[arg-type]
    assert recognise_at_desk(raw, TODAY) == Unknown(why)  # type: ignore[arg-type]


@given(
    region=st.integers(100000, 999999),
    born=st.dates(date(1850, 1, 1), TODAY),
    place=st.integers(0, 999),
    wrong=st.sampled_from("0123456789X"),
)
def test_every_resident_number_is_checked(region: int, born: date, place: int, wrong: str) -> None:
    """Any region is accepted; exactly one check character is right; birth date and sex come from the number."""
    number = resident(f"{region}{born:%Y%m%d}{place:03d}")
    expected = ResidentId(number, born, "male" if place % 2 else "female")
    assert recognise(number, TODAY) == expected
    if wrong != number[-1]:
        assert recognise(number[:-1] + wrong, TODAY) == Unknown("check_digit")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("424" + "7" * 25, EVoucher("424" + "7" * 25)),
        ("opc" + "aB3" * 8 + "0", EVoucher("opc" + "aB3" * 8 + "0")),
        ("0fA9" * 16 + ":1", HealthCard("0fA9" * 16, "1", None)),
        ("0fA9" * 16 + ":0:20261125", HealthCard("0fA9" * 16, "0", "20261125")),
        (f"NC1.eyJhIjoxfQ.{TOKEN}", AppointmentCode("eyJhIjoxfQ", TOKEN)),
        (f"https://clinic.example/t/{TOKEN}", TicketLink(TOKEN)),
        (f"http://192.168.1.20:8000/t/{TOKEN}/?lang=en", TicketLink(TOKEN)),
        ("13800138000", Phone("13800138000")),
        ("+86 138 0013 8000", Phone("13800138000")),
        ("020-12345678", Phone("02012345678")),
        ("+852 9123 4567", Phone("+85291234567")),
        ("A023", TicketNumber("A023")),
        ("a23", TicketNumber("A023")),
        ("Ａ１０２５", TicketNumber("A1025")),
        ("k1-07", TicketNumber("K1-07")),
        ("E12345678", Document("E12345678", "other")),
        ("A123456(3)", Document("A1234563", "hkid")),
        ("A123456(4)", Document("A1234564", "other")),
        (LICENCE, Licence("LANTERN", "ROSA MAY", date(1958, 3, 9), "female", "X1234567")),
        ("", Unknown("empty")),
        (" \r\n\ufeff", Unknown("empty")),
        ("1" * (LONGEST + 1), Unknown("too_long")),
        ("424" + "7" * 24, Unknown("unreadable")),
        ("NC1.eyJhIjoxfQ", Unknown("unreadable")),
        ("NC1.eyJh IjoxfQ." + TOKEN, Unknown("unreadable")),
        (f"https://clinic.example/t/{TOKEN[:-1]}", Unknown("unreadable")),
        ("王小明", Unknown("unreadable")),
        ("8000", Unknown("unreadable")),
        ("HC1:6BFOXN", Unknown("unreadable")),
        ("BEGIN:VCARD\nFN:Rosa Lantern\nTEL:13800138000\nEND:VCARD", Unknown("unreadable")),
        ("(01)95012345678903(11)131313", Unknown("unreadable")),
        ("١٣٨٠٠١٣٨٠٠٠", Unknown("unreadable")),
    ],
)
def test_kinds_of_a_terminal(raw: str, expected: object) -> None:
    """Each kind is known by its form alone; what has none of them is unknown."""
    assert recognise(raw, TODAY) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (SPECIMEN, HOLDER),
        ("13800138000", Phone("13800138000")),
        ("A023", TicketNumber("A023")),
        ("8000", PhoneTail("8000")),
        ("138-0013", PhoneTail("1380013")),
        ("00138000", PhoneTail("00138000")),
        ("800", Unknown("unreadable")),
        ("wxm", Initials("wxm")),
        ("ＷＸＭ", Initials("wxm")),
        ("王小明", NameText("王小明")),
        ("阿依古丽·买买提", NameText("阿依古丽·买买提")),
        ("Rosa Lantern", NameText("Rosa Lantern")),
        ("O'Neil-Smith, J.", NameText("O'Neil-Smith, J.")),
        ("龑𪤗", NameText("龑𪤗")),
        ("王" * 81, Unknown("unreadable")),
        ("<script>alert(1)</script>", Unknown("unreadable")),
        ("' OR 1=1 --", Unknown("unreadable")),
        ("", Unknown("empty")),
    ],
)
def test_kinds_of_the_one_field_at_the_desk(raw: str, expected: object) -> None:
    """Beyond scans the desk types the end of a phone number, pinyin initials or a name."""
    assert recognise_at_desk(raw, TODAY) == expected


SCANNED = (
    st.text()
    | st.text(alphabet=string.digits + "xX+-() \\]Q.:/t\r\n", max_size=60)
    | st.binary().map(lambda raw: raw.decode("latin-1"))
)


@given(SCANNED)
def test_nothing_that_comes_in_raises(raw: str) -> None:
    """Whatever a scanner, an input method or an attacker sends is recognised as something, and never costs a crash."""
    for read in (recognise, recognise_at_desk):
        assert read(raw, TODAY) is not None
    normalise_phone(raw)
    normalise_document(raw)
    parse_birth_date(raw, TODAY)


@given(st.characters(), st.integers(LONGEST + 1, 3 * LONGEST))
def test_too_long_is_not_looked_at(each: str, times: int) -> None:
    """A text longer than any code is unknown without being read."""
    assert recognise_at_desk(each * times, TODAY) == Unknown("too_long")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13800138000", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("+8613800138000", "13800138000"),
        ("0086 138 0013 8000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("(020) 1234 5678", "02012345678"),
        ("+86 20 1234 5678", "02012345678"),
        ("0755-12345678转801", "075512345678"),
        ("+44 (0)20 7946 0000", "+442079460000"),
        ("00852 9123 4567", "+85291234567"),
        ("555-555-2003 ext 12", "5555552003"),
        ("62345678", "62345678"),
        ("123456", None),
        ("1" * 16, None),
        ("phone", None),
        ("1380013800a", None),
        ("", None),
    ],
)
def test_one_form_of_a_phone_number(written: str, number: str | None) -> None:
    """However it is written, the same phone gives the same text, so that its hash can be compared."""
    assert normalise_phone(written) == number


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+86", "86", "0086", "+86 "]))
def test_mobile_is_the_same_with_and_without_country_code(mobile: str, code: str) -> None:
    """Normalising twice changes nothing either."""
    assert normalise_phone(code + mobile) == mobile
    assert normalise_phone(mobile) == mobile


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("e 1234-5678", "E12345678"),
        ("P174468(6)", "P1744686"),
        ("ｈ１２３", "H123"),
        (SPECIMEN.lower(), SPECIMEN),
        ("110105490230002", "110105490230002"),
        ("王", ""),
    ],
)
def test_one_form_of_a_document_number(written: str, number: str) -> None:
    """Capital letters and digits only."""
    assert normalise_document(written) == number


@pytest.mark.parametrize(
    "written",
    [
        "19500203",
        "1950-2-3",
        "1950-02-03",
        "1950/02/03",
        "1950.2.3",
        "1950 2 3",
        "1950年2月3日",
        "1950 年 2 月 3 号",
        "１９５００２０３",
        " 19500203\n",
    ],
)
def test_birth_dates_as_people_type_them(written: str) -> None:
    """Year first, in any of the usual writings."""
    assert parse_birth_date(written, TODAY) == date(1950, 2, 3)


@pytest.mark.parametrize(
    "written",
    ["", "1950", "500203", "03/02/1950", "19500230", "1950-13-01", "20261126", "18951125", "00000000", "195002031"],
)
def test_no_birth_date(written: str) -> None:
    """Impossible, ambiguous, future and too distant days are refused."""
    assert parse_birth_date(written, TODAY) is None


@given(st.dates(date(1897, 1, 1), TODAY))
def test_every_birth_date_is_read(born: date) -> None:
    """A typed date is the date that was meant."""
    for written in (
        f"{born:%Y%m%d}",
        f"{born.year}-{born.month}-{born.day}",
        f"{born.year}年{born.month}月{born.day}日",
    ):
        assert parse_birth_date(written, TODAY) == born


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 40_000))
def test_age_grows_by_one_each_birthday(born: date, days: int) -> None:
    """Nobody is older than the calendar years between, and the last birthday is no more than a year ago."""
    today = born + timedelta(days=days)
    age = age_on(born, today)
    assert age >= 0
    assert (today - born).days - 366 < age * 365.25 <= (today - born).days + 1


def test_age_on_a_leap_day() -> None:
    """Born on 29 February, a year older on 1 March."""
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18


def test_real_id_numbers(test_data: Path) -> None:
    """Check digits and birth dates agree with those computed for real specimens of every kind."""
    with (test_data / "04_scan" / "id_numbers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        scan = recognise(row["value"], TODAY)
        if row["kind"].endswith("_18") or row["kind"] == "cn_15":
            good = row["birthdate_ok"] == "True" and row["checksum_ok"] in ("True", "")
            assert isinstance(scan, ResidentId) == good, row
            if row["birthdate_ok"] == "False":
                assert scan == Unknown("birth_date"), row
            elif row["checksum_ok"] == "False":
                assert scan == Unknown("check_digit"), row
        elif row["checksum_ok"]:
            assert (isinstance(scan, Document) and scan.kind == "hkid") == (row["checksum_ok"] == "True"), row
        if "upgrades to" in row["note"]:
            assert isinstance(scan, ResidentId)
            assert scan.number == row["note"].split()[-1]


def test_real_licences(test_data: Path) -> None:
    """Name, birth date, sex and number of each specimen agree with another reader's."""
    folder = test_data / "04_scan"
    expected = json.loads((folder / "aamva_expected.json").read_text(encoding="utf-8"))
    files = sorted((folder / "aamva").glob("*.txt"))
    assert files
    for file in files:
        scan = recognise(file.read_bytes().decode("utf-8", "replace"), TODAY)
        assert isinstance(scan, Licence), file.name
        wanted = {key: value for key, value in expected.get(file.name, {}).items() if value}
        given_names = f"{wanted.get('first', scan.given_name)} {wanted.get('middle', '')}".strip()
        assert scan.family_name == wanted.get("last", scan.family_name), file.name
        assert wanted == {} or scan.given_name == given_names, file.name
        assert str(scan.birth_date) == wanted.get("dob", str(scan.birth_date)), file.name
        assert scan.sex == wanted.get("sex", scan.sex or "").lower() or "sex" not in wanted, file.name
        assert scan.number == wanted.get("id", scan.number), file.name


def test_real_foreign_codes_are_nobody(test_data: Path) -> None:
    """Vaccination certificates, address cards and goods labels never pass for a patient's card or phone."""
    folder = test_data / "04_scan"
    certificates = [json.loads(line)["PREFIX"] for line in _lines(folder / "eu_dcc_qr.jsonl")]
    labels = [json.loads(line)["s"] for line in _lines(folder / "gs1_strings.jsonl")]
    cards = [file.read_text(encoding="utf-8", errors="replace") for file in (folder / "vcard").iterdir()]
    assert certificates
    assert labels
    assert cards
    for raw in (*certificates, *cards):
        assert recognise(raw, TODAY) in (Unknown("unreadable"), Unknown("too_long"))
    for raw in labels:
        assert isinstance(recognise(raw, TODAY), Unknown | Document | TicketNumber), raw
        assert not isinstance(recognise(raw, TODAY), Document) or raw.isalnum(), raw


def test_real_names_are_names(test_data: Path) -> None:
    """Every real name typed at the desk is searched as a name; short Latin ones as initials too."""
    with (test_data / "05_names" / "names.csv").open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    assert names
    for name in names:
        scan = recognise_at_desk(name, TODAY)
        assert isinstance(scan, NameText | Initials), name
        assert not isinstance(scan, Initials) or name.isascii(), name


def test_real_attacks_are_harmless(test_data: Path) -> None:
    """Hostile strings are read like any other text."""
    folder = test_data / "06_abuse"
    hostile = json.loads((folder / "blns.json").read_text(encoding="utf-8"))
    for file in folder.glob("*.txt"):
        hostile += file.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    assert hostile
    for raw in hostile:
        assert not isinstance(recognise(raw, TODAY), ResidentId | Licence | AppointmentCode | TicketLink)
        recognise_at_desk(raw, TODAY)


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()
