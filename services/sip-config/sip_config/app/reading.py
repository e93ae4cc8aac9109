"""How a replica comes to know all trunks, numbers and agents, and goes on while the broker is away.

Trunks are read once from the store, numbers and agents from their topics; all are followed on the topics.
What is written while the broker is away waits in the outboxes, which every replica can see: so all of them
offer it within a second or two, and not only the one that wrote it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from servicekit.errors import Unavailable
from sip_config.app.network import Network
from sip_config.ports import Deleted, Feed, TrunkStore

AGAIN = 1.0  # seconds
WAITING = 500  # documents at a look
_BREATH = 50  # trunks between two chances for others


@dataclass(frozen=True, slots=True)
class Reading:
    store: TrunkStore
    feed: Feed
    network: Network
    caught_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def trunks(self, count: Callable[[], int]) -> None:
        """Until it succeeds once: nodes are told nothing before."""
        while True:
            try:
                await self._all()
            except Unavailable:
                await asyncio.sleep(AGAIN)
            else:
                break
        await self.network.believe("trunks", count)
        self.feed.complete("trunks")

    async def numbers(self, count: Callable[[], int]) -> None:
        """Once the topic was read to its end (`caught_up`)."""
        await self.caught_up.wait()
        await self.network.believe("numbers", count)
        self.feed.complete("numbers")

    async def outboxes(self, away: Callable[[], str]) -> None:
        """away: why the broker is away, empty when it is there."""
        while True:
            await asyncio.sleep(AGAIN)
            if not away():
                continue
            try:
                for one in await self.store.waiting(WAITING):
                    if isinstance(one, Deleted):
                        self.feed.trunk_deleted(one.trunk_id)
                    else:
                        self.feed.trunk_written(one)
            except Unavailable:
                continue

    async def _all(self) -> None:
        read = 0
        async for trunk in self.store.all():
            self.feed.trunk_written(trunk)
            read += 1
            if read % _BREATH == 0:
                await asyncio.sleep(0)
