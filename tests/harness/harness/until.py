"""Waits for a condition, not for seconds."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar, overload

T = TypeVar("T")

_STEP = 0.02


class NotInTime(Exception):
    """What was waited for did not come."""


@overload
async def until(
    condition: Callable[[], Coroutine[Any, Any, T | None]], within: float = ..., what: str = ...
) -> T: ...


@overload
async def until(condition: Callable[[], T | None], within: float = ..., what: str = ...) -> T: ...


async def until(condition: Callable[[], Any], within: float = 20.0, what: str = "the condition") -> Any:
    """Asks again and again until the answer is true, and gives it. within: seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while True:
        answer = condition()
        value = await answer if isinstance(answer, Awaitable) else answer
        if value:
            return value
        if loop.time() > end:
            raise NotInTime(f"{what} did not come within {within:g} s")
        await asyncio.sleep(_STEP)
