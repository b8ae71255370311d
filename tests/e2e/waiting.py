"""Waiting for what people would wait for."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 10.0
GLANCE = 0.03


def until(read: Callable[[], T], good: Callable[[T], bool] = bool, seconds: float = PATIENCE) -> T:
    """Look again and again until it is good; what was seen. Else fails with what was seen last."""
    deadline = time.monotonic() + seconds
    while not good(seen := read()):
        assert time.monotonic() < deadline, f"not within {seconds} s; seen last: {seen}"
        time.sleep(GLANCE)
    return seen
