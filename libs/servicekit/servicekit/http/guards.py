"""What a request passes before any route sees it: an id, a span, a bounded body, a known type and a token.

Deny by default. A path needs a token unless it was named as open when the application was made; only what
it knows (OPTIONS) is told to anybody, as the description of the API is.
"""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from opentelemetry.trace import SpanKind
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from servicekit.api.query import check_known
from servicekit.auth import Role, TokenVerifier
from servicekit.auth.origin import came_from
from servicekit.auth.principal import act_as, no_node_here
from servicekit.auth.tokens import bearer
from servicekit.errors import Problem
from servicekit.http.answer import Answer
from servicekit.http.bodies import bounded, check_type
from servicekit.http.methods import allowed, options
from servicekit.http.problems import (
    UnsupportedMediaType,
    from_http,
    no_such_path,
    problem_response,
    unforeseen,
)
from servicekit.http.routes import Routes
from servicekit.rates import RequestRates
from servicekit.streams.answer import HEAD_ONLY
from servicekit.telemetry import metrics, names, request_id, tracing

Headers: TypeAlias = Mapping[str, str]


class Guards:
    """A pure ASGI middleware. A request has a task of its own, so what is set for the task (id, span,
    principal, origin) is set for the request and needs no taking back."""

    def __init__(
        self,
        app: ASGIApp,
        verifier: TokenVerifier,
        open_paths: Iterable[str],
        rates: RequestRates,
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._open = tuple(open_paths)
        self._rates = rates
        self._routes = Routes()
        self._seconds = metrics.histogram(names.HTTP_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # nothing here speaks it, so nothing can forget to check a token
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, method = _headers_of(scope), scope["method"]
        its_id = request_id.begin(headers.get(request_id.HEADER, ""))
        span = tracing.begin(
            f"HTTP {method}", headers, SpanKind.INTERNAL, {"method": method, "request_id": its_id}
        )
        answer = Answer(send, its_id, head=method == "HEAD")
        inner = {**scope, "method": "GET", HEAD_ONLY: True} if method == "HEAD" else scope
        try:
            await self._answered(inner, headers, receive, answer)
        finally:
            route = self._route_of(inner)
            if span.is_recording():
                span.update_name(f"HTTP {method} {route}")
                span.set_attribute("status", answer.status)
            span.end()
            self._seconds.record(answer.seconds, {"route": route, "status": answer.status})
            answer.told(method, route)

    async def _answered(self, scope: Scope, headers: Headers, receive: Receive, answer: Answer) -> None:
        try:
            await self._guarded(scope, headers, receive, answer)
        except Problem as problem:
            await self._refused(problem, scope, receive, answer)
        except HTTPException as error:
            await self._refused(from_http(Request(scope), error), scope, receive, answer)
        except Exception as error:
            ours = unforeseen(error, f"{scope['method']} {scope['path']}")
            await self._refused(ours, scope, receive, answer)

    async def _guarded(self, scope: Scope, headers: Headers, receive: Receive, answer: Answer) -> None:
        body = bounded(headers, receive)
        if scope["method"] == "OPTIONS":
            methods = allowed(scope["app"].routes, scope["path"])
            if not methods:
                raise no_such_path(scope["path"])
            await options(methods)(scope, receive, answer)
            return
        if self._opened(scope["path"]):
            await self._app(scope, body, answer)
            return
        who = await self._verifier.authenticate(bearer(headers.get("authorization", "")))
        answer.who = who
        peer = scope.get("client") or ("", 0)
        came_from(peer[0], headers.get("x-forwarded-for", ""), scope["app"].state.proxies)
        if who.role is Role.NODE:
            raise no_node_here()
        counted = self._rates.count(who)
        answer.headers.update(counted.headers)
        counted.check()
        _check_type(scope, headers)
        act_as(who)
        await self._routed(scope, body, answer)

    async def _routed(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        found = self._routes.find(scope["app"], scope["method"], scope["path"])
        if found is None:
            await self._app(scope, receive, answer)
            return
        known, parameters = found
        if scope["query_string"]:
            check_known(scope, known.route)
        if known.endpoint is None:
            await self._app(scope, receive, answer)
            return
        scope["route"], scope["path_params"] = known.route, parameters
        response = await known.endpoint(request=Request(scope, receive), **parameters)
        await response(scope, receive, answer)

    async def _refused(self, problem: Problem, scope: Scope, receive: Receive, answer: Answer) -> None:
        answer.code = problem.code
        if answer.status == 0:  # too late otherwise: the connection ends in the middle of the body
            await problem_response(problem, scope["app"].state.problems)(scope, receive, answer)

    def _opened(self, path: str) -> str:
        """The open path that it is, or is below of; "" when there is none."""
        return next((one for one in self._open if path == one or path.startswith(one + "/")), "")

    def _route_of(self, scope: Scope) -> str:
        """As it was declared, so that it has no id in it; "none" for what is not there."""
        return getattr(scope.get("route"), "path", "") or self._opened(scope["path"]) or "none"


def _headers_of(scope: Scope) -> Headers:
    """Names in lower case (ASGI); the values of one that was sent twice, joined (RFC 9110, 5.3)."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return headers


def _check_type(scope: Scope, headers: Headers) -> None:
    """Of a method that the path knows; otherwise the router says what is wrong."""
    try:
        check_type(scope["method"], headers)
    except UnsupportedMediaType:
        if scope["method"] in allowed(scope["app"].routes, scope["path"]):
            raise
