"""A topic as this process has read it, and the readers that follow it.

Readers have no queue. Each has a place in the ring and takes what is behind it when it can, so a slow one
costs nothing; when the ring has gone on without it, it is told so. A reader that comes with another replica's
cursor gets what it has not had, whatever the order in which either replica read the partitions.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from itertools import islice
from typing import Generic, TypeVar

from servicekit.errors import Unavailable
from servicekit.streams.cursor import Cursor
from servicekit.streams.ring import Entry, Ring

T = TypeVar("T")

BATCH = 100
COMES_SECONDS = 5.0
_LOOK_SECONDS = 0.02


class Lost(Exception):
    """The ring does not reach back to the reader's place any more."""


class Feed(Generic[T]):
    """name: in cursors. current: whether the topic is followed right now."""

    def __init__(
        self, name: str, ring: Ring[T], now: Callable[[], datetime], current: Callable[[], bool]
    ) -> None:
        self.name = name
        self.ring = ring
        self._now, self._current = now, current
        self._as_of = now()
        self._number = 0
        # by partition: the offset that comes next, and from which on nothing is missing in the ring
        self._next: dict[int, int] = {}
        self._whole_from: dict[int, int] = {}
        self._readers: dict[str, set[Reader[T]]] = {}
        self.whole = False
        """Read to the end that the topic had at the start."""

    def begins(self, offsets: Mapping[int, int]) -> None:
        """Where reading starts, before anything is put."""
        self._next |= offsets
        self._whole_from |= offsets

    def caught_up(self) -> None:
        self.whole = True

    def put(self, at: tuple[int, int], tenant_id: str, key: str, value: T, size: int) -> None:
        """at: partition and offset."""
        partition, offset = at
        self._number += 1
        self._next[partition] = offset + 1
        entry = Entry(self._number, partition, offset, tenant_id, key, value, size)
        for gone in self.ring.put(entry):
            self._whole_from[gone.partition] = gone.offset + 1
            for reader in self._readers.get(gone.tenant_id, ()):
                reader.missed(gone)
        for reader in self._readers.get(tenant_id, ()):
            reader.wake()

    def passes(self, partition: int, offset: int) -> None:
        """A record of which nobody is told."""
        self._next[partition] = offset + 1

    def reader(self, tenant_id: str) -> "Reader[T]":
        """At the end of what is read. Raises Unavailable before the feed is whole."""
        if not self.whole:
            raise Unavailable(
                "stream_unavailable",
                "what happened so far is still being read",
                hint="connect again",
                retry_after=1,
            )
        return Reader(self, tenant_id)

    def as_of(self) -> datetime:
        """Until when everything that happened is known here."""
        if self._current():
            self._as_of = self._now()
        return self._as_of

    @property
    def number(self) -> int:
        """Of the newest entry."""
        return self._number

    def cursor(self, pending: Iterable[Entry[T]] = ()) -> Cursor:
        """Behind everything that is read but not `pending`, oldest first."""
        offsets = dict(self._next)
        seen: set[int] = set()
        for entry in pending:
            if entry.partition not in seen:
                seen.add(entry.partition)
                offsets[entry.partition] = entry.offset
                if len(seen) == len(offsets):
                    break
        return Cursor(tuple(offsets[partition] for partition in sorted(offsets)))

    def reaches(self, cursor: Cursor) -> bool | None:
        """Whether all behind the cursor is in the ring; None: the cursor is ahead of what is read here."""
        offsets = cursor.offsets
        if len(offsets) != len(self._next):
            return False
        if any(offset < self._whole_from.get(at, 0) for at, offset in enumerate(offsets)):
            return False
        return None if any(offset > self._next.get(at, 0) for at, offset in enumerate(offsets)) else True

    def join(self, reader: "Reader[T]") -> None:
        self._readers.setdefault(reader.tenant_id, set()).add(reader)

    def leave(self, reader: "Reader[T]") -> None:
        of_tenant = self._readers.get(reader.tenant_id, set())
        of_tenant.discard(reader)
        if not of_tenant:
            self._readers.pop(reader.tenant_id, None)


class Reader(Generic[T]):
    """As a context manager: it follows within the block only."""

    def __init__(self, feed: Feed[T], tenant_id: str) -> None:
        self.tenant_id = tenant_id
        self._feed = feed
        self._number = feed.number
        self._had: tuple[int, ...] = ()
        self._lost = False
        self._awake = asyncio.Event()

    def __enter__(self) -> "Reader[T]":
        self._feed.join(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._feed.leave(self)

    def wake(self) -> None:
        self._awake.set()

    def missed(self, gone: Entry[T]) -> None:
        """It has left the ring."""
        self._lost = self._lost or (gone.number > self._number and self._is_new(gone))

    @property
    def number(self) -> int:
        """Of the entry that it stands behind."""
        return self._number

    async def resume(self, cursor: Cursor) -> bool:
        """Stands behind the cursor; False: that cannot be done exactly. A replica that is behind the one that
        gave the cursor has a moment to come there."""
        async with _at_most(COMES_SECONDS):
            while self._feed.reaches(cursor) is None:  # noqa: ASYNC110 - seldom, and soon over
                await asyncio.sleep(_LOOK_SECONDS)
        self._lost = False
        if not self._feed.reaches(cursor):
            self._number = self._feed.number
            return False
        self._had = cursor.offsets
        not_had = next(
            (one for one in self._feed.ring.of_tenant(self.tenant_id, 0) if self._is_new(one)), None
        )
        self._number = self._feed.number if not_had is None else not_had.number - 1
        return True

    async def news(self, within_seconds: float) -> Sequence[tuple[Entry[T], str]]:
        """What is new, each with the cursor behind it; at most BATCH, none when nothing came in time. Raises
        Lost."""
        pending = self._pending()
        async with _at_most(within_seconds):
            while not pending:
                self._awake.clear()
                await self._awake.wait()
                pending = self._pending()
        taken = pending[:BATCH]
        if taken:
            self._number = taken[-1].number
        feed = self._feed
        return [
            (one, feed.cursor(islice(pending, at, None)).text(feed.name)) for at, one in enumerate(taken, 1)
        ]

    def cursor(self) -> str:
        """Behind what it was given."""
        return self._feed.cursor(self._pending()).text(self._feed.name)

    def _pending(self) -> list[Entry[T]]:
        if self._lost:
            raise Lost
        behind = self._feed.ring.of_tenant(self.tenant_id, self._number)
        return [one for one in behind if self._is_new(one)] if self._had else behind

    def _is_new(self, entry: Entry[T]) -> bool:
        return (
            not self._had or entry.partition >= len(self._had) or entry.offset >= self._had[entry.partition]
        )


@asynccontextmanager
async def _at_most(seconds: float) -> AsyncIterator[None]:
    """What is not done by then is left."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            yield
