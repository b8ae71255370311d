"""The kinds of paper: values in, a document out.

To add one: a module here with a function that makes the Document, its line in PAPERS and a sample in samples.py.
"""

from collections.abc import Callable, Mapping

from printers.document import Document
from printers.papers.test_card import card
from printers.papers.ticket import ticket

PAPERS: Mapping[str, Callable[..., Document]] = {
    "ticket": ticket,
    "test_card": card,
}
