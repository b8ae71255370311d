"""Starts the server with a ticker in its event loop, which tells on SIGUSR1 how long the loop stood still at most."""

import signal
import sys
import time

import gevent

from server.app import serve
from server.settings import Settings

TICK = 0.002
PROGRAM = [
    sys.executable,
    "-c",
    "from gevent import monkey; monkey.patch_all(); from tests.server.ticking import main; main()",
]
"""gevent has to patch the standard library before anything else is imported, as the real program does."""


class Ticker:
    """A greenlet that wants to run every TICK seconds; what it waits beyond that, the loop stood still."""

    def __init__(self) -> None:
        self.longest = 0.0

    def run(self) -> None:
        while True:
            before = time.perf_counter()
            gevent.sleep(TICK)
            self.longest = max(self.longest, time.perf_counter() - before - TICK)

    def tell(self) -> None:
        """Print the longest pause in seconds, and begin anew."""
        longest, self.longest = self.longest, 0.0
        sys.stdout.write(f"{longest:.6f}\n")
        sys.stdout.flush()


def main() -> None:
    ticker = Ticker()
    gevent.get_hub().loop.signal(signal.SIGUSR1).start(ticker.tell)
    gevent.spawn(ticker.run)
    serve(Settings())
