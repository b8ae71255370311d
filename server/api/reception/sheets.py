"""The virtual printer's paper, as pictures."""

from datetime import datetime

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel
from sqlalchemy import select

from clinic.roles import Task
from printers.drivers.memory import SheetStore
from printers.preview import preview
from printers.profiles import PROFILES
from server.api.access import caller, for_staff
from server.api.errors import GET_PROBLEMS, Denied
from server.api.house import House
from server.storage import tables as t
from server.storage.database import Database


class SheetOut(BaseModel):
    """A printed sheet; its picture is at `/api/reception/sheets/<name>.png`."""

    name: str
    at: datetime


class SheetList(BaseModel):
    sheets: list[SheetOut]


def add(door: APIBlueprint, house: House) -> None:
    @door.get("/sheets")
    @door.output(SheetList)
    @door.doc(summary="What the virtual printer printed, the newest first", responses=GET_PROBLEMS)
    @for_staff(Task.SHEETS)
    def sheets() -> SheetList:
        return SheetList(sheets=[SheetOut(name=sheet.id, at=sheet.at) for sheet in _store(house).sheets()])

    @door.get("/sheets/<string(maxlength=80):name>.png")
    @door.doc(hide=True)
    @for_staff(Task.SHEETS)
    def sheet_picture(name: str) -> Response:
        try:
            data = _store(house).read(name)
        except KeyError:
            raise Denied(404, "not_found") from None
        profile = PROFILES[_profile(house.database, caller().site_id)]
        return Response(preview(data, profile, house.paths.font), mimetype="image/png")


def _store(house: House) -> SheetStore:
    return SheetStore(house.paths.sheets_of(caller().site_id))


def _profile(database: Database, site_id: int) -> str:
    """The kind of head the virtual printer has; any where it is gone and only its sheets are left."""
    with database.read() as connection:
        found: str | None = connection.execute(
            select(t.printer.c.profile)
            .where(t.printer.c.site_id == site_id, t.printer.c.address.startswith("memory:"))
            .order_by(t.printer.c.position)
            .limit(1)
        ).scalar()
        return found or next(iter(PROFILES))
