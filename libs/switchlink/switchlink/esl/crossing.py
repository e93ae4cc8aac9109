"""What crosses from the hub's thread to the asyncio loop, in batches.

One wake-up serves all that came since the last one. The flag is cleared before the queue is
emptied: clearing it afterwards loses the wake-up of whatever came in between, for ever.
Answers are never dropped (there is one for each command sent). Events are: when the reader is too
slow, one mark takes the place of all that did not fit.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from .event import EslEvent, EslItem, Resync

BATCH = 512


class Crossing:
    def __init__(self, limit: int) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._limit = limit
        self._actions: deque[Callable[[], None]] = deque()
        self._items: deque[EslItem] = deque()
        self._arrived = asyncio.Event()
        self._awake = False
        self._overflowing = False
        self._ended = False
        self._error: BaseException | None = None
        self.dropped = 0

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def post(self, action: Callable[[], None]) -> None:
        """From any thread: run this on the loop."""
        self._actions.append(action)
        self._wake()

    def put(self, item: EslItem) -> None:
        """From the hub's thread: hand this to the reader, or drop it and say so."""
        if isinstance(item, EslEvent) and not self._has_room():
            self.dropped += 1
            return
        self._items.append(item)
        self._wake()

    async def take(self) -> list[EslItem]:
        """At least one item, or none at all when the link has ended; raises what ended it."""
        while not self._items and not self._ended:
            self._arrived.clear()
            await self._arrived.wait()
        if self._error is not None:
            raise self._error
        return [self._items.popleft() for _ in range(min(BATCH, len(self._items)))]

    def end(self, error: BaseException | None = None) -> None:
        self._ended = True
        self._error = self._error or error
        self._arrived.set()

    def _has_room(self) -> bool:
        waiting = len(self._items)
        if self._overflowing:
            self._overflowing = waiting > self._limit // 2
        elif waiting >= self._limit:
            self._overflowing = True
            self._items.append(Resync("overflow"))
        return not self._overflowing

    def _wake(self) -> None:
        if self._awake or self._loop is None:
            return
        self._awake = True
        try:
            self._loop.call_soon_threadsafe(self._drain)
        except RuntimeError:
            # The loop is closed: nobody is left to be told.
            self._actions.clear()

    def _drain(self) -> None:
        self._awake = False
        while self._actions:
            self._actions.popleft()()
        if self._items:
            self._arrived.set()
