"""A network printer for tests, with faults to switch.

It has a receive buffer and an engine that prints in order. Real-time questions are answered on arrival; fences and
process IDs in their turn, only after printing what stood before them, and not at all while the printer is out of paper
or open. Its buffer outlives a connection, as a real one does.
"""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from types import TracebackType

from tests.printers.byte_checker import Token, Tokens

REAL_TIME = b"\x10\x04"
TICK = 0.01


class FakePrinter:
    """Use it as a context manager; set the attributes at any time, read `paper_bytes` and `connections` afterwards."""

    def __init__(self, *, buffer: int = 4096, rate: float | None = None) -> None:
        """`rate` is bytes per second, None prints at once."""
        self.paper = "ok"  # ok, near, out
        self.cover_open = False
        self.cutter_jammed = False
        self.hang = False  # Accepts connections and reads nothing.
        self.no_reply = False
        self.no_gsh = False
        self.no_gsr = False
        self.ack_drop = False  # Prints, but its acknowledgements get lost.
        self.ack_delay = 0.0
        self.close_after: int | None = None  # Job bytes of one connection, after which it says goodbye.
        self.reset_after: int | None = None  # The same, with a reset.
        self.paper_out_after: int | None = None  # Printed bytes, after which the paper ends.
        self.paper_bytes = bytearray()
        self.connections: list[bytes] = []
        self.rate = rate
        self._buffer = buffer
        self._waiting = bytearray()
        self._tokens = Tokens()
        self._connection: socket.socket | None = None
        self._lock = threading.RLock()
        self._accepting = threading.Lock()
        self._stopping = threading.Event()
        self._listener: socket.socket | None = None
        self._threads: list[threading.Thread] = []
        self._failures: list[BaseException] = []
        self.port = 0

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def sheets(self) -> int:
        """How many sheets have been cut off."""
        return sum(token.kind == b"\x1dV" for token in Tokens().feed(bytes(self.paper_bytes)))

    def __enter__(self) -> "FakePrinter":
        self.listen()
        for work in (self._accept, self._print):
            thread = threading.Thread(target=self._guarded, args=(work,), daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self.refuse()
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()
        if self._failures and error is None:
            raise self._failures[0]

    def listen(self) -> None:
        """Be reachable (again), at the same address."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(4)
        listener.settimeout(TICK)
        self.port = listener.getsockname()[1]
        self._listener = listener

    def refuse(self) -> None:
        """Refuse connections from now on."""
        with self._accepting:
            if self._listener:
                self._listener.close()
            self._listener = None

    def power_off(self) -> None:
        """Lose the connection and the buffer."""
        self.refuse()
        with self._lock:
            self._waiting.clear()
            self._tokens = Tokens()
            if self._connection:
                _reset(self._connection)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as failure:  # noqa: BLE001 - a dead thread must fail the test, which raises this again
            self._failures.append(failure)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            connection = self._next_connection()
            if connection is None:
                time.sleep(TICK / 10)  # Lets `refuse` have its turn.
                continue
            with contextlib.closing(connection):
                self._serve(connection)

    def _next_connection(self) -> socket.socket | None:
        with self._accepting, contextlib.suppress(TimeoutError):
            return self._listener.accept()[0] if self._listener else None
        return None

    def _serve(self, connection: socket.socket) -> None:
        self._connection = connection
        connection.settimeout(TICK)
        self.connections.append(b"")
        held = b""
        while not self._stopping.is_set():
            if self.hang or len(self._waiting) >= self._buffer:
                time.sleep(TICK)
                if _gone(connection):
                    break
                continue
            try:
                received = connection.recv(min(256, self._buffer - len(self._waiting)))
            except TimeoutError:
                continue
            except OSError:
                break
            if not received:
                break
            job, held = self._answered_at_once(held + received)
            if self._take(job):
                break
        with self._lock:
            self._connection = None

    def _answered_at_once(self, data: bytes) -> tuple[bytes, bytes]:
        """The bytes without the real-time questions, and the beginning of a question that is not all there."""
        while (at := data.find(REAL_TIME)) >= 0 and at + 2 < len(data):
            self._say(bytes([self._status(data[at + 2])]))
            data = data[:at] + data[at + 3 :]
        keep = len(data) - at if at >= 0 else 1 if data.endswith(REAL_TIME[:1]) else 0
        return data[: len(data) - keep], data[len(data) - keep :]

    def _take(self, job: bytes) -> bool:
        """Puts bytes into the buffer. True when the connection is over."""
        seen = len(self.connections[-1])
        limit = min((each for each in (self.close_after, self.reset_after) if each is not None), default=None)
        over = limit is not None and seen + len(job) >= limit
        if limit is not None:
            job = job[: max(0, limit - seen)]
        self.connections[-1] += job
        with self._lock:
            self._waiting += job
            if over and self.reset_after is not None and self._connection:
                _reset(self._connection)
        return over

    def _print(self) -> None:
        while not self._stopping.is_set():
            if not self._waiting or self._offline():
                time.sleep(TICK)
                continue
            with self._lock:
                piece = bytes(self._waiting[: max(1, int((self.rate or 1e6) * TICK))])
                del self._waiting[: len(piece)]
                if not piece:
                    continue
                if self.paper_out_after is not None:
                    left = max(0, self.paper_out_after - len(self.paper_bytes))
                    if len(piece) > left:
                        self._waiting[:0] = piece[left:]
                        piece, self.paper, self.paper_out_after = piece[:left], "out", None
                self.paper_bytes += piece
                tokens = list(self._tokens.feed(piece))
            for token in tokens:
                self._answer_in_turn(token)
            if self.rate:
                time.sleep(TICK)

    def _answer_in_turn(self, token: Token) -> None:
        if token.kind == b"\x1dr" and not self.no_gsr:
            self._acknowledge(b"\x03" if self.paper == "near" else b"\x00")
        elif token.kind == b"\x1d(H" and not self.no_gsh:
            self._acknowledge(b"\x37\x22" + token.body[2:] + b"\x00")

    def _acknowledge(self, answer: bytes) -> None:
        if not self.ack_drop:
            time.sleep(self.ack_delay)
            self._say(answer)

    def _say(self, answer: bytes) -> None:
        if self.no_reply:
            return
        with self._lock, contextlib.suppress(OSError):
            if self._connection:
                self._connection.sendall(answer)

    def _offline(self) -> bool:
        return self.paper == "out" or self.cover_open or self.cutter_jammed

    def _status(self, question: int) -> int:
        bits = {
            1: 0x08 if self._offline() else 0,
            2: (0x04 if self.cover_open else 0)
            | (0x20 if self.paper == "out" else 0)
            | (0x40 if self.cutter_jammed else 0),
            3: 0x08 if self.cutter_jammed else 0,
            4: {"ok": 0, "near": 0x0C, "out": 0x6C}[self.paper],
        }
        return 0x12 | bits[question]


def _gone(connection: socket.socket) -> bool:
    """Whether the other side has reset; what it sent stays unread."""
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
