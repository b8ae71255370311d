"""A small clinic and its patients, for the console's tests."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from clinic.questionnaire import Flag, Words
from clinic.queue import Day
from clinic.setup import Area, Chair, Name, Practitioner, Queue, Room, Service, Setup, Site
from clinic.visit import IN_CHAIR, OVER, State, Visit
from reception.people import Person

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 10, 42, tzinfo=ZONE)
SCALING, IMAGE, REVIEW = 1, 2, 3
LI, XRAY, SHARED = 1, 2, 3
ROOM_3, ROOM_X, ROOM_4 = 3, 9, 4
CHAIR_3 = 31


def setup() -> Setup:
    """A dentist with a room, an imaging room, and a queue that two rooms share."""
    return Setup(
        site=Site(1, "main", Name("白榆口腔", "Baiyu Dental"), "Asia/Shanghai"),
        areas=(Area(1, "A", Name("候诊区 A", "Area A")),),
        services=(
            Service(SCALING, "scaling", Name("洁牙", "Scaling"), 40, "A"),
            Service(IMAGE, "image", Name("拍片", "Imaging"), 10, "C", imaging=True, walk_in=False),
            Service(REVIEW, "review", Name("复查", "Check"), 20, "B"),
        ),
        practitioners=(Practitioner(7, "li", Name("李文", "Li Wen")),),
        rooms=(
            Room(ROOM_3, 1, "3", Name("诊室 3", "Room 3"), Name(""), (Chair(CHAIR_3, ROOM_3, "3A"),)),
            Room(ROOM_X, 1, "影像", Name("影像室", "Imaging"), Name(""), (Chair(91, ROOM_X, "X"),)),
            Room(ROOM_4, 1, "4", Name("诊室 4", "Room 4"), Name(""), (Chair(41, ROOM_4, "A"), Chair(42, ROOM_4, "B"))),
        ),
        queues=(
            Queue(LI, "li", Name("李文 医生", "Dr Li Wen"), 7, (SCALING,), (ROOM_3,)),
            Queue(XRAY, "xray", Name("影像", "Imaging"), None, (IMAGE,), (ROOM_X,)),
            Queue(SHARED, "shared", Name("复查", "Check"), None, (REVIEW, SCALING), (ROOM_3, ROOM_4)),
        ),
    )


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def visit(number: int, state: State = State.WAITING, **columns: object) -> Visit:
    """Visit `number` of its state: at a door or in a chair it has room 3, once called it has a call."""
    plain = Visit(
        id=number,
        patient_id=100 + number,
        service_day=TODAY,
        ticket=f"A{number:03d}",
        state=state,
        since=ago(5),
        queue_id=LI,
        service_id=SCALING,
        arrived_at=ago(20 - number / 100),
    )
    if state not in (State.WAITING, State.STEPPED_OUT, State.ON_HOLD, State.MISSED, *OVER):
        plain = replace(plain, room_id=ROOM_3, calls=1, called_at=ago(6), called_by="staff:2", call_rev=number)
    if state in IN_CHAIR:
        plain = replace(plain, chair_id=CHAIR_3, seated_at=ago(5))
    return replace(plain, **columns)  # type: ignore[arg-type]


def day(*visits: Visit) -> Day:
    return Day(setup(), TODAY, {each.id: each for each in visits})


def flag(name: str, severity: str = "caution", *, level: int | None = None, infection: bool = False) -> Flag:
    words = Words(f"提示 {name}", f"note {name}")
    return Flag(name, severity, ("extraction",), words, level, infection)  # type: ignore[arg-type]


def person(name: str = "韩雪梅", masked: str = "韩*梅", **more: object) -> Person:
    return Person(name=name, masked=masked, **more)  # type: ignore[arg-type]


def people(*visits: Visit) -> Mapping[int, Person]:
    return {each.id: person() for each in visits}
