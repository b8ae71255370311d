"""What every door may use: the pieces of one running installation."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from clinic.questionnaire import Questionnaire
from server.pictures import Pictures
from server.settings import Settings
from server.spool import Paths
from server.storage.database import Database


@dataclass(frozen=True)
class House:
    """Made once by server/app.py and handed to each blueprint."""

    settings: Settings
    database: Database
    pictures: Pictures
    questionnaires: Mapping[str, Questionnaire]
    paths: Paths
    build: str

    @property
    def local_address(self) -> str:
        return local_address(self.settings)

    @cached_property
    def origin(self) -> str:
        """Where phones reach this server, for QR codes: the set address, else this machine's own on the network.

        While the server listens on the loopback address only, so does the QR code.
        """
        if self.settings.public_url:
            return self.settings.public_url.rstrip("/")
        host = self.settings.host if self.settings.host not in ("0.0.0.0", "::") else own_address()
        return f"http://{host}:{self.settings.port}"


def local_address(settings: Settings) -> str:
    """Where this machine's own browser finds the server."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    return f"http://{host}:{settings.port}"


def own_address() -> str:
    """This machine's address on its network; nothing is sent to find it. The loopback address without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
