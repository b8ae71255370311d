"""How a clinic is set up: services, rooms, chairs, queues, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import cached_property
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the clinic's two languages; `en` falls back to `zh` where nobody gave one."""

    zh: str
    en: str = ""

    def in_(self, language: str) -> str:
        return self.en or self.zh if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Site:
    """One clinic at one address. `day_starts` is the local time at which a new service day begins."""

    id: int
    code: str
    name: Name
    time_zone: str
    day_starts: time = time(4)
    step_out_minutes: int = 15
    masks_names: bool = True

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Area:
    """A waiting area; screens show the calls of their areas."""

    id: int
    code: str
    name: Name


@dataclass(frozen=True, slots=True)
class Service:
    """What a patient comes for. `minutes` is its planned length, `prefix` the letter of its tickets."""

    id: int
    code: str
    name: Name
    minutes: int
    prefix: str
    sensitive: bool = False
    imaging: bool = False
    walk_in: bool = True


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A dentist, hygienist or radiographer."""

    id: int
    code: str
    name: Name


@dataclass(frozen=True, slots=True)
class Chair:
    id: int
    room_id: int
    code: str


@dataclass(frozen=True, slots=True)
class Room:
    """A place patients are called to; `code` is what stands on its door (one or two digits, or up to four hanzi)."""

    id: int
    area_id: int
    code: str
    name: Name
    directions: Name
    chairs: tuple[Chair, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """A line of waiting patients: whose it is, for which services, and which rooms call from it."""

    id: int
    code: str
    name: Name
    practitioner_id: int | None
    service_ids: tuple[int, ...]
    room_ids: tuple[int, ...]


@dataclass(frozen=True)
class Setup:
    """The whole set-up of one site, in the clinic's own order, with look-ups by id."""

    site: Site
    areas: tuple[Area, ...] = ()
    services: tuple[Service, ...] = ()
    practitioners: tuple[Practitioner, ...] = ()
    rooms: tuple[Room, ...] = ()
    queues: tuple[Queue, ...] = ()
    policy: tuple[str, ...] = field(default=("triage", "appointment"))

    @cached_property
    def service(self) -> Mapping[int, Service]:
        return {each.id: each for each in self.services}

    @cached_property
    def practitioner(self) -> Mapping[int, Practitioner]:
        return {each.id: each for each in self.practitioners}

    @cached_property
    def room(self) -> Mapping[int, Room]:
        return {each.id: each for each in self.rooms}

    @cached_property
    def queue(self) -> Mapping[int, Queue]:
        return {each.id: each for each in self.queues}

    @cached_property
    def area(self) -> Mapping[int, Area]:
        return {each.id: each for each in self.areas}

    def queues_of(self, room_id: int) -> tuple[Queue, ...]:
        """The queues a room calls from, in the clinic's order."""
        return tuple(queue for queue in self.queues if room_id in queue.room_ids)

    def practitioner_in(self, room_id: int) -> Practitioner | None:
        """Who works in a room: the practitioner of its first queue that has one."""
        for queue in self.queues_of(room_id):
            if queue.practitioner_id is not None:
                return self.practitioner[queue.practitioner_id]
        return None
