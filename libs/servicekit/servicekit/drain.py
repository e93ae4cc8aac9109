"""Ending well: what a process still waits for after SIGTERM, said aloud.

Waiting is bounded by the grace; what was not finished by then is named in the log.
"""

import asyncio
from collections.abc import Callable

from servicekit.clock import Clock
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_LOOK_EVERY = 0.05
_SAY_EVERY = 2.0

Waiting = Callable[[], str | None]


class Drain:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._items: dict[str, Waiting] = {}

    def add(self, what: str, waiting: Waiting) -> None:
        """`waiting` answers None (or "") when nothing is left, otherwise what is, in words."""
        self._items[what] = waiting

    def left(self) -> dict[str, str]:
        return {what: words for what, waiting in self._items.items() if (words := waiting())}

    async def wait(self, grace: float) -> bool:
        """Whether everything finished within the grace."""
        over = self._clock.monotonic() + grace
        say_at = self._clock.monotonic()
        while left := self.left():
            now = self._clock.monotonic()
            if now >= over:
                _log.warning("the grace is over, leaving work behind", left=left, grace=grace)
                return False
            if now >= say_at:
                _log.info("waiting before the end", left=left, seconds_left=round(over - now, 1))
                say_at = now + _SAY_EVERY
            await asyncio.sleep(_LOOK_EVERY)
        return True
