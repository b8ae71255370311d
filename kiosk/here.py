"""What a page may look at besides what was said: clinic, clock, place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from clinic.board import Slip
from clinic.questionnaire import Questionnaire
from clinic.setup import Queue, Service, Setup

Printing = Literal["", "waiting", "sending", "printed", "not_printed", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """`now` is aware. From the number on there is a `slip`, the state of its newest print job (empty: no printer),
    and `qr`, an image address of the phone page's code (empty: phones cannot reach the server).
    """

    setup: Setup
    now: datetime
    questionnaires: Mapping[str, Questionnaire]
    slip: Slip | None = None
    printing: Printing = ""
    qr: str = ""

    @property
    def local(self) -> datetime:
        return self.now.astimezone(self.setup.site.zone)

    @property
    def today(self) -> date:
        return self.local.date()

    @property
    def walk_in_services(self) -> tuple[Service, ...]:
        """What somebody without a booking may come for: services that take walk-ins and have a queue with rooms."""
        offered = {service for queue in self.setup.queues if queue.room_ids for service in queue.service_ids}
        return tuple(each for each in self.setup.services if each.walk_in and each.id in offered)

    def queue_of(self, practitioner_id: int | None) -> Queue | None:
        """The queue of a booked dentist."""
        own = (queue for queue in self.setup.queues if queue.practitioner_id == practitioner_id and queue.room_ids)
        return next(own, None) if practitioner_id is not None else None
