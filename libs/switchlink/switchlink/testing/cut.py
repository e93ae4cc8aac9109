"""A wire that can be cut: a TCP relay to a switch that ends at a word in what the client says."""

import asyncio
from typing import Self


class Wire:
    """Relays until the client sends `word`; that piece is still delivered, then both ends are closed."""

    def __init__(self, target: tuple[str, int], word: bytes) -> None:
        self._target = target
        self._word = word
        self._server: asyncio.Server | None = None
        self.cuts = 0

    @classmethod
    async def open(cls, target: tuple[str, int], word: bytes) -> Self:
        wire = cls(target, word)
        wire._server = await asyncio.start_server(wire._relay, target[0], 0)
        return wire

    @property
    def address(self) -> tuple[str, int]:
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        try:
            async with asyncio.TaskGroup() as group:
                back = group.create_task(_copy(far_reader, writer))
                while data := await reader.read(65536):
                    far_writer.write(data)
                    if self._word in data:
                        await far_writer.drain()
                        self.cuts += 1
                        break
                back.cancel()
        finally:
            far_writer.close()
            writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()
