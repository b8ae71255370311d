"""Who is waiting for what, and who is next."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from clinic.errors import Refused
from clinic.ordering import Place, before, order
from clinic.setup import Queue, Room, Setup
from clinic.visit import AT_DOOR, IN_CHAIR, State, Visit


@dataclass(frozen=True)
class Day:
    """One site's service day at one rev: everything the rules look at."""

    setup: Setup
    date: date
    visits: Mapping[int, Visit]

    def visit(self, visit_id: int) -> Visit:
        """Raises Refused `visit_unknown` where the day has no such visit."""
        if visit_id not in self.visits:
            raise Refused("visit_unknown", unfit=True)
        return self.visits[visit_id]

    def room(self, room_id: int) -> Room:
        if room_id not in self.setup.room:
            raise Refused("room_unknown", unfit=True)
        return self.setup.room[room_id]

    def queue(self, queue_id: int) -> Queue:
        if queue_id not in self.setup.queue:
            raise Refused("queue_unknown", unfit=True)
        return self.setup.queue[queue_id]

    @cached_property
    def places(self) -> Mapping[int, tuple[Place, ...]]:
        """The ordered waiting patients of every queue, by queue id."""
        lines: dict[int, list[Visit]] = {queue.id: [] for queue in self.setup.queues}
        for visit in self.visits.values():
            if visit.state is State.WAITING:
                lines.setdefault(visit.queue_id, []).append(visit)
        return {queue_id: order(visits, self.setup.policy) for queue_id, visits in lines.items()}

    def place(self, visit: Visit) -> Place | None:
        """Where a visit stands in its queue, None unless it waits."""
        return next((place for place in self.places.get(visit.queue_id, ()) if place.visit.id == visit.id), None)

    def next_for(self, room_id: int, skipping: Collection[int] = ()) -> Place | None:
        """Who a room calls next: the best head of its queues. Skipped visits keep their place."""
        heads = [
            next((place for place in self.places[queue.id] if place.visit.id not in skipping), None)
            for queue in self.setup.queues_of(room_id)
        ]
        waiting = [place for place in heads if place is not None]
        return min(waiting, key=lambda place: before(self.setup.policy, place.visit), default=None)

    def in_room(self, room_id: int) -> tuple[Visit, ...]:
        """Those called to, at, or sitting in a room."""
        here = AT_DOOR | IN_CHAIR
        return tuple(visit for visit in self.visits.values() if visit.room_id == room_id and visit.state in here)

    def in_chair(self, chair_id: int) -> Visit | None:
        return next((v for v in self.visits.values() if v.chair_id == chair_id and v.state in IN_CHAIR), None)

    def open_queue_for(self, service_id: int) -> Queue:
        """The queue for a service with the fewest people waiting per room. Raises Refused where none offers it."""
        offering = [queue for queue in self.setup.queues if service_id in queue.service_ids and queue.room_ids]
        if not offering:
            raise Refused("service_not_offered")
        return min(offering, key=lambda queue: (len(self.places[queue.id]) / len(queue.room_ids), queue.id))
