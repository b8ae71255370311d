"""Turns every refusal, denial and bug into one kind of JSON answer."""

import re
import secrets
from typing import Any

import structlog
from apiflask import APIFlask, HTTPError
from flask import Response, g, jsonify, request
from pydantic import ValidationError

from clinic.errors import Refused
from server.commands.command import plain
from server.staff.desks import SignedOut
from server.storage.attempts import TooMany
from server.storage.database import Busy
from server.trouble import whereabouts

log = structlog.get_logger()

GET_PROBLEMS = [401, 403, 404, 500]
"""What any guarded GET may answer besides its own answer: for `doc(responses=…)`."""
POST_PROBLEMS = [400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503]
"""The same for any POST."""

_FIELD = re.compile(r"[A-Za-z0-9_.]{1,80}")


class Denied(Exception):
    """Not for this caller. `code` is worded by `refused.<code>`."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A no, and why: `code`, with the facts its words need.",
    "properties": {"code": {"type": "string"}},
    "required": ["code"],
}
"""What OpenAPI says of every answer that is not 2xx."""

INVALID: dict[str, Any] = {
    **PROBLEM,
    "description": "What was sent can never do. Code `invalid`: `fields` says what is wrong with which of them.",
    "properties": {**PROBLEM["properties"], "fields": {"type": "object", "additionalProperties": {"type": "string"}}},
}


def handle(app: APIFlask) -> None:
    """Give an app these answers, and every answer its request id. No answer and no log line echoes what was sent."""
    app.config["HTTP_ERROR_SCHEMA"] = PROBLEM
    app.config["VALIDATION_ERROR_SCHEMA"] = INVALID
    app.error_processor(_http_error)
    app.after_request(_name_request)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Denied, lambda error: _answer(error.status, error.code))
    app.register_error_handler(SignedOut, lambda _: _answer(401, "signed_out"))
    app.register_error_handler(TooMany, _too_many)
    app.register_error_handler(Busy, _busy)
    app.register_error_handler(Exception, _bug)


def request_id() -> str:
    """The number under which this request's trouble is logged."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(6)
    known: str = g.request_id
    return known


def _refused(error: Refused) -> Response:
    return _answer(422 if error.unfit else 409, error.code, **plain(error.facts))


def _too_many(error: TooMany) -> Response:
    response = _answer(429, "too_many", seconds=error.seconds)
    response.headers["Retry-After"] = str(error.seconds)
    return response


def _busy(error: Busy) -> Response:
    log.warning("busy", request_id=request_id(), door=_door())
    response = _answer(503, "busy")
    response.headers["Retry-After"] = "1"
    return response


def _bug(error: Exception) -> Response:
    """Logged with where it happened, never with its message: that may hold what a patient typed."""
    log.error("bug", request_id=request_id(), door=_door(), **whereabouts(error))
    return _answer(500, "bug", request_id=request_id())


def _http_error(error: HTTPError) -> tuple[dict[str, Any], int, Any]:
    cause = error.__cause__
    if isinstance(cause, ValidationError):
        return {"code": "invalid", "fields": _fields(cause)}, error.status_code, error.headers
    code = "_".join((error.message or "").lower().split())
    return {"code": code}, error.status_code, error.headers


def _fields(error: ValidationError) -> dict[str, str]:
    """What is wrong, by field: pydantic's code. Names that the sender made up are not repeated."""
    found: dict[str, str] = {}
    for each in error.errors(include_input=False, include_context=False, include_url=False):
        name = ".".join(str(part) for part in each["loc"])
        known = _FIELD.fullmatch(name) and each["type"] != "extra_forbidden"
        found[name if known else "_"] = each["type"]
    return found


def _answer(status: int, code: str, **facts: Any) -> Response:
    response = jsonify({"code": code, **facts})
    response.status_code = status
    return response


def _name_request(response: Response) -> Response:
    response.headers["X-Request-Id"] = request_id()
    return response


def _door() -> str:
    """The rule of the address, not the address: that may hold a phone page's token."""
    return f"{request.method} {request.url_rule}"
