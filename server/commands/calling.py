"""Calling patients and what follows, as staff do it."""

from collections.abc import Callable, Sequence

from clinic import calling, moving
from clinic.change import Change
from server.commands.command import Answer, Ask, Command, run
from server.storage.database import Database


def call_next(
    database: Database, ask: Ask, room_id: int, *, skipping: Sequence[int] = (), finish: int | None = None
) -> Answer:
    """Call the room's next patient; `finish` names the one visit that is done with it. Answers visit and ticket."""

    def work(command: Command) -> Answer:
        if finish is not None:
            command.write(calling.finish(command.day, finish, now=command.now))
        change = calling.call_next(
            command.day, room_id, now=command.now, by=command.by, rev=command.rev, skipping=skipping
        )
        command.write(change)
        return {"visit": change.visits[-1].id, "ticket": change.visits[-1].ticket}

    return run(database, ask, work)


def call_this(database: Database, ask: Ask, visit_id: int, room_id: int) -> Answer:
    return _change(database, ask, lambda c: calling.call_this(c.day, visit_id, room_id, now=c.now, by=c.by, rev=c.rev))


def call_again(database: Database, ask: Ask, visit_id: int) -> Answer:
    return _change(database, ask, lambda c: calling.call_again(c.day, visit_id, now=c.now, by=c.by, rev=c.rev))


def arrive_at_room(database: Database, ask: Ask, visit_id: int) -> Answer:
    return _change(database, ask, lambda c: calling.arrive_at_room(c.day, visit_id, now=c.now))


def check_identity(database: Database, ask: Ask, visit_id: int, identifiers: Sequence[str]) -> Answer:
    return _change(database, ask, lambda c: calling.check_identity(c.day, visit_id, identifiers=identifiers))


def seat(database: Database, ask: Ask, visit_id: int, chair_id: int | None = None) -> Answer:
    return _change(database, ask, lambda c: calling.seat(c.day, visit_id, chair_id, now=c.now))


def wait_in_chair(database: Database, ask: Ask, visit_id: int) -> Answer:
    return _change(database, ask, lambda c: calling.wait_in_chair(c.day, visit_id, now=c.now))


def no_show(database: Database, ask: Ask, visit_id: int) -> Answer:
    return _change(database, ask, lambda c: calling.no_show(c.day, visit_id, now=c.now))


def hold(database: Database, ask: Ask, visit_id: int) -> Answer:
    return _change(database, ask, lambda c: calling.hold(c.day, visit_id, now=c.now))


def return_to_queue(database: Database, ask: Ask, visit_id: int) -> Answer:
    return _change(database, ask, lambda c: calling.return_to_queue(c.day, visit_id, now=c.now))


def step_out(database: Database, ask: Ask, visit_id: int, minutes: int | None = None) -> Answer:
    """`minutes` None: as long as the site allows."""

    def change(command: Command) -> Change:
        allowed = command.day.setup.site.step_out_minutes
        return calling.step_out(command.day, visit_id, minutes=minutes or allowed, now=command.now)

    return _change(database, ask, change)


def expire_step_out(database: Database, ask: Ask, visit_id: int) -> Answer:
    return _change(database, ask, lambda c: calling.expire_step_out(c.day, visit_id, now=c.now))


def transfer(database: Database, ask: Ask, visit_id: int, queue_id: int, service_id: int | None = None) -> Answer:
    return _change(
        database, ask, lambda c: calling.transfer(c.day, visit_id, queue_id, now=c.now, service_id=service_id)
    )


def send_to_imaging(database: Database, ask: Ask, visit_id: int, queue_id: int | None = None) -> Answer:
    return _change(database, ask, lambda c: calling.send_to_imaging(c.day, visit_id, now=c.now, queue_id=queue_id))


def images_ready(database: Database, ask: Ask, visit_id: int) -> Answer:
    return _change(database, ask, lambda c: calling.images_ready(c.day, visit_id, now=c.now))


def finish(database: Database, ask: Ask, visit_id: int) -> Answer:
    return _change(database, ask, lambda c: calling.finish(c.day, visit_id, now=c.now))


def cancel(database: Database, ask: Ask, visit_id: int, reason: str) -> Answer:
    return _change(database, ask, lambda c: calling.cancel(c.day, visit_id, reason=reason, now=c.now))


def come_back(database: Database, ask: Ask, visit_id: int) -> Answer:
    return _change(database, ask, lambda c: calling.come_back(c.day, visit_id, now=c.now))


def give_up(database: Database, ask: Ask, visit_id: int) -> Answer:
    return _change(database, ask, lambda c: calling.give_up(c.day, visit_id, now=c.now))


def triage(database: Database, ask: Ask, visit_id: int, level: int) -> Answer:
    return _change(database, ask, lambda c: moving.triage(c.day, visit_id, level))


def prioritise(database: Database, ask: Ask, visit_id: int, priority: str | None) -> Answer:
    return _change(database, ask, lambda c: moving.prioritise(c.day, visit_id, priority))


def unpin(database: Database, ask: Ask, visit_id: int) -> Answer:
    return _change(database, ask, lambda c: moving.unpin(c.day, visit_id))


def _change(database: Database, ask: Ask, decide: Callable[[Command], Change]) -> Answer:
    return run(database, ask, lambda command: command.write(decide(command)))
