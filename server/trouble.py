"""Says where something went wrong, for the log: never with what data."""

import traceback
from typing import Any


def whereabouts(error: BaseException) -> dict[str, Any]:
    """The kinds of an error and its causes, and where they were raised.

    Neither messages nor local values: those may hold what a patient typed.
    """
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) is not None and inner not in chain:
        chain.append(inner)
    return {
        "error": " < ".join(type(each).__name__ for each in chain),
        "where": [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for each in reversed(chain)
            for frame in traceback.extract_tb(each.__traceback__)
        ],
    }
