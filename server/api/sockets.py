"""The one socket event clients may send, and who may watch what."""

from collections.abc import Mapping
from typing import Any

import structlog
from flask import request
from flask_socketio import SocketIO, disconnect, emit
from sqlalchemy import select

from clinic.roles import Role
from locales import LANGUAGES
from server.api.access import Caller, admit_device, admit_phone, admit_staff, lock_after
from server.api.errors import Denied
from server.api.house import House
from server.devices import Kind, heartbeat
from server.live import Admit, Admitted, Live, StillGood
from server.pictures import Watch
from server.staff.desks import SignedOut, acting
from server.storage import tables as t
from server.trouble import whereabouts

log = structlog.get_logger()


def listen(socketio: SocketIO, live: Live) -> None:
    """Answer `watch` with the first picture; whoever may not look is sent away."""

    @socketio.on("watch")  # type: ignore[untyped-decorator]
    def watch(message: Any = None) -> None:
        said = message if isinstance(message, Mapping) else {}
        picture = live.admit(request.sid, request.cookies, said)  # type: ignore[attr-defined]
        if picture is None:
            disconnect()
        else:
            emit("picture", picture.as_json())

    @socketio.on_error_default  # type: ignore[untyped-decorator]
    def bug(error: Exception) -> None:
        """Logged as a bug of any door is: where, never what was sent. The page asks again by itself."""
        log.error("bug", door="watch", **whereabouts(error))
        disconnect()

    @socketio.on("disconnect")  # type: ignore[untyped-decorator]
    def leave(reason: str = "") -> None:
        live.leave(request.sid)  # type: ignore[attr-defined]


def admit(house: House) -> Admit:
    def check(cookies: Mapping[str, str], message: Mapping[str, Any]) -> Admitted | None:
        try:
            return _admitted(house, cookies, message)
        except (Denied, SignedOut):
            return None

    return check


def still_good(house: House) -> StillGood:
    """Of some credentials those that still stand, in a fixed number of statements."""

    def check(credentials: frozenset[str]) -> frozenset[str]:
        numbers = {kind: _numbers(credentials, kind) for kind in ("device", "desk", "phone")}
        with house.database.read() as connection:
            paired = select(t.device.c.id).where(t.device.c.id.in_(numbers["device"]), t.device.c.revoked_at.is_(None))
            linked = select(t.phone_link.c.visit_id).where(
                t.phone_link.c.visit_id.in_(numbers["phone"]), t.phone_link.c.expires_at > house.database.now()
            )
            devices = {f"device:{row.id}" for row in connection.execute(paired)}
            phones = {f"phone:{row.visit_id}" for row in connection.execute(linked)}
        at_desks = acting(house.database, numbers["desk"], lock_after(house.settings))
        consoles = {f"desk:{desk_id}:staff:{staff_id}" for desk_id, staff_id in at_desks.items()}
        return credentials & (devices | phones | consoles)

    return check


def _numbers(credentials: frozenset[str], kind: str) -> set[int]:
    return {int(each.split(":")[1]) for each in credentials if each.startswith(f"{kind}:")}


def screen_watch(house: House, caller: Caller) -> Watch:
    """What a paired screen shows."""
    device = caller.device
    if device is None or device.screen is None:
        raise Denied(401, "device_unknown")
    options = dict(device.options)
    areas = frozenset(int(area) for area in options.pop("areas", ()))
    plain = tuple(sorted((name, value) for name, value in options.items()))
    return Watch(caller.site_id, "screen", device.language, device.screen, plain, areas)


def console_watch(caller: Caller, language: str) -> Watch:
    """What somebody of these roles sees."""
    return Watch(caller.site_id, "console", known_language(language), roles=frozenset[Role](caller.roles))


def phone_watch(caller: Caller, language: object) -> Watch:
    """What a phone shows: in the language chosen there, else in the one its patient checked in with."""
    return Watch(caller.site_id, "phone", known_language(language or caller.language), visit_id=caller.visit_id or 0)


def known_language(language: object) -> str:
    return language if isinstance(language, str) and language in LANGUAGES else LANGUAGES[0]


def _admitted(house: House, cookies: Mapping[str, str], message: Mapping[str, Any]) -> Admitted | None:
    face, language = message.get("face"), message.get("language")
    if face == "phone" and isinstance(message.get("token"), str):
        caller = admit_phone(house.database, message["token"])
        return Admitted(phone_watch(caller, language), f"phone:{caller.visit_id}")
    if face == "screen":
        caller = _seen(house, admit_device(house.database, cookies, Kind.SCREEN))
        return Admitted(screen_watch(house, caller), caller.actor)
    if face == "kiosk":
        caller = _seen(house, admit_device(house.database, cookies, Kind.KIOSK))
        return Admitted(Watch(caller.site_id, "kiosk"), caller.actor)
    if face == "console":
        caller = admit_staff(house.database, house.settings, cookies)
        return Admitted(console_watch(caller, str(language)), f"{caller.desk_label}:{caller.actor}")
    return None


def _seen(house: House, caller: Caller) -> Caller:
    """A device that begins to watch is alive."""
    if caller.device is not None:
        heartbeat(house.database, caller.device.id, caller.device.seen_at)
    return caller
