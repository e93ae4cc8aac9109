"""Pauses between attempts: each twice the last, up to a bound, and none quite the same.

What many processes wait for comes back for all of them at once; the spread (0.7 to 1.3) keeps them from
asking in step.
"""

import asyncio
import random

FIRST_SECONDS, LONGEST_SECONDS = 0.1, 2.0


class Backoff:
    def __init__(
        self, first_seconds: float = FIRST_SECONDS, longest_seconds: float = LONGEST_SECONDS
    ) -> None:
        self._first, self._longest = first_seconds, longest_seconds
        self._next = first_seconds

    def reset(self) -> None:
        """After a success: the next pause is the first again."""
        self._next = self._first

    def next_seconds(self) -> float:
        """How long to pause now; each call doubles the next answer, up to the bound."""
        seconds = self._next * random.uniform(0.7, 1.3)  # noqa: S311 - only spreads the load
        self._next = min(self._next * 2, self._longest)
        return seconds

    async def pause(self) -> None:
        await asyncio.sleep(self.next_seconds())
