"""The ways to reach a printer, by the scheme of its address.

To add one: a module here with a class that is a `base.Driver`, and its line in DRIVERS.
"""

from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, urlsplit

from printers.drivers.base import Driver, PrinterError
from printers.drivers.file import open_file
from printers.drivers.memory import open_memory
from printers.drivers.tcp import open_tcp

DRIVERS: Mapping[str, Callable[[SplitResult], Driver]] = {
    "tcp": open_tcp,
    "file": open_file,
    "memory": open_memory,
}


def open_driver(address: str) -> Driver:
    """The driver for an address such as `tcp://192.168.1.50:9100`; connects to nothing yet.

    Raises PrinterError (permanent) for an address that no driver understands.
    """
    try:
        split = urlsplit(address)
    except ValueError as wrong:
        raise PrinterError("this is not a printer address: write it as tcp://192.168.1.50:9100", True) from wrong
    if split.scheme not in DRIVERS:
        raise PrinterError(f"a printer address begins with one of {', '.join(DRIVERS)}, then ://", permanent=True)
    return DRIVERS[split.scheme](split)
