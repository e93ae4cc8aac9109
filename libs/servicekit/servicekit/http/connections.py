"""Connections to the REST API, bounded: so many at once, and none that says nothing.

Uvicorn waits for ever for the first request of a connection and for the rest of a later one. Here a
connection without a request for 30 s is closed; when there are too many, the one that has been idle longest
makes room, so that somebody who opens many keeps nobody else out, nor the liveness probe.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

MOST = 2000
IDLE_SECONDS = 30.0


class BoundedConnection(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    most = MOST
    idle_seconds = IDLE_SECONDS

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._idle_since = self.loop.time()
        self._look: asyncio.TimerHandle | None = None

    @property
    def idle_since(self) -> float | None:
        """None: a request is under way."""
        return self._idle_since if self.cycle is None or self.cycle.response_complete else None

    def connection_made(self, transport: asyncio.Transport) -> None:
        if len(self.connections) >= self.most:
            idle = [one for one in self.connections if one.idle_since is not None]
            if idle:
                min(idle, key=lambda one: one.idle_since).transport.abort()
        super().connection_made(transport)
        if len(self.connections) > 2 * self.most:
            transport.abort()
            return
        self._look = self.loop.call_later(self.idle_seconds, self._close_if_idle)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        self._idle_since = self.loop.time()
        super().on_response_complete()

    def _close_if_idle(self) -> None:
        since, now = self.idle_since, self.loop.time()
        if since is not None and now - since >= self.idle_seconds:
            self.transport.abort()
            return
        later = self.idle_seconds if since is None else since + self.idle_seconds - now
        self._look = self.loop.call_later(later, self._close_if_idle)
