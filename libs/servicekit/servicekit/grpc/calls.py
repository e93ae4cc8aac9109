"""What each call passes, whatever its kind: an id and a span, a deadline, a token, a count; then its handler.

A call has a task of its own, so what is set for the task (span, principal, deadline, id) is set for the call
and needs no taking back. `except Exception` for gRPC stands in `handlers` and nowhere else, and what it
caught comes here; a cancelled call stays cancelled.
"""

import logging
import time
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias, cast

import grpc
import grpc.aio
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from servicekit.auth import Principal, Role, TokenVerifier
from servicekit.auth.origin import Network, came_from
from servicekit.auth.principal import act_as, no_node_here
from servicekit.auth.tokens import bearer
from servicekit.errors import Invalid, Problem
from servicekit.grpc.status import to_status
from servicekit.rates import RequestRates
from servicekit.telemetry import metrics, names, request_id, tracing
from servicekit.telemetry.logging import answered, logger

_log = logger(__name__)
# the runtime class cannot be subscripted, only that of the stubs can
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
INTERNAL_SERVICES = ("/grpc.health.v1.Health/", "/grpc.reflection.")
"""Health and reflection: asked by orchestrators and tools that hold no token."""
MAX_DEADLINE_SECONDS = 300.0
"""Of a call with one answer."""
_DETAILS = "grpc-status-details-bin"
# monotonic time at which the current call must be over; what its handler calls gets no more than the rest
deadline: ContextVar[float | None] = ContextVar("keepline_deadline", default=None)


@dataclass(slots=True)
class Call:
    method: str
    context: Context
    headers: dict[str, str]
    request_id: str
    span: Span
    began_seconds: float
    told: tuple[tuple[str, str], ...]
    """Metadata of every answer to it: its id and, once they are known, its limits."""
    who: Principal | None = None
    """None: it needs no token, or has not shown it yet."""
    code: str = ""
    """Of the problem that was told."""
    gone: bool = False
    """The client has left before its answer was whole."""


class Calls:
    def __init__(
        self,
        verifier: TokenVerifier,
        for_nodes: Sequence[str],
        rates: RequestRates,
        proxies: Sequence[Network],
    ) -> None:
        """for_nodes: the services that the role node reaches, and no other; proxies: whose word on where a
        call came from is believed."""
        self._verifier = verifier
        self._rates = rates
        self._proxies = proxies
        self._for_nodes = tuple(f"/{name}/" for name in for_nodes)
        self._seconds = metrics.histogram(names.RPC_SECONDS)

    def begin(self, method: str, context: Context) -> Call:
        headers = {k: v for k, v in context.invocation_metadata() or () if isinstance(v, str)}
        taken = request_id.begin(headers.get(request_id.HEADER, ""))
        span = tracing.begin(method, headers, SpanKind.SERVER)
        told = ((request_id.HEADER, taken),)
        return Call(method, context, headers, taken, span, time.perf_counter(), told)

    async def admit(self, call: Call, *, streams: bool) -> None:
        """Raises Problem."""
        internal = call.method.startswith(INTERNAL_SERVICES)
        _check_deadline(call.context.time_remaining(), streams or internal)
        if internal:
            call.context.set_trailing_metadata(call.told)
            return
        who = await self._verifier.authenticate(bearer(call.headers.get("authorization", "")))
        if who.role is Role.NODE and not call.method.startswith(self._for_nodes):
            raise no_node_here()
        call.who = who
        came_from(call.context.peer(), call.headers.get("x-forwarded-for", ""), self._proxies)
        counted = self._rates.count(who)
        its_id = call.told
        call.told += tuple(counted.headers.items())
        if streams:
            call.context.set_trailing_metadata(its_id)
            await call.context.send_initial_metadata(call.told)
        else:
            call.context.set_trailing_metadata(call.told)
        counted.check()
        act_as(who)

    async def refuse(self, call: Call, error: Exception, request: object) -> NoReturn:
        """Tells the caller of it, and ends the call."""
        if isinstance(error, grpc.aio.AbortError):
            raise error
        call.span.set_status(Status(StatusCode.ERROR, type(error).__name__))
        if isinstance(error, NotImplementedError):  # of generated servicers, for a method that nobody wrote
            await call.context.abort(grpc.StatusCode.UNIMPLEMENTED, "this method is not served here")
        if not isinstance(error, Problem):
            _log.error("an unexpected error", what=call.method, exc_info=error)
            error = Problem("internal", "something went wrong on our side")
        call.code = error.code
        asked = cast(Descriptor, request.DESCRIPTOR) if isinstance(request, Message) else None
        status = to_status(error, call.request_id, asked)
        await call.context.abort(
            _CODES[error.grpc_status],
            status.message,
            (*call.told, (_DETAILS, status.SerializeToString())),
        )

    def end(self, call: Call) -> None:
        """Measures it and writes its access line: never a message, a token or other metadata."""
        status = grpc.StatusCode.CANCELLED if call.gone else call.context.code() or grpc.StatusCode.OK
        seconds = time.perf_counter() - call.began_seconds
        self._seconds.record(seconds, {"method": call.method, "code": status.name})
        call.span.end()
        level = logging.DEBUG if call.method.startswith(INTERNAL_SERVICES) else logging.INFO
        if status in _OUR_FAULTS:
            level = logging.WARNING
        refused = {"code": call.code} if call.code else {}
        answered(
            "servicekit.grpc",
            level,
            method=call.method,
            status=status.name,
            duration_ms=round(seconds * 1000, 1),
            tenant_id=call.who.tenant_id if call.who else "",
            **refused,
        )


_OUR_FAULTS = (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNAVAILABLE)
_CODES = {code.name: code for code in grpc.StatusCode}


def _check_deadline(remaining: float | None, may_lack: bool) -> None:
    """A call without a deadline could hold its resources for ever; only streams to the client may."""
    if remaining is None:
        if not may_lack:
            raise Invalid("deadline_missing", "the call has no deadline", hint="set a timeout on the call")
        return
    if not may_lack and remaining > MAX_DEADLINE_SECONDS:
        raise Invalid(
            "deadline_too_long",
            f"the deadline is {remaining:.0f} s away, {MAX_DEADLINE_SECONDS:g} s are allowed",
            hint="set a shorter timeout on the call",
        )
    deadline.set(time.monotonic() + remaining)
