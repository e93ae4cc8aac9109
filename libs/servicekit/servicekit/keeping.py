"""A task that is not a process's main duty: it is started again when it crashes, and is told meanwhile."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from servicekit.backoff import Backoff
from servicekit.clock import Clock
from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger

_log = logger(__name__)
FIRST_SECONDS, LONGEST_SECONDS = 0.2, 30.0
SETTLED_SECONDS = 10.0
"""A task that ran so long after a crash is well again."""

Make = Callable[[], Coroutine[Any, Any, None]]


class KeptTask:
    def __init__(self, name: str, make: Make, clock: Clock, backoff: Backoff | None = None) -> None:
        """`make` gives a new coroutine for each start."""
        self.name = name
        self._make = make
        self._clock = clock
        self._backoff = backoff or Backoff(FIRST_SECONDS, LONGEST_SECONDS)
        self._crash = ""
        self._running_since: float | None = None
        self._restarts = metrics.counter(names.TASK_RESTARTS)

    def problem(self) -> str:
        """Why it crashed last; "" when it never did, or has run for SETTLED_SECONDS since."""
        return "" if self._settled() else self._crash

    async def run(self) -> None:
        """Ends when the coroutine ends by itself or when this task is cancelled."""
        while True:
            self._running_since = self._clock.monotonic()
            try:
                await self._make()
                self._crash = ""
                return
            except asyncio.CancelledError:
                if _told_to_end():
                    raise
                self._crashed("cancelled by somebody else", None)
            except Exception as error:  # whatever it is, the main duty goes on
                self._crashed(repr(error), error)
            self._running_since = None
            await self._backoff.pause()

    def _crashed(self, reason: str, error: Exception | None) -> None:
        if self._settled():
            self._backoff.reset()
        self._crash = f"crashed and is started again: {reason}"
        self._restarts.add(1, {"task": self.name})
        _log.error("a task crashed, it is started again", task=self.name, reason=reason, exc_info=error)

    def _settled(self) -> bool:
        since = self._running_since
        return since is not None and self._clock.monotonic() - since >= SETTLED_SECONDS


def _told_to_end() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
