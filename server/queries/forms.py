"""Which questionnaire a visit gets, what its hidden items are, and what was answered so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Connection, select

from clinic.identity import age_on
from clinic.questionnaire import Answer, Answers, Questionnaire, choose
from server.storage import tables as t
from server.storage.database import Database

RETURN = "dental-return"
"""The short questionnaire: it does not count as a full one."""


@dataclass(frozen=True, slots=True)
class FormOf:
    """The questionnaire of a visit. `known` fills its hidden items; `answers` were given today already."""

    questionnaire: Questionnaire
    known: dict[str, Answer]
    answers: Answers


def form_of(database: Database, questionnaires: Mapping[str, Questionnaire], visit_id: int) -> FormOf:
    """What to ask the patient of this visit. Raises LookupError for an unknown visit."""
    with database.read() as connection:
        row = connection.execute(
            select(t.visit.c.service_day, t.patient).join_from(t.visit, t.patient).where(t.visit.c.id == visit_id)
        ).one_or_none()
        if row is None:
            raise LookupError(f"no visit {visit_id}")
        revisit = is_revisit(database, connection, questionnaires, row.id, before=visit_id)
        given = _given(database, connection, visit_id)
    age = None if row.birth_date is None else age_on(row.birth_date, row.service_day)
    known: dict[str, Answer] = {"pt_sex": row.sex, "is_revisit": revisit}
    return FormOf(questionnaires[choose(age, revisit)], known if age is None else {**known, "pt_age": age}, given)


def is_revisit(
    database: Database,
    connection: Connection,
    questionnaires: Mapping[str, Questionnaire],
    patient_id: int,
    before: int | None = None,
) -> bool:
    """Whether the patient answered a full questionnaire at an earlier visit, less than its `valid_for_days` ago."""
    rows = connection.execute(
        select(t.form.c.questionnaire, t.form.c.at)
        .join_from(t.form, t.visit)
        .where(t.visit.c.patient_id == patient_id, t.visit.c.form == "done", t.visit.c.id != (before or 0))
    ).all()
    now = database.now()
    return any(
        row.questionnaire != RETURN
        and row.questionnaire in questionnaires
        and now - row.at < timedelta(days=questionnaires[row.questionnaire].valid_for_days)
        for row in rows
    )


def _given(database: Database, connection: Connection, visit_id: int) -> Answers:
    """The answers of the newest row: the red flags before the number, or a form that is being changed."""
    sealed = connection.execute(
        select(t.form.c.sealed).where(t.form.c.visit_id == visit_id).order_by(t.form.c.id.desc()).limit(1)
    ).scalar()
    return {} if sealed is None else cast(Answers, cast(dict[str, Any], database.vault.unseal(sealed))["answers"])
