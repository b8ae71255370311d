"""What doors answer: a change that was made, a picture."""

from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel

Body = TypeVar("Body")


class PictureOf(BaseModel, Generic[Body]):
    """The newer (rev, at) wins; equal hashes show the same."""

    rev: int
    at: datetime
    hash: str
    build: str
    body: Body


class Changed(BaseModel):
    """A change was made; `rev` is what undo takes."""

    rev: int


class PictureOut(PictureOf[str]):
    """A picture whose body is HTML."""
