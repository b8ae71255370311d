"""Values and clinics for tests, made by functions."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select

from clinic.queue import Day
from clinic.setup import Area, Chair, Name, Practitioner, Queue, Room, Service, Setup, Site
from clinic.visit import State, Visit
from server.storage import tables as t

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai."""


def setup(rooms: int = 2, chairs: int = 1, shared: bool = False) -> Setup:
    """A clinic with a queue per room, or with one queue that all rooms share; an imaging room comes last."""
    imaging = rooms + 1
    consult = tuple(range(1, rooms + 1))
    queues = [Queue(n, f"q{n}", Name(f"队{n}"), n, (1,), consult if shared else (n,)) for n in consult]
    return Setup(
        site=Site(1, "main", Name("白榆口腔", "Baiyu Dental"), "Asia/Shanghai", time(4)),
        areas=(Area(1, "A", Name("候诊区 A", "Waiting area A")),),
        services=(
            Service(1, "consult", Name("初诊", "Consultation"), 20, "A"),
            Service(2, "imaging", Name("影像", "Imaging"), 10, "X", imaging=True, walk_in=False),
        ),
        practitioners=tuple(Practitioner(n, f"d{n}", Name(f"医生{n}", f"Dr {n}")) for n in consult),
        rooms=tuple(
            Room(
                n,
                1,
                str(n) if n < imaging else "影像",
                Name(f"{n} 号诊室", f"Room {n}") if n < imaging else Name("影像室", "Imaging"),
                Name(""),
                tuple(Chair(n * 10 + c, n, str(c)) for c in range(1, chairs + 1)),
            )
            for n in (*consult, imaging)
        ),
        queues=(*(queues[:1] if shared else queues), Queue(99, "x", Name("影像"), None, (2,), (imaging,))),
    )


def visit(id_: int = 1, **changes: Any) -> Visit:
    """A waiting walk-in who arrived `id_` minutes after ten."""
    arrived = changes.pop("arrived_at", NOW + timedelta(minutes=id_))
    plain = Visit(
        id=id_,
        patient_id=id_,
        service_day=TODAY,
        ticket=f"A{id_:03d}",
        state=State.WAITING,
        since=arrived,
        queue_id=1,
        service_id=1,
        arrived_at=arrived,
    )
    return replace(plain, **changes)


def day(visits: Iterable[Visit] = (), **options: Any) -> Day:
    return Day(setup(**options), TODAY, {each.id: each for each in visits})


def clinic_rows(connection: Connection, made: Setup, now: datetime = NOW) -> None:
    """The rows of a set-up, with the ids it has."""

    def add(table: Any, rows: Iterable[dict[str, Any]]) -> None:
        if values := list(rows):
            connection.execute(insert(table), values)
            _count_on(connection, table)

    def named(each: Any) -> dict[str, Any]:
        return {"id": each.id, "site_id": site.id, "code": each.code, "name_zh": each.name.zh, "name_en": each.name.en}

    site = made.site
    row = {"id": site.id, "code": site.code, "name_zh": site.name.zh, "name_en": site.name.en, "last_at": now}
    add(
        t.site,
        [{**row, "time_zone": site.time_zone, "policy": list(made.policy), "day_starts": str(site.day_starts)[:5]}],
    )
    add(t.area, map(named, made.areas))
    flags = ("minutes", "prefix", "sensitive", "imaging", "walk_in")
    add(t.service, [{**named(s), **{flag: getattr(s, flag) for flag in flags}} for s in made.services])
    add(t.practitioner, map(named, made.practitioners))
    add(t.room, [{**named(room), "area_id": room.area_id} for room in made.rooms])
    add(t.chair, [{"id": c.id, "room_id": c.room_id, "code": c.code} for room in made.rooms for c in room.chairs])
    add(t.queue, [{**named(queue), "practitioner_id": queue.practitioner_id} for queue in made.queues])
    add(t.queue_service, [{"queue_id": q.id, "service_id": s} for q in made.queues for s in q.service_ids])
    add(t.queue_room, [{"queue_id": q.id, "room_id": r} for q in made.queues for r in q.room_ids])


def patients(connection: Connection, count: int, site_id: int = 1, now: datetime = NOW) -> list[int]:
    """Patients 1 to `count`; the first is 王小明, all others have names of their own."""
    names = ["王小明", *(f"李{chr(0x4E00 + 37 * n)}" for n in range(1, count))]
    rows = [
        {"id": n, "site_id": site_id, "name": name, "birth_date": date(1980, 1, 1), "created_at": now}
        for n, name in enumerate(names, start=1)
    ]
    connection.execute(insert(t.patient), rows)
    _count_on(connection, t.patient)
    return [row["id"] for row in rows]  # type: ignore[misc]


def _count_on(connection: Connection, table: Any) -> None:
    """PostgreSQL does not count ids that were given by hand."""
    if connection.dialect.name == "postgresql" and "id" in table.c:
        counter = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(counter, select(func.max(table.c.id)).scalar_subquery())))
