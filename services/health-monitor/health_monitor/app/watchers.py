"""Subscribers to statuses, each with the newest news of each trunk and no more.

What a subscriber has not read yet is replaced, not queued: a slow or stalled one holds one entry for each of
its trunks at the most.
"""

import asyncio
from collections.abc import Collection

from health_monitor.domain.status import Status

News = dict[str, Status | None]
"""By trunk id; None: the trunk is gone."""


class Watcher:
    def __init__(self, tenant_id: str, trunk_ids: Collection[str]) -> None:
        self._tenant_id = tenant_id
        self._trunk_ids = frozenset(trunk_ids)
        self._news: News = {}
        self._awake = asyncio.Event()

    def wants(self, tenant_id: str, trunk_id: str) -> bool:
        return tenant_id == self._tenant_id and (not self._trunk_ids or trunk_id in self._trunk_ids)

    def tell(self, trunk_id: str, status: Status | None) -> None:
        self._news[trunk_id] = status
        self._awake.set()

    async def news(self, within: float) -> News:
        """What changed since the last look; empty when nothing did within the seconds."""
        try:
            async with asyncio.timeout(within):
                await self._awake.wait()
        except TimeoutError:
            return {}
        self._awake.clear()
        news, self._news = self._news, {}
        return news


class Watchers:
    """Implements StatusSink."""

    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()

    def watch(self, tenant_id: str, trunk_ids: Collection[str]) -> Watcher:
        watcher = Watcher(tenant_id, trunk_ids)
        self._watchers.add(watcher)
        return watcher

    def leave(self, watcher: Watcher) -> None:
        self._watchers.discard(watcher)

    def changed(self, status: Status) -> None:
        self._tell(status.tenant_id, status.id, status)

    def removed(self, status: Status) -> None:
        self._tell(status.tenant_id, status.id, None)

    def _tell(self, tenant_id: str, trunk_id: str, status: Status | None) -> None:
        for watcher in self._watchers:
            if watcher.wants(tenant_id, trunk_id):
                watcher.tell(trunk_id, status)
