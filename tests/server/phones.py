"""Many phones that watch a server, in a process of their own.

`python -m tests.server.phones PORT < tokens` prints `ready` when each has its first picture, then for each line that it
reads how many pictures came since.
"""

import asyncio
import json
import sys
from collections.abc import Iterator

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Event, Request, TextMessage

OPEN, PING, PONG, CONNECTED, PICTURE = "0", "2", "3", "40", '42["picture"'
"""What Engine.IO and Socket.IO packets begin with."""


class Phone:
    """One page of one ticket: it watches, answers pings, and counts the pictures it gets."""

    def __init__(self, token: str) -> None:
        self.pictures = 0
        self.first = asyncio.Event()
        self._watch = json.dumps(["watch", {"face": "phone", "token": token}])
        self._protocol = WSConnection(ConnectionType.CLIENT)

    async def run(self, port: int) -> None:
        reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        target = "/live/?EIO=4&transport=websocket"
        self._writer.write(self._protocol.send(Request(host=f"127.0.0.1:{port}", target=target)))
        while data := await reader.read(65536):
            self._protocol.receive_data(data)
            for event in self._protocol.events():
                self._take(event)

    def _take(self, event: Event) -> None:
        if isinstance(event, AcceptConnection):
            return
        text = event.data if isinstance(event, TextMessage) else ""
        for answer in self._answers(text):
            self._writer.write(self._protocol.send(TextMessage(answer)))

    def _answers(self, packet: str) -> Iterator[str]:
        if packet == PING:
            yield PONG
        elif packet.startswith(CONNECTED):
            yield f"42{self._watch}"
        elif packet.startswith(OPEN):
            yield "40"
        elif packet.startswith(PICTURE):
            self.pictures += '"body"' in packet
            self.first.set()


async def main(port: int, tokens: list[str]) -> None:
    phones = [Phone(token) for token in tokens]
    running = [asyncio.create_task(phone.run(port)) for phone in phones]
    await asyncio.gather(*(phone.first.wait() for phone in phones))
    say("ready")
    told = 0
    while await asyncio.to_thread(sys.stdin.readline):
        total = sum(phone.pictures for phone in phones)
        say(total - told)
        told = total
    for task in running:
        task.cancel()


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), json.loads(sys.stdin.readline())))
