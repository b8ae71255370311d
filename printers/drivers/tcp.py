"""Printers on the network: `tcp://192.168.1.50:9100`.

One connection for each job, kept until the acknowledgement: closing with an answer in flight cuts the ticket short.
"""

import socket
from contextlib import closing, suppress
from time import monotonic
from urllib.parse import SplitResult

from printers.answers import Status
from printers.drivers.base import Outcome, PrinterError, Result, Seen, ignore
from printers.drivers.job import Job

PORT = 9100
CONNECT_SECONDS = 2.0


class TcpDriver:
    """Implements `Driver`."""

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port

    def send(self, data: bytes, job_id: bytes, deadline: float, seen: Seen = ignore) -> Outcome:
        try:
            connection = self._connect()
        except OSError:
            return Outcome(Result.NOT_PRINTED, reason="unreachable")
        with closing(connection):
            return Job(_SocketWire(connection), job_id, seen).run(data, deadline)

    def status(self) -> Status:
        try:
            with closing(self._connect()) as connection:
                return Job(_SocketWire(connection), b"", ignore).ask_status(everything=True)
        except OSError as lost:
            raise PrinterError(
                "the printer does not answer: check its power, its cable and its address", permanent=False
            ) from lost

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(self._address, CONNECT_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


class _SocketWire:
    """Implements `Wire`."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    def write(self, piece: bytes, seconds: float) -> int:
        self._socket.settimeout(max(seconds, 0.001))
        try:
            return self._socket.send(piece)
        except TimeoutError:
            return 0

    def read(self, seconds: float) -> bytes:
        self._socket.settimeout(max(seconds, 0.001))
        try:
            received = self._socket.recv(256)
        except TimeoutError:
            return b""
        if not received:
            raise _HungUp("the printer closed the connection")
        return received

    def farewell(self, seconds: float) -> bool:
        self._socket.shutdown(socket.SHUT_WR)
        until = monotonic() + seconds
        with suppress(_HungUp):
            while monotonic() < until:
                self.read(until - monotonic())
            return False
        return True


class _HungUp(ConnectionError):
    """The other side closed in good order, unlike a reset."""


def open_tcp(address: SplitResult) -> TcpDriver:
    """Raises PrinterError for an address without a host, or with a host or a port that cannot be one."""
    try:
        host, port = address.hostname or "", address.port or PORT
        host.encode("idna")
    except ValueError:
        host, port = "", PORT
    if not host:
        raise PrinterError("write the address as tcp://192.168.1.50:9100", permanent=True)
    return TcpDriver(host, port)
