"""What a request passes before any route sees it: a span, a bounded body, a known body type and a token.

Deny by default. A path needs a token unless it was named as open when the application was made.
"""

import asyncio
import re
import time
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servicekit.auth import Role, TokenVerifier, acting_as
from servicekit.auth.principal import no_node_here
from servicekit.auth.tokens import bearer
from servicekit.errors import Invalid, Problem
from servicekit.http.ending import EventStreams
from servicekit.http.problems import TooLarge, UnsupportedMediaType, problem_response, unforeseen
from servicekit.rates import RequestRates
from servicekit.telemetry import metrics, names, tracing

MAX_BODY = 1 << 20
BODY_SECONDS = 30.0
"""From the first look at a request's body to its end."""
_JSON = re.compile(r"application/(json|[\w.-]+\+json)\s*(;.*)?", re.IGNORECASE)
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Guards:
    """A pure ASGI middleware: the principal it sets is seen by everything that runs further in."""

    def __init__(
        self,
        app: ASGIApp,
        verifier: TokenVerifier,
        open_paths: Iterable[str],
        streams: EventStreams,
        rates: RequestRates,
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._open = tuple(open_paths)
        self._streams = streams
        self._rates = rates
        self._seconds = metrics.histogram(names.HTTP_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # nothing here speaks it, so nothing can forget to check a token
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = _Answer(send, self._streams)
        began = time.perf_counter()
        with tracing.span(f"HTTP {scope['method']}", parent=headers, method=scope["method"]) as span:
            try:
                await self._guarded(scope, headers, receive, answer)
            except asyncio.CancelledError:
                if not self._streams.ended_by_us():
                    raise
                await answer.finish()
            except Problem as problem:
                await answer.problem(problem, scope, receive)
            except Exception as error:
                await answer.problem(unforeseen(error, f"{scope['method']} {scope['path']}"), scope, receive)
            route = getattr(scope.get("route"), "path", "none")
            span.update_name(f"HTTP {scope['method']} {route}")
            span.set_attribute("status", answer.status)
            self._seconds.record(time.perf_counter() - began, {"route": route, "status": answer.status})

    async def _guarded(self, scope: Scope, headers: Headers, receive: Receive, send: "_Answer") -> None:
        bounded = _bounded(headers, receive)
        if self._is_open(scope["path"]):
            await self._app(scope, bounded, send)
            return
        who = await self._verifier.authenticate(bearer(headers.get("authorization", "")))
        if who.role is Role.NODE:
            raise no_node_here()
        self._rates.count(who)
        _check_type(scope["method"], headers)
        with acting_as(who):
            await self._app(scope, bounded, send)

    def _is_open(self, path: str) -> bool:
        return any(path == open_path or path.startswith(open_path + "/") for open_path in self._open)


class _Answer:
    """The sending side, which remembers whether an answer has begun."""

    def __init__(self, send: Send, streams: EventStreams) -> None:
        self._send = send
        self._streams = streams
        self.status = 0
        self._task = asyncio.current_task()  # the request's own: a framework may send from a child of it

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._streams.began(message, self._task)
        await self._send(message)

    async def finish(self) -> None:
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def problem(self, problem: Problem, scope: Scope, receive: Receive) -> None:
        if self.status == 0:  # too late otherwise: the connection ends in the middle of the body
            await problem_response(problem)(scope, receive, self)


def _check_type(method: str, headers: Headers) -> None:
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    if method in _WITH_BODY and has_body and not _JSON.fullmatch(headers.get("content-type", "")):
        raise UnsupportedMediaType(
            "content_type_unsupported",
            "the body is not declared as JSON",
            hint="send Content-Type: application/json",
        )


def _bounded(headers: Headers, receive: Receive) -> Receive:
    declared = headers.get("content-length", "0")
    if declared.isascii() and declared.isdigit() and int(declared) > MAX_BODY:
        raise _too_large()
    seen, whole = 0, False
    until: float | None = None

    async def bounded() -> Message:
        nonlocal seen, whole, until
        if whole:  # what is waited for now is the end of the connection
            return await receive()
        until = until or asyncio.get_running_loop().time() + BODY_SECONDS
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError as error:
            raise Invalid("body_incomplete", f"the body did not come within {BODY_SECONDS:g} s") from error
        seen += len(message.get("body", b""))
        if seen > MAX_BODY:
            raise _too_large()
        whole = not message.get("more_body", False)
        return message

    return bounded


def _too_large() -> TooLarge:
    return TooLarge("body_too_large", f"the body is larger than {MAX_BODY} bytes", hint="send less at once")
