"""Document numbers: resident ID by GB 11643, Hong Kong ID, others."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal
from unicodedata import normalize

from clinic.identity.dates import calendar_date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_NEW = re.compile(r"[1-9][0-9]{16}[0-9X]")
_OLD = re.compile(r"[1-9][0-9]{14}")
_HONG_KONG = re.compile(r"([A-Z]{1,2})([0-9]{6})([0-9A])")
_OTHER = re.compile(r"[A-Z]{1,3}[0-9]{6,10}")

Sex = Literal["male", "female"]
DocumentFault = Literal["birth_date", "check_digit"]


@dataclass(frozen=True, slots=True)
class ResidentId:
    """A mainland resident ID number, or a residence permit of the same form, always as 18 characters."""

    number: str
    birth_date: date
    sex: Sex


@dataclass(frozen=True, slots=True)
class Document:
    """Any other document number: passport, travel permit, Hong Kong ID (`hkid`: its check digit fits)."""

    number: str
    kind: Literal["hkid", "other"]


def normalise_document(text: str) -> str:
    """Capital letters and digits only, old resident numbers as 18 characters: the form that is looked up and hashed."""
    compact = "".join(re.findall("[A-Z0-9]+", normalize("NFKC", text[:200]).upper()))
    return upgrade(compact) if _OLD.fullmatch(compact) and birth_date_of(compact) else compact


def resident_id(compact: str, today: date) -> ResidentId | DocumentFault | None:
    """The resident ID in a normalised text; what is wrong with it; or None where it does not have that form.

    Region codes are not looked at: abolished ones stay valid for life.
    """
    if not (_NEW.fullmatch(compact) or _OLD.fullmatch(compact)):
        return None
    born = birth_date_of(compact)
    if born is None or born > today:
        return "birth_date"
    number = upgrade(compact) if len(compact) == 15 else compact
    if number[-1] != check_digit(number):
        return "check_digit"
    return ResidentId(number, born, "male" if int(number[16]) % 2 else "female")


def birth_date_of(number: str) -> date | None:
    """The birth date inside an 18- or 15-character number (15: born 19xx), or None where there is no such day."""
    digits = number[6:14] if len(number) == 18 else f"19{number[6:12]}"
    return calendar_date(digits[:4], digits[4:6], digits[6:])


def check_digit(number: str) -> str:
    """The last character that GB 11643-1999 gives to the first 17 digits."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECKS[total % 11]


def upgrade(old: str) -> str:
    """The 18-character form of a 15-digit number: the century goes in, the check digit on."""
    body = f"{old[:6]}19{old[6:]}"
    return body + check_digit(body)


def other_document(compact: str) -> Document | None:
    """A passport, permit or Hong Kong ID number in a normalised text, or None."""
    found = _HONG_KONG.fullmatch(compact)
    if found and _fits_hong_kong(*found.groups()):
        return Document(compact, "hkid")
    return Document(compact, "other") if _OTHER.fullmatch(compact) else None


def _fits_hong_kong(letters: str, digits: str, check: str) -> bool:
    """Letters count 10 (A) to 35 (Z), an absent first letter 36; weights 9 to 1; the sum divides by 11."""
    values = [36] * (2 - len(letters)) + [ord(letter) - 55 for letter in letters] + [int(digit) for digit in digits]
    values.append(10 if check == "A" else int(check))
    return sum(weight * value for weight, value in zip(range(9, 0, -1), values, strict=True)) % 11 == 0
