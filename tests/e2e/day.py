"""The patients of the story, and the files their bookings come in."""

import csv
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

from clinic.setup import Name

MAPPING = Path(__file__).parent / "columns.yaml"
HYGIENE = Name("洁牙", "Scaling")


@dataclass(frozen=True)
class Person:
    """A patient of the story; `masked` is how public screens name them. Region 99 of the document does not exist."""

    name: str
    masked: str
    born: date
    phone: str
    document: str


@dataclass(frozen=True)
class Cast:
    """Three booked patients in the order of their times, and one who just walks in."""

    first: Person
    second: Person
    third: Person
    walk_in: Person


CHINESE = Cast(
    Person("何秀兰", "何*兰", date(1951, 3, 8), "19900000101", "990101195103080028"),
    Person("孙立明", "孙*明", date(1988, 4, 16), "19900000102", "990101198804160016"),
    Person("欧阳思", "欧阳*", date(1995, 9, 21), "19900000103", "990101199509210046"),
    Person("卫国平", "卫*平", date(1972, 2, 29), "19900000104", "990101197202290011"),
)
ENGLISH = Cast(
    Person("Ruth Becker", "R. B***", date(1951, 3, 8), "19900000101", "990101195103080028"),
    Person("Tom Hale", "T. H***", date(1988, 4, 16), "19900000102", "990101198804160016"),
    Person("Ana Silva", "A. S***", date(1995, 9, 21), "19900000103", "990101199509210046"),
    Person("Omar Reed", "O. R***", date(1972, 2, 29), "19900000104", "990101197202290011"),
)
CAST = {"zh-CN": CHINESE, "en": ENGLISH}

Slots = tuple[datetime, datetime, datetime]

EXPORTED = date(2026, 3, 2)
"""The files are of another day: the import moves them to today."""


def slots(now: datetime) -> Slots:
    """When the three are booked: a little before now, so that nobody is too early."""
    minute = now.replace(second=0, microsecond=0)
    return minute - timedelta(minutes=25), minute - timedelta(minutes=15), minute - timedelta(minutes=5)


def as_table(cast: Cast, starts: Slots) -> bytes:
    """The bookings as a clinic's spreadsheet exports them: a table in GBK."""
    out = StringIO()
    table = csv.writer(out)
    table.writerow(["编号", "患者", "生日", "手机", "身份证", "日期", "时间", "医师", "看什么"])
    for number, (person, at) in enumerate(_booked(cast, starts), start=1):
        when = [f"{EXPORTED:%Y/%m/%d}", f"{at:%H:%M}"]
        table.writerow(
            [number, person.name, f"{person.born:%Y-%m-%d}", person.phone, person.document, *when, "李文", "洁牙"]
        )
    return out.getvalue().encode("gbk")


def as_bundle(cast: Cast, starts: Slots) -> bytes:
    """The bookings as HL7 FHIR R4."""
    resources: list[dict[str, object]] = []
    for number, (person, at) in enumerate(_booked(cast, starts), start=1):
        first, _, last = person.name.partition(" ")
        moved = datetime.combine(EXPORTED, at.timetz())
        resources += [
            {
                "resourceType": "Patient",
                "id": f"p{number}",
                "identifier": [{"system": "urn:oid:2.16.156.10011.1.3", "value": person.document}],
                "name": [{"given": [first], "family": last}],
                "birthDate": f"{person.born:%Y-%m-%d}",
                "telecom": [{"system": "phone", "value": person.phone}],
                "communication": [{"language": {"coding": [{"code": "en"}]}, "preferred": True}],
            },
            {
                "resourceType": "Appointment",
                "id": f"a{number}",
                "status": "booked",
                "start": moved.isoformat(),
                "end": (moved + timedelta(minutes=30)).isoformat(),
                "serviceType": [{"text": "Scaling"}],
                "participant": [
                    {"actor": {"reference": f"Patient/p{number}"}, "status": "accepted"},
                    {"actor": {"display": "Dr Li Wen"}, "status": "accepted"},
                ],
            },
        ]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}
    return json.dumps(bundle).encode()


def _booked(cast: Cast, starts: Slots) -> list[tuple[Person, datetime]]:
    return list(zip((cast.first, cast.second, cast.third), starts, strict=True))
