"""Waiting for a condition instead of for seconds."""

import asyncio
import time
from collections.abc import Callable


async def until(condition: Callable[[], object], within: float = 20.0) -> None:
    """Returns as soon as `condition` holds; fails after `within` seconds."""
    over = time.monotonic() + within
    while not condition():
        if time.monotonic() > over:
            raise AssertionError(f"not within {within} s: {condition}")
        await asyncio.sleep(0.005)
