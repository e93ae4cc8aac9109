"""The sending side of one request: what every answer carries, and what is said of it in the log.

Every answer has an id and `nosniff`, none is stored unless its route says so, HEAD has no body, and what has
no content has no type of it.
"""

import logging
import time

from starlette.types import Message, Send

from servicekit.auth import Principal
from servicekit.telemetry.logging import answered
from servicekit.telemetry.request_id import HEADER

_WITHOUT_CONTENT = frozenset({204, 304})
_OF_CONTENT = frozenset({b"content-type", b"content-length"})
_ID = HEADER.encode()
_NOT_GUESSED_AT = (b"x-content-type-options", b"nosniff")
_NOT_KEPT = (b"cache-control", b"no-store")
_SERVER_FAULT = 500
_PROBES = frozenset({"/healthz", "/readyz"})


Headers = list[tuple[bytes, bytes]]


class Answer:
    def __init__(self, send: Send, request_id: str, *, head: bool) -> None:
        self._send = send
        self._request_id = request_id
        self._head = head
        self._began_seconds = time.perf_counter()
        self.status = 0
        """0 until the answer has begun."""
        self.who: Principal | None = None
        self.headers: dict[str, str] = {}
        """Of every answer to this request, a refusal too."""
        self.code = ""
        """Of the problem that was told."""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._complete(message)
            await self._send(message)
            if self._head:
                await self._finish()
        elif not self._head:
            await self._send(message)

    def _complete(self, message: Message) -> None:
        headers: Headers = list(message.get("headers", ()))
        if self.status in _WITHOUT_CONTENT:
            headers = [header for header in headers if header[0] not in _OF_CONTENT]
        if all(name != _NOT_KEPT[0] for name, _ in headers):
            headers.append(_NOT_KEPT)
        ours = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        message["headers"] = [*headers, *ours, (_ID, self._request_id.encode()), _NOT_GUESSED_AT]

    async def _finish(self) -> None:
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    @property
    def seconds(self) -> float:
        """Since the request came."""
        return time.perf_counter() - self._began_seconds

    def told(self, method: str, route: str) -> None:
        """The access line. Never a body, a parameter or a header's value."""
        level = logging.WARNING if self.status >= _SERVER_FAULT else logging.INFO
        if route in _PROBES:  # also the 503 of a process that is not ready yet, which has its own lines
            level = logging.DEBUG
        refused = {"code": self.code} if self.code else {}
        answered(
            "servicekit.http",
            level,
            method=method,
            route=route,
            status=self.status,
            duration_ms=round(self.seconds * 1000, 1),
            tenant_id=self.who.tenant_id if self.who else "",
            **refused,
        )
