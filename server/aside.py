"""Runs beside the event loop what would make every screen wait."""

from collections.abc import Callable
from typing import TypeVar

import gevent
from gevent import monkey

T = TypeVar("T")


def aside(work: Callable[[], T]) -> T:
    """Do what keeps a processor or the disk busy for long: under gevent a thread does it. Returns what it returns."""
    if monkey.is_module_patched("threading"):
        result: T = gevent.get_hub().threadpool.apply(work)
        return result
    return work()
