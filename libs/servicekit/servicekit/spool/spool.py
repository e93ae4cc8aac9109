"""The face of a spool for the event loop: `put` returns at once, a thread of its own does the disk.

Bounded. What does not fit is refused; what was accepted is on disk after the next write (some 60
milliseconds), in the order of `put`. What the disk refuses for now waits in memory, within the same bound,
is tried again, and goes straight to the broker meanwhile.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from servicekit.kafka.records import Outgoing
from servicekit.settings import WrongSetting
from servicekit.spool.file import DiskTrouble, SpoolFile, SpoolInUse, size_of
from servicekit.telemetry.logging import logger

T = TypeVar("T")

_log = logger(__name__)
_RETRY_DISK_SECONDS = 1.0
_GATHER_SECONDS = 0.05
MAX_BYTES = 256 << 20
IN_MEMORY = -1
"""The place of what was lent from memory."""


@dataclass(frozen=True, slots=True)
class _Write:
    batch: list[Outgoing]
    done: Future[None]


class Spool:
    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        """`max_bytes` of events on disk and in memory together. Raises WrongSetting."""
        try:
            self._file = SpoolFile(folder)
        except SpoolInUse as error:
            raise WrongSetting("KEEPLINE_DATA_DIR", f"{folder} is in use by another process") from error
        except (OSError, DiskTrouble) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise WrongSetting("KEEPLINE_DATA_DIR", f"cannot use {folder}: {why}") from error
        self._max_bytes = max_bytes
        self._buffer: list[Outgoing] = []
        # on disk and in memory together; counted here, because a write under way is in both
        self._records, self._bytes = self._file.pending_records, self._file.pending_bytes
        self._read_to = 0
        self._lent = 0
        # delivered up to here, and not forgotten by the disk; 0: nothing
        self._to_forget = 0
        self._to_write = asyncio.Event()
        self._to_read = asyncio.Event()
        # records since the start: accepted, and of them on disk
        self._accepted = self._kept = 0
        self._wrote = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._under_way: _Write | None = None
        self._problem = self._unread = ""

    def put(self, record: Outgoing) -> bool:
        """False when the spool is full. Raises ValueError for text that has no UTF-8."""
        size = size_of(record)
        if self._bytes + size > self._max_bytes:
            return False
        self._buffer.append(record)
        self._records += 1
        self._bytes += size
        self._accepted += 1
        self._to_write.set()
        return True

    async def kept(self) -> None:
        """Waits until all that was accepted so far is on the disk."""
        wanted = self._accepted
        while self._kept < wanted:
            await self._wrote.wait()

    def depth(self) -> int:
        return self._records

    def fullness(self) -> float:
        """0.0 to 1.0 of the bound."""
        return self._bytes / self._max_bytes

    @property
    def on_disk(self) -> bool:
        return not self._buffer

    def problem(self) -> str:
        return self._problem or self._unread

    async def write(self) -> None:
        """Carries what was put to the disk; run it as a task. When it is cancelled, what is left is
        written."""
        self._to_write.set()
        try:
            while True:
                await self._to_write.wait()
                self._to_write.clear()
                await self._flush()
                # a commit, and a request to the broker, for all that comes meanwhile
                await asyncio.sleep(_GATHER_SECONDS)
        finally:
            self._last_flush()

    def rewind(self) -> None:
        """What was read and not taken is read again; what was lent from memory is given back."""
        self._read_to, self._lent = self._to_forget, 0

    async def read(self, limit: int) -> tuple[list[Outgoing], int]:
        """Waits for records; each is read once, in order. With them the place to `take`. While the disk takes
        nothing they come straight from memory, until they are taken or `rewind` gives them back; while it
        gives nothing, nothing comes."""
        while True:
            self._to_read.clear()
            try:
                found = await self._in_thread(lambda: self._file.read(self._read_to, limit))
            except DiskTrouble as trouble:  # what lies on the disk is older than what is in memory
                self._lost(trouble)
                self._unread = f"the disk does not give events: {trouble}"
                _log.error(
                    "the spool cannot be read, trying again", reason=str(trouble), waiting=self.depth()
                )
                await asyncio.sleep(_RETRY_DISK_SECONDS)
                continue
            self._unread = ""
            if found:
                self._read_to = found[-1][0]
                return [record for _, record in found], self._read_to
            if self._problem and self._buffer and self._under_way is None:
                lent = self._buffer[:limit]
                self._lent = len(lent)
                return lent, IN_MEMORY
            await self._to_read.wait()

    async def take(self, place: int) -> None:
        """They were delivered. What the disk cannot forget now is forgotten later; a crash in between sends
        it again."""
        if place == IN_MEMORY:
            self._take_lent()
            return
        self._to_forget = place
        await self._forget()

    async def put_aside(self, record: Outgoing, why: str) -> None:
        """Keeps in the file what the broker will not have."""
        try:
            await self._in_thread(lambda: self._file.put_aside(record, why))
        except DiskTrouble as trouble:
            self._troubled(trouble)

    def close(self) -> None:
        """After `write` ended."""
        self._thread.shutdown(wait=True)
        self._file.close()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _take_lent(self) -> None:
        sent = self._buffer[: self._lent]
        del self._buffer[: self._lent]
        self._lent = 0
        self._records -= len(sent)
        self._bytes -= sum(map(size_of, sent))
        self._now_kept(len(sent))

    async def _forget(self) -> None:
        place = self._to_forget
        try:
            records, size = await self._in_thread(lambda: self._file.take(place))
        except DiskTrouble as trouble:
            self._troubled(trouble)
            self._to_write.set()
            return
        if self._to_forget == place:
            self._to_forget = 0
        self._records -= records
        self._bytes -= size

    async def _flush(self) -> None:
        if self._lent:  # it would be written and sent
            await self._later()
            return
        if self._buffer or self._under_way is not None:
            self._under_way = self._under_way or self._begin()
            try:
                await asyncio.shield(asyncio.wrap_future(self._under_way.done))  # a begun write is not undone
            except DiskTrouble as trouble:
                self._under_way = None
                self._troubled(trouble)
                self._to_read.set()
                await self._later()
                return
            self._written()
        if self._to_forget:
            await self._forget()
        if self._to_forget:
            await self._later()
        elif self._problem:
            _log.info("the disk takes events again", events=self.depth())
            self._problem = ""

    async def _later(self) -> None:
        await asyncio.sleep(_RETRY_DISK_SECONDS)
        self._to_write.set()

    def _lost(self, trouble: DiskTrouble) -> None:
        self._records -= trouble.lost_records
        self._bytes -= trouble.lost_bytes

    def _troubled(self, trouble: DiskTrouble) -> None:
        self._lost(trouble)
        told = f"the disk does not take events: {trouble}"
        if told != self._problem:
            _log.error("the spool cannot be written, trying again", reason=str(trouble), waiting=self.depth())
        self._problem = told

    def _begin(self) -> _Write:
        batch = self._buffer[:]
        return _Write(batch, self._thread.submit(self._file.append, batch))

    def _written(self) -> None:
        if self._under_way is not None:
            del self._buffer[: len(self._under_way.batch)]
            self._now_kept(len(self._under_way.batch))
            self._under_way = None
        self._to_read.set()

    def _now_kept(self, records: int) -> None:
        self._kept += records
        self._wrote.set()
        self._wrote = asyncio.Event()

    def _last_flush(self) -> None:
        """At the end nobody is left to be blocked; a write that was under way finishes first."""
        try:
            while self._under_way is not None or self._buffer:
                self._under_way = self._under_way or self._begin()
                self._under_way.done.result()
                self._written()
        except DiskTrouble as trouble:
            self._under_way = None
            _log.critical("events on no disk yet", reason=str(trouble), events=len(self._buffer))
