"""Connections to the REST API, bounded: so many at once, and none that says nothing.

Uvicorn waits for ever for the first request of a connection and for the rest of a later one. Here a
connection without a request for 30 s is closed; when there are too many, the one that has been idle longest
makes room, so that somebody who opens many keeps nobody else out, nor the liveness probe.

What is no HTTP is refused like everything else, by a problem with an id, and told with whom it came from.
"""

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from servicekit.http.problems import MalformedHttp, problem_response
from servicekit.telemetry import request_id
from servicekit.telemetry.logging import logger

MOST = 2000
IDLE_SECONDS = 30.0
_log = logger("servicekit.http")
_OF_ALL = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"connection", b"close"),
)


def _is_not_told_here(record: logging.LogRecord) -> bool:
    return record.msg != "Invalid HTTP request received."


logging.getLogger("uvicorn.error").addFilter(_is_not_told_here)


class BoundedConnection(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    most = MOST
    idle_seconds = IDLE_SECONDS

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._idle_since = self.loop.time()
        self._look: asyncio.TimerHandle | None = None
        # at the last look: what is to be sent before it closes may be taken by nobody
        self._closing = False

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

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls for bytes that it cannot read; its own answer is text without an id."""
        with request_id.serving("") as its_id:
            problem = MalformedHttp("http_malformed", "this is no HTTP/1.1 request", hint="is it https?")
            answer = problem_response(problem, self.config.app.state.problems)
            headers = [*answer.raw_headers, (request_id.HEADER.encode(), its_id.encode()), *_OF_ALL]
            head = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\n" + head + b"\r\n" + answer.body)
            _log.info("answered", method="", route="none", status=400, code=problem.code, peer=self.client)
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """Somebody asks for another protocol and gets an answer of this one, as HTTP has it."""

    def _close_if_idle(self) -> None:
        since, now = self.idle_since, self.loop.time()
        stuck, self._closing = self._closing, self.transport.is_closing()
        if stuck or (since is not None and now - since >= self.idle_seconds):
            self.transport.abort()
            return
        later = self.idle_seconds if since is None else since + self.idle_seconds - now
        self._look = self.loop.call_later(later, self._close_if_idle)
