"""The event socket by hand, for what the link refuses to send."""

import asyncio
from typing import Self


class RawEsl:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, host: str, port: int, password: str) -> Self:
        raw = cls(*await asyncio.open_connection(host, port))
        await raw.read()
        await raw.command(f"auth {password}")
        return raw

    async def command(self, text: str) -> str:
        """The body of an api answer, else the reply's headers."""
        self._writer.write(text.encode() + b"\n\n")
        return await self.read()

    async def read(self) -> str:
        async with asyncio.timeout(5):
            head = (await self._reader.readuntil(b"\n\n")).decode()
            length = next(
                (line[16:] for line in head.split("\n") if line.startswith("Content-Length: ")), "0"
            )
            body = await self._reader.readexactly(int(length))
        return body.decode() if body else head

    def close(self) -> None:
        self._writer.close()
