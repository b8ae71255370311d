"""Marks a further copy, so that nobody takes it for a second ticket."""

from datetime import datetime

from locales import words
from printers.document import Document, Mark


def reprint(document: Document, copy: int, at: datetime) -> Document:
    """The document as its `copy`-th reprint (1 is the first), made at `at` in the clinic's own zone.

    An older mark is replaced. Raises ValueError for a `copy` below 1 or a naive time.
    """
    if copy < 1 or at.tzinfo is None:
        raise ValueError("a reprint has a number from 1 and an aware time")
    said = " ".join(words(language).text("printers.reprint") for language in ("zh-CN", "en"))
    counted = " ".join(words(language).text("printers.reprint_copy", copy=copy) for language in ("zh-CN", "en"))
    mark = Mark(said, f"{counted}  {at:%Y-%m-%d %H:%M}")
    return Document(document.kind, (mark, *(block for block in document.blocks if not isinstance(block, Mark))))
