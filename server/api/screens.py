"""The door of TV screens: the page and its picture."""

from apiflask import APIBlueprint
from flask import Response, request

from display import page
from server.api.access import admit_device, caller, for_device, open_to_all
from server.api.answers import PictureOut
from server.api.errors import GET_PROBLEMS, Denied
from server.api.house import House
from server.api.sockets import screen_watch
from server.devices import Kind


def blueprint(house: House) -> APIBlueprint:
    door = APIBlueprint("screens", __name__, tag="screens")

    @door.get("/screen")
    @door.doc(hide=True)
    @open_to_all
    def screen_page() -> Response:
        """The board of a paired screen; one that is not paired shows its code."""
        try:
            known = admit_device(house.database, request.cookies, Kind.SCREEN)
        except Denied:
            return Response(page.pair(), mimetype="text/html")
        watch = screen_watch(house, known)
        picture = house.pictures.now(watch)
        name = known.device.name if known.device else ""
        return Response(page.page(watch.kind, picture, language=watch.language, name=name), mimetype="text/html")

    @door.get("/screen/pair")
    @door.doc(hide=True)
    @open_to_all
    def pairing_page() -> Response:
        """For a link that was made ahead: becomes that screen, whatever this browser was before."""
        return Response(page.pair(), mimetype="text/html")

    @door.get("/api/screen/picture")
    @door.output(PictureOut)
    @door.doc(responses=GET_PROBLEMS)
    @for_device(Kind.SCREEN)
    def screen_picture() -> dict[str, object]:
        """The screen's newest picture, for when there is no socket."""
        return house.pictures.now(screen_watch(house, caller())).as_json()

    return door
