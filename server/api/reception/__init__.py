"""The door of the staff console."""

from apiflask import APIBlueprint

from server.api.house import House
from server.api.reception import console, drawer, finding, sheets, verbs


def blueprint(house: House) -> APIBlueprint:
    door = APIBlueprint("reception", __name__, url_prefix="/api/reception", tag="reception")
    for part in (console, verbs, drawer, finding, sheets):
        part.add(door, house)
    return door
