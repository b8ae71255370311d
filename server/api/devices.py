"""The doors of pairing: a device asks, staff answer."""

from datetime import datetime
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import request
from pydantic import BaseModel, Field
from sqlalchemy import select

from clinic.errors import Refused
from clinic.roles import Task
from clinic.setup import Name
from display.screens import SCREENS
from locales import LANGUAGES
from server import devices
from server.api.access import TEN_YEARS, asked, caller, device_cookie, for_staff, open_to_all, send_cookie
from server.api.errors import GET_PROBLEMS, POST_PROBLEMS
from server.api.fields import ID_IN_PATH, Body, Id, line
from server.api.house import House
from server.commands import pairing
from server.commands.pairing import Assignment
from server.devices import Device, Kind, Pairing, State
from server.storage import tables as t
from server.storage.database import Database

SCREEN_KINDS = tuple(kind for kind in SCREENS if kind != "phone")
"""What a paired screen may show; a phone is not paired, its address is its right."""

DeviceName = Annotated[str, line(pairing.NAME_LENGTH, 1)]


class PairAsk(Body):
    """What the device wants to be."""

    kind: Kind


class PairClaim(Body):
    """The secret of a link that was made ahead."""

    claim: Annotated[str, line(64, 1)]


class PairKind(BaseModel):
    """Whose pairing is meant where one browser is several devices."""

    kind: Kind | None = None


class PairingState(BaseModel):
    """How far a device's pairing is. `code` is what staff type, while it waits."""

    state: State
    kind: Kind | None
    code: str
    name: str


class DeviceApproval(Body):
    """The code a device shows, and what it is to be. Screens: `screen` says which; no `areas`: all of them."""

    code: Annotated[str, line(12, 1)]
    name: DeviceName
    screen: Annotated[str, line(20)] | None = None
    areas: list[Id] = Field(default_factory=list, max_length=50)
    language: Annotated[str, line(8)] = LANGUAGES[0]
    printer_id: Id | None = None


class DeviceRename(Body):
    name: DeviceName


class DeviceChange(BaseModel):
    rev: int
    device: int


class DeviceRow(BaseModel):
    """A paired device. `seen_at` None: prepared, never seen."""

    id: int
    kind: Kind
    name: str
    screen: str | None
    areas: list[int]
    language: str
    printer_id: int | None
    seen_at: datetime | None


class AreaChoice(BaseModel):
    id: int
    name: Name


class PrinterChoice(BaseModel):
    id: int
    name: str


class DeviceList(BaseModel):
    """The site's devices, and what can be chosen when one is approved."""

    devices: list[DeviceRow]
    screens: list[str]
    languages: list[str]
    areas: list[AreaChoice]
    printers: list[PrinterChoice]


def blueprint(house: House) -> APIBlueprint:
    database, settings = house.database, house.settings
    bp = APIBlueprint("devices", __name__, url_prefix="/api", tag="Devices")

    @bp.post("/pair/ask")
    @bp.input(PairAsk, arg_name="body")
    @bp.output(PairingState)
    @bp.doc(summary="Show a code that staff can approve", responses=POST_PROBLEMS)
    @open_to_all
    def ask(body: PairAsk) -> PairingState:
        known = request.cookies.get(device_cookie(body.kind))
        token, state = devices.ask(database, body.kind, address=request.remote_addr or "", token=known)
        send_cookie(settings, device_cookie(body.kind), token, TEN_YEARS)
        return _pairing(state)

    @bp.get("/pair")
    @bp.input(PairKind, location="query", arg_name="query")
    @bp.output(PairingState)
    @bp.doc(summary="How far the pairing of this browser is", responses=[422])
    @open_to_all
    def pair(query: PairKind) -> PairingState:
        kinds = [query.kind] if query.kind else list(Kind)
        tokens = [request.cookies.get(device_cookie(kind)) for kind in kinds]
        return _pairing(devices.read_pairing(database, next(filter(None, tokens), None)))

    @bp.post("/pair/claim")
    @bp.input(PairClaim, arg_name="body")
    @bp.output(PairingState)
    @bp.doc(summary="Become the device that a link was made for", responses=POST_PROBLEMS)
    @open_to_all
    def claim(body: PairClaim) -> PairingState:
        claimed = devices.claim(database, body.claim, address=request.remote_addr or "")
        if claimed is None:
            raise Refused("claim_used", unfit=True)
        token, kind = claimed
        send_cookie(settings, device_cookie(kind), token, TEN_YEARS)
        return _pairing(devices.read_pairing(database, token))

    @bp.get("/reception/devices")
    @bp.output(DeviceList)
    @bp.doc(summary="The devices of this site", responses=GET_PROBLEMS)
    @for_staff(Task.DEVICES)
    def list_devices() -> DeviceList:
        site_id = caller().site_id
        return DeviceList(
            devices=[_row(device) for device in devices.list_devices(database, site_id)],
            screens=list(SCREEN_KINDS),
            languages=list(LANGUAGES),
            **_choices(database, site_id),
        )

    @bp.post("/reception/devices/approve")
    @bp.input(DeviceApproval, arg_name="body")
    @bp.output(DeviceChange)
    @bp.doc(summary="Pair the device that shows this code", responses=POST_PROBLEMS)
    @for_staff(Task.DEVICES)
    def approve(body: DeviceApproval) -> dict[str, Any]:
        assignment = Assignment(
            name=body.name,
            screen=body.screen,
            areas=body.areas,
            language=body.language,
            printer_id=body.printer_id,
        )
        return pairing.approve(database, asked(), "".join(body.code.split()), assignment, screens=SCREEN_KINDS)

    @bp.post(f"/reception/devices/<{ID_IN_PATH}:device_id>/rename")
    @bp.input(DeviceRename, arg_name="body")
    @bp.output(DeviceChange)
    @bp.doc(summary="Give a device another name", responses=POST_PROBLEMS)
    @for_staff(Task.DEVICES)
    def rename(device_id: int, body: DeviceRename) -> dict[str, Any]:
        return pairing.rename(database, asked(), device_id, body.name)

    @bp.post(f"/reception/devices/<{ID_IN_PATH}:device_id>/revoke")
    @bp.output(DeviceChange)
    @bp.doc(summary="Take a device's rights away, at once and for good", responses=POST_PROBLEMS)
    @for_staff(Task.DEVICES)
    def revoke(device_id: int) -> dict[str, Any]:
        return pairing.revoke(database, asked(), device_id)

    return bp


def _pairing(pairing: Pairing) -> PairingState:
    return PairingState(state=pairing.state, kind=pairing.kind, code=pairing.code, name=pairing.name)


def _row(device: Device) -> DeviceRow:
    return DeviceRow(
        id=device.id,
        kind=device.kind,
        name=device.name,
        screen=device.screen,
        areas=device.options.get("areas", []),
        language=device.language,
        printer_id=device.printer_id,
        seen_at=device.seen_at,
    )


def _choices(database: Database, site_id: int) -> dict[str, Any]:
    with database.read() as connection:
        areas = connection.execute(select(t.area).where(t.area.c.site_id == site_id).order_by(t.area.c.id)).all()
        printers = connection.execute(
            select(t.printer.c.id, t.printer.c.name)
            .where(t.printer.c.site_id == site_id)
            .order_by(t.printer.c.position, t.printer.c.id)
        ).all()
    return {
        "areas": [AreaChoice(id=row.id, name=Name(row.name_zh, row.name_en)) for row in areas],
        "printers": [PrinterChoice(id=row.id, name=row.name) for row in printers],
    }
