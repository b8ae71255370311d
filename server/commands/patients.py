"""Patients as the clinic keeps them: found again or written down."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pypinyin import Style, lazy_pinyin
from sqlalchemy import insert, select, update

from clinic.errors import Refused
from clinic.identity import normalise_document, normalise_phone
from server.commands.command import Command
from server.storage import tables as t
from server.storage.vault import Vault

LONGEST_NAME = 120
SURNAMES = dict(zip("曾单解仇查区翟覃繁种召祭么折重", "zsxqzozqpcszysc", strict=True))
"""Hanzi that begin with another letter as a surname than elsewhere; the commoner reading of each surname."""
SEXES = ("male", "female", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What somebody says of themselves. Phone and document as typed; empty where there is none."""

    name: str
    birth_date: date | None = None
    phone: str = ""
    document: str = ""
    sex: str = "unknown"
    language: str = "zh-CN"


def keep_patient(command: Command, person: Particulars) -> int:
    """The id of this person: found by document, else by name, birth date and phone together, else new.

    Never a merge on a guess. Raises Refused `name_missing`, `name_too_long`.
    """
    known = _known(command, person)
    if known is not None:
        return known
    row = columns(command.database.vault, person)
    made = command.connection.execute(
        insert(t.patient).values(site_id=command.ask.site_id, created_at=command.now, **row).returning(t.patient.c.id)
    )
    return int(made.scalar_one())


def columns(vault: Vault, person: Particulars) -> dict[str, Any]:
    """The columns of `patient` for these particulars; numbers as keyed hashes with their last four characters."""
    name = " ".join(person.name.split())
    if not name:
        raise Refused("name_missing", unfit=True)
    if len(name) > LONGEST_NAME:
        raise Refused("name_too_long", unfit=True, most=LONGEST_NAME)
    phone = normalise_phone(person.phone)
    document = normalise_document(person.document)
    return {
        "name": name,
        "initials": initials(name),
        "phone_key": vault.keyed("phone", phone) if phone else None,
        "phone_tail": phone[-4:] if phone else None,
        "document_key": vault.keyed("document", document) if document else None,
        "document_tail": document[-4:] if document else None,
        "birth_date": person.birth_date,
        "sex": person.sex if person.sex in SEXES else "unknown",
        "language": person.language,
    }


def initials(name: str) -> str:
    """What the desk types to find a name: the first letter of each hanzi's pinyin and of each word, `wxm`, `js`."""
    letters = lazy_pinyin(
        name, style=Style.FIRST_LETTER, errors=lambda latin: "".join(word[0] for word in latin.split())
    )
    letters[:1] = [SURNAMES.get(name[:1], letter) for letter in letters[:1]]
    return "".join(letter for letter in "".join(letters) if letter.isalnum()).lower()[:40]


def _known(command: Command, person: Particulars) -> int | None:
    """Somebody with the same document; a known person's missing phone or document is filled in."""
    row = columns(command.database.vault, person)
    mine = t.patient.c.site_id == command.ask.site_id
    if row["document_key"]:
        same = mine & (t.patient.c.document_key == row["document_key"])
    elif row["phone_key"] and row["birth_date"]:
        same = mine & (t.patient.c.phone_key == row["phone_key"]) & (t.patient.c.birth_date == row["birth_date"])
        same = same & (t.patient.c.name == row["name"])
    else:
        return None
    found = command.connection.execute(select(t.patient).where(same).order_by(t.patient.c.id)).first()
    if found is None:
        return None
    missing = {name: row[name] for name in ("phone_key", "phone_tail") if not getattr(found, name) and row[name]}
    if missing:
        command.connection.execute(update(t.patient).where(t.patient.c.id == found.id).values(missing))
    return int(found.id)
