"""Files of other systems, read into rows; nothing here writes.

To add a format: a module with `read(data, file, how) -> Read`, and one line in FORMATS. The first that knows the file's
beginning reads it.
"""

from collections.abc import Callable

from server.imports import csv_files, fhir
from server.imports.rows import MOST_ROWS, How, Place, Read, Refusal, Unfit

MOST_BYTES = 20 * 1024 * 1024

FORMATS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes, str, How], Read]], ...] = (
    (fhir.knows, fhir.read),
    (csv_files.knows, csv_files.read),
)


def read_file(file: str, data: bytes, how: How) -> Read:
    """What a file says. A file that cannot be read at all is one refusal at its place; nothing is raised."""
    try:
        if len(data) > MOST_BYTES:
            raise Unfit("file_too_large", most=MOST_BYTES // 1024**2)
        reader = next((read for knows, read in FORMATS if knows(data)), None)
        if reader is None:
            raise Unfit("file_unknown")
        read = reader(data, file, how)
        if len(read.rows) + read.passed_over > MOST_ROWS:
            raise Unfit("too_many_rows", most=MOST_ROWS)
        return read
    except Unfit as unfit:
        return Read((Refusal(Place(file), None, unfit.reason),))
