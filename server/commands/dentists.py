"""Dentists that a file names: found, or taken on with a queue."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Table, insert, update

from clinic.setup import Name, Practitioner, Queue, Room, Service, Setup
from server.commands.command import Command
from server.imports.report import Outcome
from server.imports.rows import Dentist, Unfit
from server.storage import tables as t

LONGEST_CODE = 40


class Dentists:
    """The set-up as one run changes it. `setup` may be put back when a row's changes are."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.setup: Setup = command.day.setup

    def keep(self, dentist: Dentist) -> tuple[int, Outcome]:
        """The practitioner of this number, else of exactly this name in either language, else a new one.

        Raises Unfit `dentist_unclear` where two have the name.
        """
        known = self._numbered(dentist) or self._named(dentist)
        if len(known) > 1:
            raise Unfit("dentist_unclear")
        if known:
            return known[0].id, "unchanged"
        return self._take_on(dentist), "created"

    def give_queue(self, practitioner_id: int) -> None:
        """See that patients booked with a practitioner have a queue to wait in.

        A new one is named after them, offers the walk-in services, and is called from the first room that has
        nobody yet, else from the rooms of the clinic's first queue.
        """
        if any(queue.practitioner_id == practitioner_id for queue in self.setup.queues):
            return
        practitioner = self.setup.practitioner[practitioner_id]
        services = tuple(service.id for service in self.setup.services if service.walk_in and not service.imaging)
        rooms = self._rooms()
        code = _free("d", (queue.code for queue in self.setup.queues))
        queue_id = self._insert(
            t.queue, code, practitioner.name, practitioner_id=practitioner_id, position=self._last()
        )
        for service in services:
            self.command.connection.execute(insert(t.queue_service).values(queue_id=queue_id, service_id=service))
        for room in rooms:
            self.command.connection.execute(insert(t.queue_room).values(queue_id=queue_id, room_id=room))
        queue = Queue(queue_id, code, practitioner.name, practitioner_id, services, rooms)
        self.setup = replace(self.setup, queues=(*self.setup.queues, queue))

    def service(self, wanted: Iterable[str]) -> tuple[Service, bool]:
        """The service of one of these codes or names, and whether it was named; else the first walk-in service.

        Raises Unfit `no_service`.
        """
        services = self.setup.services
        names = {each: service for service in reversed(services) for each in _names(service.code, service.name)}
        for each in wanted:
            if each.strip().casefold() in names:
                return names[each.strip().casefold()], True
        usual = sorted(services, key=lambda service: (service.imaging, not service.walk_in))
        if not usual:
            raise Unfit("no_service")
        return usual[0], False

    def raise_setup_rev(self) -> None:
        """Let everybody read the set-up anew, if this run changed it."""
        if self.setup is not self.command.day.setup:
            raised = update(t.site).where(t.site.c.id == self.command.ask.site_id)
            self.command.connection.execute(raised.values(setup_rev=t.site.c.setup_rev + 1))

    def _numbered(self, dentist: Dentist) -> list[Practitioner]:
        """By number; two systems may number alike, so the name must have a word in common."""
        words = set(dentist.name.casefold().split())
        return [
            each
            for each in self.setup.practitioners
            if dentist.number
            and each.code == dentist.number[:LONGEST_CODE]
            and words & {word for name in _names("", each.name) for word in name.split()}
        ]

    def _named(self, dentist: Dentist) -> list[Practitioner]:
        name = dentist.name.casefold()
        return [each for each in self.setup.practitioners if name in _names("", each.name)]

    def _take_on(self, dentist: Dentist) -> int:
        taken = {each.code for each in self.setup.practitioners}
        code = dentist.number[:LONGEST_CODE]
        code = code if code and code not in taken else _free("p", taken)
        name = Name(dentist.name)
        made = Practitioner(self._insert(t.practitioner, code, name), code, name)
        self.setup = replace(self.setup, practitioners=(*self.setup.practitioners, made))
        return made.id

    def _rooms(self) -> tuple[int, ...]:
        free = (room for room in self.setup.rooms if self.setup.practitioner_in(room.id) is None)
        room = next((room for room in free if not self._is_imaging(room)), None)
        if room is not None:
            return (room.id,)
        return self.setup.queues[0].room_ids if self.setup.queues else ()

    def _is_imaging(self, room: Room) -> bool:
        offered = {service for queue in self.setup.queues_of(room.id) for service in queue.service_ids}
        return any(self.setup.service[service].imaging for service in offered)

    def _last(self) -> int:
        return len(self.setup.queues)

    def _insert(self, table: Table, code: str, name: Name, **values: Any) -> int:
        row = {"site_id": self.command.ask.site_id, "code": code, "name_zh": name.zh, "name_en": name.en, **values}
        return int(self.command.connection.execute(insert(table).values(row).returning(table.c.id)).scalar_one())


def _free(letter: str, taken: Iterable[str]) -> str:
    used = set(taken)
    return next(code for n in range(1, len(used) + 2) if (code := f"{letter}{n}") not in used)


def _names(code: str, name: Name) -> set[str]:
    return {each.casefold() for each in (code, name.zh, name.en) if each}
