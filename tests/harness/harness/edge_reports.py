"""What an edge tells of its refusals, read as its agent reads it."""

import asyncio
import json
import socket
from typing import Any, Self

from harness.until import until
from switchlink.testing.running_edge import RunningEdge


class Listener:
    """Reads netstrings as the edge agent does, and grants room when the test says so."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, edge: RunningEdge, room: int = 2**16) -> Self:
        """Room that was granted to a reader before this one is gone: what is granted from now on is ours.

        room: about as many octets wait here, unread, and in the kernel for us."""
        ours = socket.socket()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        ours.connect(("127.0.0.1", edge.run.ports.events))
        ours.setblocking(False)
        listener = cls(*await asyncio.open_connection(sock=ours, limit=room))

        async def taken_back() -> bool:
            return await listener._granted(edge) == 0

        await until(taken_back)
        return listener

    async def grant(self, room: int, edge: RunningEdge) -> None:
        text = str(room)
        before = await self._granted(edge)
        self._writer.write(f"{len(text)}:{text},".encode())

        async def granted() -> bool:
            return await self._granted(edge) != before

        await until(granted)

    async def next(self, within: float = 10.0) -> dict[str, Any]:
        async with asyncio.timeout(within):
            length = int((await self._reader.readuntil(b":"))[:-1])
            event: dict[str, Any] = json.loads(await self._reader.readexactly(length))
            assert await self._reader.readexactly(1) == b","
            return event

    async def silent(self, within: float = 0.3) -> bool:
        try:
            await self.next(within)
        except TimeoutError:
            return True
        return False

    def close(self) -> None:
        self._writer.close()

    async def _granted(self, edge: RunningEdge) -> int:
        try:
            return int((await edge.rpc("htable.get", "flow", "granted"))["item"]["value"])
        except RuntimeError:
            return 0
