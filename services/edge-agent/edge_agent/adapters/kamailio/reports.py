"""Reads what the edge reports (evapi: netstrings of JSON over TCP), and grants it room for more.

The edge writes to this connection with calls that block, so it writes no more than it was granted. The
grant is renewed each second by the loop that reads: when the agent hangs, reports end and calls go on. It is
the bound per second as well.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from servicekit.backoff import Backoff
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_GRANT_EVERY = 1.0
_CONNECT_WITHIN = 2.0
_LONGEST = 64 << 10


class BrokenFrame(Exception):
    """What came is no netstring of ours: the connection is of no use any more."""


class EdgeReports:
    def __init__(
        self, host: str, port: int, per_second: int, take: Callable[[Mapping[str, Any]], None]
    ) -> None:
        self._host, self._port = host, port
        self._grant = _netstring(str(per_second).encode())
        self._take = take
        self._backoff = Backoff()
        self.trouble = "not connected yet"

    async def run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_CONNECT_WITHIN):
                    reader, writer = await asyncio.open_connection(self._host, self._port, limit=_LONGEST)
            except (OSError, TimeoutError) as error:
                self.trouble = f"the edge's reports cannot be read: {error or type(error).__name__}"
                await self._backoff.pause()
                continue
            self.trouble = ""
            self._backoff.reset()
            await self._serve(reader, writer)
            await self._backoff.pause()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                granting = group.create_task(self._grant_room(writer))
                await self._read(reader)
                granting.cancel()
        except* (OSError, EOFError, BrokenFrame, asyncio.LimitOverrunError) as lost:
            reason = repr(lost.exceptions[0])
            self.trouble = f"the edge's reports ended: {reason}"
            _log.warning("the connection to the edge's reports ended", reason=reason)
        finally:
            writer.close()

    async def _grant_room(self, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(self._grant)
            await writer.drain()
            await asyncio.sleep(_GRANT_EVERY)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            report = _json(await _frame(reader))
            if isinstance(report, dict):
                self._take(report)


async def _frame(reader: asyncio.StreamReader) -> bytes:
    length = (await reader.readuntil(b":"))[:-1]
    if not length.isdigit() or int(length) > _LONGEST:
        raise BrokenFrame(f"length {length[:20]!r}")
    frame = await reader.readexactly(int(length))
    if await reader.readexactly(1) != b",":
        raise BrokenFrame("no comma after a frame")
    return frame


def _json(frame: bytes) -> Any:
    try:
        return orjson.loads(frame)
    except orjson.JSONDecodeError:
        _log.warning("a report of the edge is no JSON", size=len(frame))
        return None


def _netstring(content: bytes) -> bytes:
    return b"%d:%s," % (len(content), content)
