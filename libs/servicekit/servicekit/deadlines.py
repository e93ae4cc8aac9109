"""Waiting with a deadline.

`asyncio.wait_for` is not used: before Python 3.12 it loses a cancellation that arrives just when the
awaited thing is done, and a task that loses its cancellation never ends.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def within(seconds: float, awaitable: Awaitable[T]) -> T:
    """What it gives, or TimeoutError after so many seconds."""
    async with asyncio.timeout(seconds):
        return await awaitable
