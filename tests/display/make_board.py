"""Boards and slips as the clinic gives them to screens."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clinic.board import Board, Call, ChairLine, Door, Next, RoomLine, Slip
from clinic.ordering import Ahead
from clinic.setup import Name
from clinic.waits import Wait

NOW = datetime(2026, 11, 23, 10, 42, 7, tzinfo=ZoneInfo("Asia/Shanghai"))
CLINIC = Name("白榆口腔", "Baiyu Dental")


def door(code: str = "3", **names: Any) -> Door:
    if code.isdigit():
        plain = Door(code, Name(f"{code} 号诊室", f"Room {code}"), Name("右手第二间", "second on the right"))
    else:
        plain = Door(code, Name(f"{code}室", "Imaging"), Name("走到底", "at the end"))
    return replace(plain, **names)


def call(ticket: str = "A023", id_: int = 7, seconds_ago: float = 5, **changes: Any) -> Call:
    plain = Call(
        id=id_,
        ticket=ticket,
        name="王*明",
        door=door(),
        times=1,
        at=NOW - timedelta(seconds=seconds_ago),
        open=True,
        urgent=False,
        language="zh-CN",
    )
    return replace(plain, **changes)


def chair(code: str = "1", ticket: str = "", state: str = "seated") -> ChairLine:
    since = NOW - timedelta(minutes=12)
    return ChairLine(code, state, ticket, since) if ticket else ChairLine(code, "free", "", None)


def room(code: str = "3", **changes: Any) -> RoomLine:
    plain = RoomLine(
        door=door(code),
        dentist=Name("李文 医生", "Dr Li Wen"),
        chairs=(chair("1", f"B{code:0>3}" if code.isdigit() else "C007"),),
        called="",
        waiting=3,
        wait=Wait(10, 20, "recent"),
    )
    return replace(plain, **changes)


def board(**changes: Any) -> Board:
    plain = Board(
        clinic=CLINIC,
        area=Name("候诊区 A", "Waiting area A"),
        at=NOW,
        calls=(),
        withdrawn=(),
        next=(),
        missed=(),
        rooms=(),
        waiting=0,
    )
    return replace(plain, **changes)


def busy_board(**changes: Any) -> Board:
    """A morning as in any clinic: one just called, three before, four to come, with the awkward names and numbers."""
    plain = board(
        calls=(
            call("A023", 9, 5, times=2),
            call("B011", 8, 95, name="陈*", door=door("5"), open=False),
            call("A022", 7, 140, name="欧阳*", door=door("1"), open=False),
            call("C007", 6, 200, name="李*华", door=door("影像"), open=False),
        ),
        next=(
            Next("A024", "周*芳", door("3")),
            Next("B012", "", door("5")),
            Next("A1025", "J. S***", door("2")),
            Next("C008", "赵*", door("影像")),
        ),
        rooms=(
            room("1", chairs=(chair("1", "A022"),), waiting=4, wait=Wait(15, 25, "recent")),
            room(
                "2",
                chairs=(chair("1", "A021"), chair("2", "A1019", "waiting_in_chair")),
                waiting=2,
                wait=Wait(0, 5, "planned"),
            ),
            room("3", chairs=(chair("1"),), called="A023"),
            room("4", dentist=None, chairs=(chair("1"),), waiting=0, wait=None),
            room(
                "5",
                chairs=(chair("1", "B011"), chair("2"), chair("3", "B010")),
                waiting=5,
                wait=Wait(60, 60, "planned", True),
            ),
            room("影像", dentist=Name("吴倩 技师", "Wu Qian"), waiting=1, wait=None),
        ),
        missed=("A017", "B006"),
        waiting=14,
    )
    return replace(plain, **changes)


def slip(state: str = "waiting", **changes: Any) -> Slip:
    plain = Slip(
        ticket="A023",
        name="王*明",
        state=state,
        position=3 if state == "waiting" else None,
        ahead=(Ahead("booked", 1, NOW), Ahead("walk_in", 1)) if state == "waiting" else (),
        wait=Wait(10, 20, "recent") if state == "waiting" else None,
        service=Name("洁牙", "Scaling"),
        dentist=Name("李文 医生", "Dr Li Wen"),
        door=door("3", directions=Name("上二楼，右手第二间", "second floor, second on the right")),
        calls=2 if state == "called" else 0,
        called_at=NOW if state == "called" else None,
        slot=None,
        form="none",
        out_until=NOW + timedelta(minutes=15) if state == "stepped_out" else None,
        withdrawn=False,
        missed=0,
    )
    return replace(plain, **changes)
