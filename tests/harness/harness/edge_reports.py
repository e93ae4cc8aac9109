"""What an edge tells of its refusals, read as its agent reads it."""

import asyncio
import json
from typing import Any

from harness.until import until
from switchlink.testing.running_edge import RunningEdge


class Listener:
    """Reads netstrings as the edge agent does, and grants room when the test says so."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def grant(self, room: int, edge: RunningEdge) -> None:
        text = str(room)
        before = await self._granted(edge)
        self._writer.write(f"{len(text)}:{text},".encode())

        async def granted() -> bool:
            return await self._granted(edge) != before

        await until(granted, within=2.0)

    async def next(self, within: float = 2.0) -> dict[str, Any]:
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
