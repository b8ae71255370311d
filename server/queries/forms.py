"""Which questionnaire a visit gets, and what is known of it already."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from clinic.identity import age_on
from clinic.interview import Asked
from clinic.questionnaire import Answers, Flag, Questionnaire, choose
from server.storage import tables as t
from server.storage.database import Database
from server.storage.forms import open_form

REVIEW = choose(None, True)
"""The short questionnaire that asks what has changed: it does not count as a full one."""


def form_of(database: Database, questionnaires: Mapping[str, Questionnaire], visit_id: int) -> Asked:
    """What to ask the patient of this visit. Raises LookupError for an unknown visit."""
    with database.read() as connection:
        visit = connection.execute(
            select(t.visit.c.patient_id, t.visit.c.service_day).where(t.visit.c.id == visit_id)
        ).one_or_none()
        if visit is None:
            raise LookupError(f"no visit {visit_id}")
        begun = connection.execute(
            select(t.form.c.sealed).where(t.form.c.visit_id == visit_id).order_by(t.form.c.id.desc()).limit(1)
        ).scalar()
        given = open_form(database.vault, begun)[0] if begun else {}
        return _asked(database, connection, questionnaires, visit.patient_id, visit.service_day, visit_id, given)


def form_for(database: Database, questionnaires: Mapping[str, Questionnaire], patient_id: int, today: date) -> Asked:
    """What to ask a patient who is about to check in."""
    with database.read() as connection:
        return _asked(database, connection, questionnaires, patient_id, today, 0, {})


def first_form(questionnaires: Mapping[str, Questionnaire], born: date | None, sex: str, today: date) -> Asked:
    """What to ask somebody who was never here."""
    age = age_on(born, today) if born else None
    return Asked(questionnaires[choose(age, False)], _known(age, sex, revisit=False))


def _asked(
    database: Database,
    connection: Connection,
    questionnaires: Mapping[str, Questionnaire],
    patient_id: int,
    today: date,
    visit_id: int,
    given: Answers,
) -> Asked:
    patient = connection.execute(select(t.patient).where(t.patient.c.id == patient_id)).one()
    age = age_on(patient.birth_date, today) if patient.birth_date else None
    last = _last_full(connection, patient_id, visit_id)
    good_for = timedelta(days=questionnaires[choose(age, False)].valid_for_days)
    revisit = last is not None and database.now() - last.at < good_for
    earlier: tuple[Flag, ...] = open_form(database.vault, last.sealed)[1] if last is not None and revisit else ()
    return Asked(questionnaires[choose(age, revisit)], _known(age, patient.sex, revisit=revisit), given, earlier)


def _known(age: int | None, sex: str, *, revisit: bool) -> Answers:
    """The hidden items; an unknown age is left out, so that its questions are asked."""
    known: dict[str, Any] = {"pt_sex": sex if sex in ("male", "female") else "unknown", "is_revisit": revisit}
    return known if age is None else {**known, "pt_age": age}


def _last_full(connection: Connection, patient_id: int, but_visit: int) -> Row[Any] | None:
    """The last complete questionnaire of other visits that was more than a review of changes."""
    return connection.execute(
        select(t.form)
        .join_from(t.form, t.visit, t.form.c.visit_id == t.visit.c.id)
        .where(
            t.visit.c.patient_id == patient_id,
            t.visit.c.id != but_visit,
            t.form.c.complete,
            t.form.c.questionnaire != REVIEW,
        )
        .order_by(t.form.c.id.desc())
        .limit(1)
    ).one_or_none()
