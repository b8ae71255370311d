"""What an ordering rule says of a visit: a sort value and a reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a visit stands where it stands; worded by `clinic.reason.<code>`. `at` is the time the code speaks of."""

    code: str
    at: datetime | None = None


class Standing(NamedTuple):
    """The lower value goes first. A rule that has nothing to say of a visit gives no reason."""

    value: float
    reason: Reason | None
