"""Carries statuses to the database, whose outbox tells them; implements StatusSink.

The newest status of each trunk or agent waits until the database has it. An older one that never got through
is not missed, because each status is whole. What a process that dies had not written yet, the next one
judges anew.
"""

import asyncio

from health_monitor.domain.status import Gone, Status
from health_monitor.ports import StatusStore
from servicekit.errors import Problem, Unavailable
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_AGAIN = 1.0


class StatusPublisher:
    def __init__(self, store: StatusStore) -> None:
        self._store = store
        self._waiting: dict[str, Status | Gone] = {}
        self._awake = asyncio.Event()

    def changed(self, status: Status) -> None:
        self._put(status)

    def removed(self, status: Status) -> None:
        self._put(status.gone())

    def waiting(self) -> str | None:
        """For on_drain."""
        return f"{len(self._waiting)} statuses to be kept" if self._waiting else None

    async def run(self) -> None:
        while True:
            await self._carry()
            await self._awake.wait()
            self._awake.clear()

    async def _carry(self) -> None:
        while self._waiting:
            subject_id, news = next(iter(self._waiting.items()))
            try:
                await self._keep(news)
            except Unavailable:
                await asyncio.sleep(_AGAIN)
                continue
            except Problem as refused:
                # the next status of it is whole; the others must not wait for it
                _log.error("a status is not kept", of=subject_id, reason=refused.detail)
            if self._waiting.get(subject_id) is news:
                del self._waiting[subject_id]

    async def _keep(self, news: Status | Gone) -> None:
        if isinstance(news, Gone):
            await self._store.forget(news)
        else:
            await self._store.keep(news)

    def _put(self, news: Status | Gone) -> None:
        # at the end of the line, so that one that changes always does not starve the others
        self._waiting.pop(news.id, None)
        self._waiting[news.id] = news
        self._awake.set()
