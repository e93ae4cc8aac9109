"""Reading a long list takes the processor, which all tenants share.

The lists of one tenant are read one after the other, each in slices between which other requests come.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from servicekit.errors import TooMany

MOST_LISTS = 8
"""Of one tenant, with the one that is read."""
SLICE_SECONDS = 0.005
_Item = TypeVar("_Item")


@dataclass(slots=True)
class _Lists:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    count: int = 0


@dataclass(frozen=True, slots=True)
class Turns:
    """Of this process."""

    lists: dict[str, _Lists] = field(default_factory=dict)

    @asynccontextmanager
    async def of(self, tenant_id: str) -> AsyncIterator[None]:
        """Raises TooMany."""
        own = self.lists.setdefault(tenant_id, _Lists())
        if own.count >= MOST_LISTS:
            detail = f"{MOST_LISTS} lists of yours are being read already"
            hint = "send the next one when one of them was answered"
            raise TooMany("requests_too_many", detail, hint=hint, retry_after=1)
        own.count += 1
        try:
            async with own.lock:
                yield
        finally:
            own.count -= 1
            if own.count == 0:
                del self.lists[tenant_id]


async def in_slices(items: Iterable[_Item]) -> list[_Item]:
    """items: each is made when it is asked for."""
    done: list[_Item] = []
    until = time.monotonic() + SLICE_SECONDS
    for item in items:
        done.append(item)
        if time.monotonic() > until:
            await asyncio.sleep(0)
            until = time.monotonic() + SLICE_SECONDS
    return done
