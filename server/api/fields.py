"""Types of what comes in at the doors: everything has a limit."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LARGEST_ID = 2**31 - 1

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
"""A row's number."""

ID_IN_PATH = f"int(min=1, max={LARGEST_ID})"
"""The same in an address: f"/visits/<{ID_IN_PATH}:visit_id>"."""

NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"
"""One line of text: no database and no paper takes control characters."""


def line(longest: int, shortest: int = 0) -> StringConstraints:
    """One line of text: Annotated[str, line(60)]."""
    return StringConstraints(min_length=shortest, max_length=longest, pattern=NO_CONTROLS)


class Body(BaseModel):
    """What every request body is: exactly the fields it names."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(BaseModel):
    """An answer that has nothing to say but that it is done."""
