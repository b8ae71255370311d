"""The door of the patient's own phone."""

from apiflask import APIBlueprint
from flask import Response, request

from display import page
from server.api.access import admit_phone, asked, caller, for_phone, open_to_all
from server.api.answers import Changed, PictureOut
from server.api.errors import GET_PROBLEMS, POST_PROBLEMS, Denied
from server.api.house import House
from server.api.sockets import known_language, phone_watch
from server.commands import calling


def blueprint(house: House) -> APIBlueprint:
    door = APIBlueprint("phone", __name__, tag="phone")
    database = house.database

    @door.get("/t/<string(maxlength=64):token>")
    @door.doc(hide=True)
    @open_to_all
    def phone_page(token: str) -> Response:
        """The page of one visit, whole, so that it shows something without script; of an old link that it has ended."""
        language = request.args.get("language", "")
        try:
            known = admit_phone(database, token)
        except Denied:
            return Response(page.gone(known_language(language)), status=404, mimetype="text/html")
        watch = phone_watch(known, language)
        picture = house.pictures.now(watch)
        return Response(page.page("phone", picture, language=watch.language, token=token), mimetype="text/html")

    @door.get("/api/phone/<string(maxlength=64):token>/picture")
    @door.output(PictureOut)
    @door.doc(responses=GET_PROBLEMS)
    @for_phone
    def phone_picture(token: str) -> dict[str, object]:
        """The visit's newest picture, for when there is no socket."""
        return house.pictures.now(phone_watch(caller(), request.args.get("language", ""))).as_json()

    @door.post("/api/phone/<string(maxlength=64):token>/step-out")
    @door.output(Changed)
    @door.doc(responses=POST_PROBLEMS)
    @for_phone
    def phone_step_out(token: str) -> dict[str, object]:
        """Away for a while; the place is kept as long as the site allows."""
        return calling.step_out(database, asked(), caller().visit_id or 0)

    @door.post("/api/phone/<string(maxlength=64):token>/back")
    @door.output(Changed)
    @door.doc(responses=POST_PROBLEMS)
    @for_phone
    def phone_back(token: str) -> dict[str, object]:
        """Back again."""
        return calling.come_back(database, asked(), caller().visit_id or 0)

    @door.post("/api/phone/<string(maxlength=64):token>/cancel")
    @door.output(Changed)
    @door.doc(responses=POST_PROBLEMS)
    @for_phone
    def phone_cancel(token: str) -> dict[str, object]:
        """The patient cannot come."""
        return calling.give_up(database, asked(), caller().visit_id or 0)

    return door
