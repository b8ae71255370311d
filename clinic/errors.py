"""Refused: the clinic says no, and why."""

from collections.abc import Mapping
from datetime import date, datetime

Scalar = str | int | float | bool | None | date | datetime


class Refused(Exception):
    """A business no, worded in the UI by its code (`refused.<code>` in the catalogues).

    `facts` carry the present truth the reader needs (ticket, room, since …): ids, codes and times only, never what
    was typed.
    `unfit` tells the two kinds apart: False: not now, the present state forbids it (HTTP 409);
    True: not like this, what was sent can never do (HTTP 422).
    """

    def __init__(self, code: str, *, unfit: bool = False, **facts: Scalar) -> None:
        super().__init__(code)
        self.code = code
        self.unfit = unfit
        self.facts: Mapping[str, Scalar] = facts
