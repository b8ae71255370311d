"""The server with a ticker that tells how long its loop stood still."""

import signal
import sys
import time
from pathlib import Path

import gevent

from server.app import serve
from server.settings import Settings
from tests.server.robbed import robbed

TICK = 0.002
SELF = Path("/proc/thread-self")
PROGRAM = [
    sys.executable,
    "-c",
    "from gevent import monkey; monkey.patch_all(); from tests.server.ticking import main; main()",
]
"""gevent has to patch the standard library before anything else is imported, as the real program does."""


class Ticker:
    """A greenlet that wants to run every TICK seconds; what it waits beyond that, the loop stood still.

    Time in which the loop could have run but the machine gave its processors to other programs is not counted.
    """

    def __init__(self) -> None:
        self.longest = 0.0

    def run(self) -> None:
        while True:
            before, taken = time.perf_counter(), robbed(SELF)
            gevent.sleep(TICK)
            waited = time.perf_counter() - before - (robbed(SELF) - taken)
            self.longest = max(self.longest, waited - TICK)

    def tell(self) -> None:
        """On SIGUSR1: print the longest pause in seconds, and begin anew."""
        longest, self.longest = self.longest, 0.0
        sys.stdout.write(f"{longest:.6f}\n")
        sys.stdout.flush()


def main() -> None:
    ticker = Ticker()
    gevent.get_hub().loop.signal(signal.SIGUSR1).start(ticker.tell)
    gevent.spawn(ticker.run)
    serve(Settings())
