"""An event stream (SSE) as an answer: `id`, `event` and JSON as `data`, until somebody ends it.

It ends when the reader goes, when what the reader showed is good no longer, when the server stops, and when
the reader is too slow; the reader is told why by an event `ended`, with the code of a refusal, and can resume
with Last-Event-ID. What is written waits for the reader, so a stream holds no more than the connection's
buffer and one event.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress

import msgspec
from fastapi.sse import format_sse_event
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from servicekit.auth import principal
from servicekit.errors import Problem, Unavailable
from servicekit.open_streams import Streams
from servicekit.streams.telling import Event
from servicekit.telemetry.logging import logger

HEAD_ONLY = "keepline.head_only"
"""In the scope of a HEAD that is answered as a GET."""
RETRY_MS = 1000
"""So long a browser waits before it connects again."""
STALLED_SECONDS = 30.0
"""A reader that takes nothing for so long is cut off."""
_LAST_WORDS_SECONDS = 1.0

_log = logger(__name__)

Events = Callable[[], AsyncGenerator[Event, None]]


class EventStream(Response):
    media_type = "text/event-stream"

    def __init__(self, events: Events) -> None:
        """events: asked once; the first is there at once. Raises Problem, which refuses the request when it
        is raised before the first event, and otherwise ends the stream."""
        self.background = None
        self.status_code = 200
        self.init_headers({"X-Accel-Buffering": "no"})
        self._events = events
        self._begun = False
        self._count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        who, streams = principal(), _streams_of(scope)
        if HEAD_ONLY in scope:
            await self._begin(send)
            return
        began_seconds, code = time.perf_counter(), ""
        about = {"route": getattr(scope.get("route"), "path", ""), "tenant_id": who.tenant_id}
        try:
            async with streams.held(who), aclosing(self._events()) as events:
                first = await anext(events)
                await self._begin(send)
                _log.info("a stream began", **about)
                await self._until_gone(first, events, receive, send)
        except Problem as why:
            if not self._begun:
                raise
            code = why.code
            await self._last_words(send, why)
        duration_ms = round((time.perf_counter() - began_seconds) * 1000, 1)
        _log.info("a stream ended", **about, code=code, events=self._count, duration_ms=duration_ms)

    async def _begin(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        self._begun = True

    async def _until_gone(
        self, first: Event, events: AsyncIterator[Event], receive: Receive, send: Send
    ) -> None:
        telling = asyncio.create_task(self._tell(first, events, send))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            telling.cancel()
            leaving.cancel()
            await asyncio.wait({telling, leaving})
        if not telling.cancelled():
            telling.result()

    async def _tell(self, first: Event, events: AsyncIterator[Event], send: Send) -> None:
        await self._write(send, f"retry: {RETRY_MS}\n".encode() + _encoded(first))
        async for event in events:
            await self._write(send, _encoded(event))
            await asyncio.sleep(0)  # nothing waits when the reader is gone, and that has to be noticed

    async def _write(self, send: Send, body: bytes) -> None:
        try:
            async with asyncio.timeout(STALLED_SECONDS):
                await send({"type": "http.response.body", "body": body, "more_body": True})
        except TimeoutError:
            raise _stalled() from None
        self._count += 1

    async def _last_words(self, send: Send, why: Problem) -> None:
        """Whoever does not take them is cut off by the connection."""
        told = {"code": why.code, "detail": why.detail, "hint": why.hint}
        body = _encoded(Event("ended", msgspec.json.encode(told)))
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_SECONDS):
                await send({"type": "http.response.body", "body": body, "more_body": False})


def _streams_of(scope: Scope) -> Streams:
    streams: Streams = scope["app"].state.streams
    return streams


def _encoded(event: Event) -> bytes:
    return format_sse_event(data_str=event.data.decode(), event=event.name, id=event.id or None)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _stalled() -> Unavailable:
    return Unavailable("reader_stalled", f"nothing was read for {STALLED_SECONDS:g} s", hint="connect again")
