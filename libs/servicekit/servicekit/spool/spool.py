"""The face of a spool for the event loop: `put` returns at once, a thread of its own does the disk.

Rule: bounded. What does not fit is refused; what was accepted is on disk after the next write (some
milliseconds), in the order of `put`. What the disk refuses for now waits in memory, within the same bound.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from servicekit.kafka.records import Outgoing
from servicekit.settings import WrongSetting
from servicekit.spool import frames
from servicekit.spool.segments import SEGMENT, Place, Segments
from servicekit.telemetry.logging import logger

T = TypeVar("T")

_log = logger(__name__)
_RETRY_DISK = 1.0
MAX_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class _Write:
    batch: list[bytes]
    done: Future[None]


class Spool:
    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES, segment_bytes: int = SEGMENT) -> None:
        try:
            self._segments = Segments(folder, segment_bytes)
        except BlockingIOError as error:
            raise WrongSetting("KEEPLINE_DATA_DIR", f"{folder} is in use by another process") from error
        except OSError as error:
            raise WrongSetting("KEEPLINE_DATA_DIR", f"cannot use {folder}: {error.strerror}") from error
        self._max_bytes = max_bytes
        self._buffer: list[bytes] = []
        self._buffered_bytes = 0
        self._to_write = asyncio.Event()
        self._to_read = asyncio.Event()
        # records since the start: accepted, and of them on disk
        self._accepted = self._kept = 0
        self._wrote = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._under_way: _Write | None = None
        self._problem = ""

    def put(self, record: Outgoing) -> bool:
        """False when the spool is full."""
        frame = frames.encode(record)
        if self._segments.pending_bytes + self._buffered_bytes + len(frame) > self._max_bytes:
            return False
        self._buffer.append(frame)
        self._buffered_bytes += len(frame)
        self._accepted += 1
        self._to_write.set()
        return True

    async def kept(self) -> None:
        """Waits until all that was accepted so far is on the disk."""
        wanted = self._accepted
        while self._kept < wanted:
            await self._wrote.wait()

    def depth(self) -> int:
        return self._segments.pending_records + len(self._buffer)

    @property
    def on_disk(self) -> bool:
        return not self._buffer

    def problem(self) -> str:
        return self._problem

    async def write(self) -> None:
        """Carries what was put to the disk; run it as a task."""
        try:
            while True:
                await self._to_write.wait()
                self._to_write.clear()
                await self._flush()
        finally:
            self._last_flush()

    async def read(self, limit: int) -> tuple[list[Outgoing], Place]:
        """Waits for records; each is read once, in order."""
        while True:
            self._to_read.clear()
            records, place = await self._in_thread(lambda: self._segments.read(limit))
            if records:
                return records, place
            await self._to_read.wait()

    async def take(self, place: Place, records: int) -> None:
        await self._in_thread(lambda: self._segments.take(place, records))

    def close(self) -> None:
        self._thread.shutdown(wait=True)
        self._segments.close()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _flush(self) -> None:
        self._under_way = self._begin()
        try:
            await asyncio.shield(asyncio.wrap_future(self._under_way.done))  # a begun write is not undone
        except OSError as error:
            self._problem = f"the disk does not take events ({error.strerror})"
            _log.error("the spool cannot be written, trying again", reason=repr(error), waiting=self.depth())
            self._under_way = None
            await asyncio.sleep(_RETRY_DISK)
            self._to_write.set()
            return
        self._problem = ""
        self._written()

    def _begin(self) -> _Write:
        batch = self._buffer[:]
        return _Write(batch, self._thread.submit(self._segments.append, batch))

    def _written(self) -> None:
        if self._under_way is not None:
            del self._buffer[: len(self._under_way.batch)]
            self._buffered_bytes -= sum(map(len, self._under_way.batch))
            self._kept += len(self._under_way.batch)
            self._under_way = None
            self._wrote.set()
            self._wrote = asyncio.Event()
        self._to_read.set()

    def _last_flush(self) -> None:
        """At the end nobody is left to be blocked; a write that was under way finishes first."""
        try:
            while self._under_way is not None or self._buffer:
                self._under_way = self._under_way or self._begin()
                self._under_way.done.result()
                self._written()
        except OSError as error:
            _log.critical("events are lost with this process", reason=repr(error), events=len(self._buffer))
