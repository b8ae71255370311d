"""Every table, in one place."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. Naive values are refused: they mean another hour on every machine."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored: give it a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _site() -> Column[int]:
    return Column("site_id", ForeignKey("site.id"), nullable=False, index=True)


def _names() -> tuple[Column[str], Column[str]]:
    return Column("name_zh", String(80), nullable=False), Column(
        "name_en", String(80), nullable=False, server_default=""
    )


def _to(name: str, target: str, *, nullable: bool = True, **options: Any) -> Column[int]:
    return Column(name, ForeignKey(f"{target}.id"), nullable=nullable, **options)


site = Table(
    "site",
    metadata,
    _id(),
    *_names(),
    Column("code", String(20), nullable=False, unique=True),
    Column("time_zone", String(60), nullable=False),
    Column("day_starts", String(5), nullable=False, server_default="04:00"),
    Column("step_out_minutes", Integer, nullable=False, server_default="15"),
    Column("masks_names", Boolean, nullable=False, server_default=text("true")),
    Column("policy", JSON, nullable=False),
    Column("setup_rev", Integer, nullable=False, server_default="0"),
    Column("rev", Integer, nullable=False, server_default="0"),
    Column("last_at", UtcDateTime, nullable=False),
    Column("service_day", Date),
)

installation = Table(
    "installation",
    metadata,
    _id(),
    Column("key_mark", String(64), nullable=False),
)
"""One row: the mark of the key that this database was begun with."""

area = Table(
    "area",
    metadata,
    _id(),
    _site(),
    *_names(),
    Column("code", String(20), nullable=False),
    UniqueConstraint("site_id", "code"),
)

service = Table(
    "service",
    metadata,
    _id(),
    _site(),
    *_names(),
    Column("code", String(20), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("prefix", String(2), nullable=False),
    Column("sensitive", Boolean, nullable=False, server_default=text("false")),
    Column("imaging", Boolean, nullable=False, server_default=text("false")),
    Column("walk_in", Boolean, nullable=False, server_default=text("true")),
    Column("position", Integer, nullable=False, server_default="0"),
    UniqueConstraint("site_id", "code"),
)

practitioner = Table(
    "practitioner",
    metadata,
    _id(),
    _site(),
    *_names(),
    Column("code", String(40), nullable=False),
    UniqueConstraint("site_id", "code"),
)

room = Table(
    "room",
    metadata,
    _id(),
    _site(),
    *_names(),
    _to("area_id", "area", nullable=False),
    Column("code", String(8), nullable=False),
    Column("directions_zh", String(80), nullable=False, server_default=""),
    Column("directions_en", String(80), nullable=False, server_default=""),
    Column("position", Integer, nullable=False, server_default="0"),
    UniqueConstraint("site_id", "code"),
)

chair = Table(
    "chair",
    metadata,
    _id(),
    _to("room_id", "room", nullable=False),
    Column("code", String(8), nullable=False),
    UniqueConstraint("room_id", "code"),
)

queue = Table(
    "queue",
    metadata,
    _id(),
    _site(),
    *_names(),
    _to("practitioner_id", "practitioner"),
    Column("code", String(20), nullable=False),
    Column("position", Integer, nullable=False, server_default="0"),
    UniqueConstraint("site_id", "code"),
)

queue_service = Table(
    "queue_service",
    metadata,
    _to("queue_id", "queue", nullable=False, primary_key=True),
    _to("service_id", "service", nullable=False, primary_key=True),
)

queue_room = Table(
    "queue_room",
    metadata,
    _to("queue_id", "queue", nullable=False, primary_key=True),
    _to("room_id", "room", nullable=False, primary_key=True),
)

patient = Table(
    "patient",
    metadata,
    _id(),
    _site(),
    Column("name", String(120), nullable=False),
    Column("initials", String(40), nullable=False, server_default=""),
    Column("phone_key", String(64)),
    Column("phone_tail", String(4)),
    Column("document_key", String(64)),
    Column("document_tail", String(4)),
    Column("birth_date", Date),
    Column("sex", String(8), nullable=False, server_default="unknown"),
    Column("language", String(8), nullable=False, server_default="zh-CN"),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_patient_phone", "site_id", "phone_key"),
    Index("ix_patient_document", "site_id", "document_key"),
    Index("ix_patient_tail", "site_id", "phone_tail"),
    Index("ix_patient_initials", "site_id", "initials"),
)

patient_identifier = Table(
    "patient_identifier",
    metadata,
    _id(),
    _site(),
    _to("patient_id", "patient", nullable=False, index=True),
    Column("source", String(80), nullable=False),
    Column("value_key", String(64), nullable=False),
    UniqueConstraint("site_id", "source", "value_key"),
)
"""A number another system knows a patient by, as a keyed hash: it is compared, never shown."""

appointment = Table(
    "appointment",
    metadata,
    _id(),
    _site(),
    _to("patient_id", "patient", nullable=False, index=True),
    _to("practitioner_id", "practitioner"),
    _to("service_id", "service", nullable=False),
    Column("starts", UtcDateTime, nullable=False),
    Column("ends", UtcDateTime, nullable=False),
    Column("status", String(20), nullable=False, server_default="booked"),
    Column("source", String(80), nullable=False, server_default=""),
    Column("external_id", String(120), nullable=False, server_default=""),
    Index("ix_appointment_starts", "site_id", "starts"),
    Index(
        "uq_appointment_external",
        "site_id",
        "source",
        "external_id",
        unique=True,
        sqlite_where=text("external_id <> ''"),
        postgresql_where=text("external_id <> ''"),
    ),
)

visit = Table(
    "visit",
    metadata,
    _id(),
    _site(),
    _to("patient_id", "patient", nullable=False, index=True),
    Column("service_day", Date, nullable=False),
    Column("ticket", String(8), nullable=False),
    Column("state", String(20), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    _to("queue_id", "queue", nullable=False),
    _to("service_id", "service", nullable=False),
    Column("arrived_at", UtcDateTime, nullable=False),
    _to("appointment_id", "appointment"),
    Column("slot", UtcDateTime),
    Column("rank_at", UtcDateTime),
    Column("first_visit", Boolean, nullable=False),
    Column("language", String(8), nullable=False),
    Column("triage", Integer, nullable=False),
    Column("priority", String(20)),
    Column("form", String(10), nullable=False),
    Column("identity_checked", Boolean, nullable=False),
    _to("room_id", "room"),
    _to("chair_id", "chair"),
    Column("calls", Integer, nullable=False),
    Column("called_at", UtcDateTime),
    Column("called_by", String(40)),
    Column("call_rev", Integer),
    Column("withdrawn_at", UtcDateTime),
    Column("seated_at", UtcDateTime),
    Column("missed", Integer, nullable=False),
    Column("out_until", UtcDateTime),
    _to("back_queue_id", "queue"),
    _to("back_service_id", "service"),
    Column("pin_ahead", JSON(none_as_null=True)),
    Column("pin_reason", String(20)),
    Column("pin_by", String(40)),
    Column("pin_at", UtcDateTime),
    Column("pin_shift", Integer, nullable=False),
    Column("note_id", Integer),
    UniqueConstraint("site_id", "service_day", "ticket"),
)

ticket_counter = Table(
    "ticket_counter",
    metadata,
    _to("site_id", "site", nullable=False, primary_key=True),
    Column("service_day", Date, primary_key=True),
    Column("prefix", String(2), primary_key=True),
    Column("last", Integer, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    _to("site_id", "site", nullable=False, primary_key=True),
    Column("rev", Integer, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(40), nullable=False),
    Column("desk", String(40), nullable=False, server_default=""),
    Column("service_day", Date, nullable=False),
    Column("fact", String(40), nullable=False),
    Column("v", Integer, nullable=False),
    Column("visit_id", Integer),
    Column("body", JSON, nullable=False),
    Index("ix_journal_visit", "visit_id"),
    Index("ix_journal_day", "site_id", "service_day"),
)

request = Table(
    "request",
    metadata,
    Column("actor", String(40), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("rev", Integer),
    Column("at", UtcDateTime, nullable=False, index=True),
)

note = Table(
    "note",
    metadata,
    _id(),
    _site(),
    _to("visit_id", "visit", index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("by", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
"""Free text that staff wrote, encrypted; the journal points to it by id, so it can be erased."""

form = Table(
    "form",
    metadata,
    _id(),
    _site(),
    _to("visit_id", "visit", nullable=False, index=True),
    Column("questionnaire", String(60), nullable=False),
    Column("version", String(20), nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("by", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
"""A filled questionnaire: sealed is {"answers": {…}, "flags": […]}. Later rows of a visit replace earlier ones;
what was answered before the number only is not complete."""

card = Table(
    "card",
    metadata,
    _id(),
    _site(),
    _to("visit_id", "visit"),
    _to("device_id", "device"),
    _to("printer_id", "printer"),
    Column("kind", String(30), nullable=False),
    Column("about", JSON, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("taken_by", String(40)),
    Column("taken_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Index(
        "ix_card_open", "site_id", sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL")
    ),
)
"""Something staff should look at: help asked for, a red flag, a printer in trouble, a clock that jumped."""

printer = Table(
    "printer",
    metadata,
    _id(),
    _site(),
    Column("name", String(60), nullable=False),
    Column("address", String(200), nullable=False),
    Column("profile", String(30), nullable=False),
    Column("position", Integer, nullable=False, server_default="0"),
    UniqueConstraint("site_id", "name"),
)

print_job = Table(
    "print_job",
    metadata,
    _id(),
    _site(),
    _to("visit_id", "visit", index=True),
    _to("printer_id", "printer", nullable=False),
    Column("paper", String(30), nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("reprint", Boolean, nullable=False, server_default=text("false")),
    Column("state", String(12), nullable=False, server_default="waiting"),
    Column("rendered", LargeBinary),
    Column("grade", String(1)),
    Column("why", String(40)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index(
        "ix_print_job_open",
        "printer_id",
        "id",
        sqlite_where=text("state IN ('waiting', 'sending')"),
        postgresql_where=text("state IN ('waiting', 'sending')"),
    ),
)
"""A document on its way to paper: waiting, sending, then printed, not_printed or unknown."""

device = Table(
    "device",
    metadata,
    _id(),
    _to("site_id", "site"),
    _to("printer_id", "printer"),
    Column("kind", String(12), nullable=False),
    Column("name", String(60), nullable=False, server_default=""),
    Column("token_key", String(64), unique=True),
    Column("claim_key", String(64), unique=True),
    Column("code", String(8), index=True),
    Column("screen", String(20)),
    Column("options", JSON, nullable=False),
    Column("language", String(8), nullable=False, server_default="zh-CN"),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("approved_at", UtcDateTime),
    Column("approved_by", String(40)),
    Column("revoked_at", UtcDateTime),
    Column("seen_at", UtcDateTime),
)
"""A kiosk or a screen: asked (code), approved (token), revoked. `claim_key` is for links made ahead by the command
line.
"""

staff = Table(
    "staff",
    metadata,
    _id(),
    _site(),
    *_names(),
    _to("room_id", "room"),
    Column("login", String(40), nullable=False),
    Column("roles", JSON, nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("pin_hash", String(200)),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("login"),
)

desk = Table(
    "desk",
    metadata,
    _id(),
    _site(),
    Column("token_key", String(64), nullable=False, unique=True),
    _to("staff_id", "staff"),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("locked_at", UtcDateTime),
    Column("wrong_pins", Integer, nullable=False, server_default="0"),
)
"""A signed-in console. `staff_id` is who acts now; `desk_member` are those who may switch to it by PIN."""

desk_member = Table(
    "desk_member",
    metadata,
    _to("desk_id", "desk", nullable=False, primary_key=True),
    _to("staff_id", "staff", nullable=False, primary_key=True),
)

phone_link = Table(
    "phone_link",
    metadata,
    Column("token_key", String(64), primary_key=True),
    _to("visit_id", "visit", nullable=False),
    _to("site_id", "site", nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

conversation = Table(
    "conversation",
    metadata,
    Column("token_key", String(64), primary_key=True),
    _to("device_id", "device", nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)
"""What a patient has said to a terminal so far, encrypted, for minutes."""

lease = Table(
    "lease",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("holder", String(60), nullable=False),
    Column("until", UtcDateTime, nullable=False),
)
"""Who does a job that only one process may do: the clock of a site, the worker of a printer."""

attempt = Table(
    "attempt",
    metadata,
    Column("what", String(120), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)
"""How often something guessable was tried lately: sign-ins, PINs, pairing codes, identities."""
