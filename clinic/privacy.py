"""What may be shown where: masked names, and who reads which flag.

Patterns are our own proposal: no law prescribes one. Every masked form is safe on a public screen and at most
four Chinese or eight Latin characters long; when in doubt the answer is the empty text, "number only".
"""

import re
from collections.abc import Collection, Iterable
from datetime import date
from unicodedata import category, normalize

from clinic.identity import age_on
from clinic.questionnaire import Answer, Answers, Flag, Questionnaire
from clinic.roles import CLINICIANS, Role, may_read_infections

ADULT_FROM = 18
"""Years. Younger patients are shown by their number only."""

FLAG_READERS = CLINICIANS | {Role.RECEPTION}
"""Roles that read what a flag says; for reception without those about infections."""

PRECAUTION = Flag("clinical_precaution", "caution", (), None)
"""All that other roles learn of a flag: nothing in it tells one illness from another. Faces have the words for it."""

_SURNAMES = (
    "万俟上官东方东郭东门乐正亓官令狐仲孙仲孫公冶公孙公孫公羊公良公西南宫南宮南門南门司寇司徒司空司馬"
    "司马呼延壤駟壤驷夏侯太叔太史夹谷夾谷子車子车宇文宗政宰父尉迟尉遲左丘巫馬巫马微生慕容拓跋東方東郭"
    "東門梁丘樂正欧阳歐陽段干漆雕澹台澹臺濮阳濮陽独孤獨孤申屠百里皇甫穀梁端木第五納蘭纳兰羊舌聞人萬俟"
    "西門西门諸葛诸葛谷梁赫连赫連軒轅轩辕鍾離钟离長孫长孙閭丘闻人闾丘顓孫颛孙鮮于鲜于"
)
COMPOUND_SURNAMES = frozenset(_SURNAMES[at : at + 2] for at in range(0, len(_SURNAMES), 2))
"""Surnames of two characters, simplified and traditional."""

_CHARACTERS = re.compile(
    "[\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff"  # Han
    "\\u3041-\\u3096\\u30a1-\\u30fa\\u31f0-\\u31ff"  # kana
    "\\uac00-\\ud7a3\\U00020000-\\U0003ffff]"  # Hangul; rare Han, some younger than Python's tables
)
_TITLE = re.compile(r"\S{2,}\.")
_STARS = "****"


def mask_name(name: str) -> str:
    """The name for public screens: 王*, 王*明, 阿**提, 欧阳*, J. S***; empty where there is no letter.

    Chinese, Japanese and Korean: first and last character, a compound surname whole, never more than four characters.
    Other scripts: initial of the first word, initial of the last.
    """
    words = _words(name)
    characters = "".join(words)
    if _CHARACTERS.search(characters):
        return _mask_characters(characters)
    if not words:
        return ""
    first, last = _initial(words[0]), _initial(words[-1])
    if len(words) > 1:
        return f"{first}. {last if len(words[-1]) > 1 else ''}***"
    return f"{first}***" if len(words[0]) > 1 else "*"


def public_name(name: str, birth_date: date | None, today: date, *, sensitive_service: bool) -> str:
    """The masked name, or the empty text for "number only": minors, sensitive services, and unknown birth dates."""
    if sensitive_service or birth_date is None or is_minor(birth_date, today):
        return ""
    return mask_name(name)


def is_minor(birth_date: date, today: date) -> bool:
    return age_on(birth_date, today) < ADULT_FROM


def mask_phone(phone: str) -> str:
    """The last four digits behind stars. Takes a whole number or the stored last four alike."""
    return _tail(re.sub("[^0-9]", "", normalize("NFKC", phone)))


def mask_document(number: str) -> str:
    """The last four characters behind stars. Takes a whole number or the stored last four alike."""
    return _tail(re.sub("[^0-9A-Z]", "", normalize("NFKC", number).upper()))


def visible_flags(flags: Iterable[Flag], roles: Collection[Role]) -> tuple[Flag, ...]:
    """The flags as someone with these roles may read them; what is kept from them shrinks to one PRECAUTION."""
    given = tuple(flags)
    if may_read_infections(roles):
        return given
    reads = not FLAG_READERS.isdisjoint(roles)
    shown = tuple(flag for flag in given if reads and not flag.infection)
    return shown if len(shown) == len(given) else (*shown, PRECAUTION)


def visible_answers(questionnaire: Questionnaire, answers: Answers, roles: Collection[Role]) -> dict[str, Answer]:
    """The answers without those to confidential questions, unless a clinician asks."""
    confidential = {link_id for link_id, item in questionnaire.by_link_id.items() if item.confidential}
    hidden = frozenset() if may_read_infections(roles) else confidential
    return {link_id: answer for link_id, answer in answers.items() if link_id not in hidden}


def _words(name: str) -> list[str]:
    """The words of a name, letters only, spoken order; titles such as "Dr." fall away where something else is left."""
    family, comma, given = normalize("NFC", name[:400]).partition(",")
    words = f"{given} {family}".split() if comma else family.split()
    named = [word for word in words if not _TITLE.fullmatch(word)] or words
    letters = ("".join(each for each in word if category(each)[0] == "L" or _CHARACTERS.match(each)) for word in named)
    return [word for word in letters if word]


def _mask_characters(characters: str) -> str:
    if len(characters) > 2 and characters[:2] in COMPOUND_SURNAMES:
        return f"{characters[:2]}*"
    if len(characters) < 3:
        return f"{characters[:-1]}*"
    return f"{characters[0]}{'*' * min(len(characters) - 2, 2)}{characters[-1]}"


def _initial(word: str) -> str:
    """The first letter, as a capital where that is one letter too (ß is not)."""
    capital = word[0].upper()
    return capital if len(capital) == 1 else word[0]


def _tail(characters: str) -> str:
    return f"{_STARS}{characters[-4:]}" if characters else ""
