"""Pauses between attempts: longer each time, never quite the same, so that edges do not ask in step."""

import asyncio
import random

FIRST, LONGEST = 0.1, 5.0


class Pauses:
    def __init__(self, first: float = FIRST, longest: float = LONGEST) -> None:
        self._first, self._longest = first, longest
        self._next = first

    async def rest(self) -> None:
        await asyncio.sleep(self._next * random.uniform(0.7, 1.3))  # noqa: S311 - only spreads the load
        self._next = min(self._next * 2, self._longest)

    def reset(self) -> None:
        self._next = self._first
