"""The demo clinic: founded once, with a day that is already alive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import func, insert, select, update

from clinic.hours import service_day
from clinic.identity.documents import check_digit
from clinic.interview import Asked
from clinic.questionnaire import Answer, Item, check
from clinic.setup import Setup
from server.api.house import House
from server.appointment_codes import sign
from server.commands import calling, checking_in, forms, pairing
from server.commands.checking_in import CheckIn
from server.commands.command import Answer as Told
from server.commands.command import Ask, Command, run
from server.commands.pairing import Assignment
from server.commands.patients import Particulars, keep_patient
from server.commands.setting_up import found_clinic, site_named
from server.demo.accounts import Account, keep_accounts, keep_secrets
from server.devices import Kind, link, new_claim
from server.queries.forms import form_of
from server.storage import tables as t
from server.storage.database import Database
from server.storage.days import load_setup

FOLDER = Path(__file__).parents[2] / "demo"
SOURCE = "demo"
CLI = "cli"

SOONEST_END = timedelta(minutes=10)
"""How long before the service day turns the last demo booking starts, where the start is late at night."""

DEVICES = (
    (Kind.KIOSK, "自助机 1", None),
    (Kind.SCREEN, "候诊大屏", "calls"),
    (Kind.SCREEN, "诊室进度屏", "progress"),
)


class NotADemo(Exception):
    """The database holds a clinic that no demo made here: set NEXTCHAIR_DATA to another folder for the demo."""


@dataclass(frozen=True, slots=True)
class Try:
    """A booked patient to try the terminal with: what to scan or type."""

    at: str
    code: str
    document: str
    phone: str
    born: str


@dataclass(frozen=True, slots=True)
class Demo:
    """What the start prints: links by device name, accounts, and booked patients who have not come yet."""

    links: tuple[tuple[str, str], ...]
    accounts: tuple[Account, ...]
    tries: tuple[Try, ...]


def open_demo(house: House) -> Demo:
    """Found the demo clinic in an empty database, or go on with it; on another day its appointments are made anew.

    Raises NotADemo rather than invent people into a clinic of somebody's own.
    """
    database = house.database
    people = _read("people.yaml")
    site_id = site_named(database, "main")
    file = house.settings.data / "demo.json"
    if site_id is not None and not file.exists():
        raise NotADemo(NotADemo.__doc__)
    secrets = keep_secrets(file, people["staff"])
    if site_id is None:
        site_id = found_clinic(database, _read("clinic.yaml"))
    accounts = keep_accounts(database, site_id, people["staff"], secrets)
    if not _has_day(database, site_id):
        _begin_day(house, site_id, people["patients"])
    return Demo(_links(house, site_id), accounts, _tries(house, site_id, people["patients"]))


def _read(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return read


def _has_day(database: Database, site_id: int) -> bool:
    """Whether the demo has appointments on the present service day."""
    with database.read() as connection:
        site = connection.execute(select(t.site).where(t.site.c.id == site_id)).one()
        setup = load_setup(database, connection, site)
        starts = connection.execute(
            select(func.max(t.appointment.c.starts)).where(
                t.appointment.c.site_id == site_id, t.appointment.c.source.startswith(SOURCE)
            )
        ).scalar()
        today = service_day(database.now(), setup.site.zone, setup.site.day_starts)
        return starts is not None and service_day(starts, setup.site.zone, setup.site.day_starts) >= today


def _begin_day(house: House, site_id: int, patients: list[dict[str, Any]]) -> None:
    booked = run(house.database, Ask(site_id, CLI), lambda command: _book(command, patients))
    for number, plan in enumerate(patients):
        if "state" in plan:
            _arrive(house, site_id, plan, booked["patients"][number], booked["appointments"][number])


def _book(command: Command, patients: list[dict[str, Any]]) -> Told:
    setup = command.day.setup
    patient_ids, appointment_ids = [], []
    for number, plan in enumerate(patients):
        patient_id = keep_patient(command, _particulars(number, plan))
        patient_ids.append(patient_id)
        appointment_ids.append(_appointment(command, setup, number, plan, patient_id) if "at" in plan else None)
    command.tell("imported", source=SOURCE, created=len(patients))
    return {"patients": patient_ids, "appointments": appointment_ids}


def _appointment(command: Command, setup: Setup, number: int, plan: Mapping[str, Any], patient_id: int) -> int:
    service = next(each for each in setup.services if each.code == plan["service"])
    starts = _within(command, _rounded(command.now) + timedelta(minutes=plan["at"]))
    made = command.connection.execute(
        insert(t.appointment)
        .values(
            site_id=setup.site.id,
            patient_id=patient_id,
            practitioner_id=next(each.id for each in setup.practitioners if each.code == plan["dentist"]),
            service_id=service.id,
            starts=starts,
            ends=starts + timedelta(minutes=service.minutes),
            source=f"{SOURCE}-{command.day.date}",
            external_id=str(number),
        )
        .returning(t.appointment.c.id)
    )
    return int(made.scalar_one())


def _particulars(number: int, plan: Mapping[str, Any]) -> Particulars:
    return Particulars(
        name=plan["name"],
        birth_date=plan["born"],
        phone=_phone(number),
        document=_document(number, plan["born"], plan["sex"]),
        sex=plan["sex"],
        language=plan.get("language", "zh-CN"),
    )


def _phone(number: int) -> str:
    return f"199000000{number:02d}"


def _document(number: int, born: date, sex: str) -> str:
    """A number with a valid check character and a region that does not exist (99)."""
    body = f"990101{born:%Y%m%d}{number:02d}{1 if sex == 'male' else 2}"
    return body + check_digit(body)


def _within(command: Command, starts: datetime) -> datetime:
    """The same time, or the nearest one of the present service day: only its bookings can be checked in."""
    site = command.day.setup.site
    begins = datetime.combine(command.day.date, site.day_starts, site.zone)
    return min(max(starts, begins), begins + timedelta(days=1) - SOONEST_END)


def _rounded(now: datetime) -> datetime:
    return now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0)


def _arrive(house: House, site_id: int, plan: Mapping[str, Any], patient_id: int, appointment_id: int | None) -> None:
    """Check somebody in and bring the visit as far as the plan says, by the commands that people use."""
    database, ask = house.database, Ask(site_id, CLI)
    with database.read() as connection:
        site = connection.execute(select(t.site).where(t.site.c.id == site_id)).one()
        setup = load_setup(database, connection, site)
    service = next(each.id for each in setup.services if each.code == plan["service"])
    arrival = CheckIn(
        patient_id=patient_id,
        appointment_id=appointment_id,
        service_id=service,
        where="desk",
        language=plan.get("language", "zh-CN"),
    )
    visit_id = checking_in.check_in(database, ask, arrival, origin=house.origin)["visit"]
    if plan["state"] == "waiting":
        return
    if plan["state"] == "seated":
        asked = form_of(database, house.questionnaires, visit_id)
        forms.fill_form(database, ask, visit_id, asked.answered(healthy(asked)))
    queue = next(q for q in setup.queues if setup.practitioner[q.practitioner_id or 0].code == plan["dentist"])
    calling.call_this(database, ask, visit_id, queue.room_ids[0])
    if plan["state"] == "seated":
        calling.check_identity(database, ask, visit_id, ["name", "birth_date"])
        calling.seat(database, ask, visit_id)


def healthy(asked: Asked) -> dict[str, Answer]:
    """The answers of somebody without complaints: agrees, ticks "none", has ordinary numbers."""
    answers: dict[str, Answer] = {}
    for _ in asked.questionnaire.by_link_id:
        missing = [p.link_id for p in check(asked.questionnaire, asked.whole(answers)) if p.code == "required"]
        if not missing:
            break
        answers.update({link_id: _plain(asked.questionnaire.by_link_id[link_id]) for link_id in missing})
    return answers


def _plain(item: Item) -> Answer:
    if item.type == "boolean":
        return item.link_id.startswith(("consent", "truthful"))
    if item.options:
        code = next((each for each in ("none", "no", "self") if each in item.codes), item.options[0].code)
        return [code] if item.repeats else code
    if item.type in ("integer", "decimal"):
        return round(item.minimum or 0)
    return "—"


def _links(house: House, site_id: int) -> tuple[tuple[str, str], ...]:
    """One link per demo device; whoever follows the newest one is the device."""
    base = house.local_address
    links = []
    for kind, name, screen in DEVICES:
        secret = _claim(house.database, site_id, kind, name, screen)
        links.append((name, link(base, kind, secret)))
    return tuple(links)


def _claim(database: Database, site_id: int, kind: Kind, name: str, screen: str | None) -> str:
    with database.read() as connection:
        device_id = connection.execute(
            select(t.device.c.id).where(
                t.device.c.site_id == site_id,
                t.device.c.kind == kind,
                t.device.c.name == name,
                t.device.c.revoked_at.is_(None),
            )
        ).scalar()
    if device_id is None:
        assignment = Assignment(name=name, screen=screen)
        return pairing.prepare(database, Ask(site_id, CLI), kind, assignment, screens=("calls", "progress"))[1]
    secret, key = new_claim(database)
    with database.write() as connection:
        renewed = {"claim_key": key, "asked_at": database.now()}
        connection.execute(update(t.device).where(t.device.c.id == device_id).values(renewed))
    return secret


def _tries(house: House, site_id: int, patients: list[dict[str, Any]]) -> tuple[Try, ...]:
    database = house.database
    with database.read() as connection:
        site = connection.execute(select(t.site).where(t.site.c.id == site_id)).one()
        rows = connection.execute(
            select(t.appointment)
            .where(
                t.appointment.c.site_id == site_id,
                t.appointment.c.source == f"{SOURCE}-{site.service_day}",
                t.appointment.c.id.not_in(
                    select(t.visit.c.appointment_id).where(t.visit.c.appointment_id.is_not(None))
                ),
            )
            .order_by(t.appointment.c.starts)
        ).all()
    zone = ZoneInfo(site.time_zone)
    tries = []
    for row in rows:
        number = int(row.external_id)
        plan = patients[number]
        tries.append(
            Try(
                at=f"{row.starts.astimezone(zone):%H:%M}",
                code=sign(database.vault, row.id, row.ends + timedelta(hours=12)),
                document=_document(number, plan["born"], plan["sex"]),
                phone=_phone(number),
                born=str(plan["born"]),
            )
        )
    return tuple(tries)
