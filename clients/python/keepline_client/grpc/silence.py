"""A stream that may have died unnoticed: whoever stands between keeps the connection of a service that hangs.

A service that does not sends a heartbeat each 15 s.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

from keepline_client.errors import Unreachable

SILENCE_SECONDS: Final = 45.0


def heard(stream: Any, silence_seconds: float = SILENCE_SECONDS) -> Iterator[Any]:
    """Ends a silent one: it raises Unreachable."""
    while True:
        timer = threading.Timer(silence_seconds, stream.cancel)
        timer.daemon = True
        timer.start()
        try:
            told = next(stream)
        except StopIteration:
            return
        finally:
            timer.cancel()
        yield told


async def heard_async(stream: Any, silence_seconds: float = SILENCE_SECONDS) -> AsyncIterator[Any]:
    """As `heard`."""
    answers = aiter(stream)
    while True:
        try:
            async with asyncio.timeout(silence_seconds):
                told = await anext(answers)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise Unreachable("unreachable", "the stream is silent") from error
        yield told
