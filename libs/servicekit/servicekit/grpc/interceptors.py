"""What every gRPC call passes, outermost first: span, problems to statuses, end of streams, deadline, token.

`except Exception` for gRPC stands here and nowhere else; a cancelled call stays cancelled.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import grpc
import grpc.aio
from grpc_status import rpc_status
from opentelemetry.trace import SpanKind

from servicekit.auth import Role, TokenVerifier, acting_as
from servicekit.auth.principal import no_node_here
from servicekit.auth.tokens import bearer
from servicekit.errors import Invalid, Problem, Unavailable
from servicekit.grpc.around import Around, Context, Rpc
from servicekit.grpc.status import to_status
from servicekit.rates import RequestRates
from servicekit.telemetry import metrics, names, tracing
from servicekit.telemetry.logging import logger

_log = logger(__name__)
# monotonic time at which the current call must be over; what its handler calls gets no more than the rest
deadline: ContextVar[float | None] = ContextVar("keepline_deadline", default=None)


class Spans(Around):
    def __init__(self) -> None:
        self._seconds = metrics.histogram(names.RPC_SECONDS)

    @asynccontextmanager
    async def around(self, rpc: Rpc, context: Context) -> AsyncIterator[None]:
        began = time.perf_counter()
        with tracing.span(rpc.method, parent=rpc.metadata, kind=SpanKind.SERVER):
            try:
                yield
            finally:
                labels = {"method": rpc.method, "code": str(context.code() or 0)}
                self._seconds.record(time.perf_counter() - began, labels)


class Problems(Around):
    @asynccontextmanager
    async def around(self, rpc: Rpc, context: Context) -> AsyncIterator[None]:
        try:
            yield
        except Problem as problem:
            await _abort(context, problem)
        except grpc.aio.AbortError:
            raise
        except NotImplementedError:  # what generated servicers raise for a method that nobody wrote
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, "this method is not served here")
        except Exception as error:
            _log.error("an unexpected error", what=rpc.method, exc_info=error)
            await _abort(context, Problem("internal", "something went wrong on our side"))


class Streams(Around):
    """Streams have no end of their own: when the server stops, they are ended with UNAVAILABLE."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ending = False

    def end(self) -> None:
        self._ending = True
        for task in tuple(self._tasks):
            task.cancel()

    @asynccontextmanager
    async def around(self, rpc: Rpc, context: Context) -> AsyncIterator[None]:
        task = asyncio.current_task()
        if not rpc.streams_response or task is None:
            yield
            return
        self._tasks.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if not self._ending:
                raise
            task.uncancel()  # the cancellation was ours, the client gets a proper end
            raise Unavailable("server_stopping", "this server is stopping", hint="connect again") from None
        finally:
            self._tasks.discard(task)


class Deadlines(Around):
    """A call without a deadline could hold its resources for ever; only streams to the client may."""

    @asynccontextmanager
    async def around(self, rpc: Rpc, context: Context) -> AsyncIterator[None]:
        remaining = context.time_remaining()
        if remaining is None and not rpc.streams_response and not rpc.internal:
            raise Invalid("deadline_missing", "the call has no deadline", hint="set a timeout on the call")
        token = deadline.set(None if remaining is None else time.monotonic() + remaining)
        try:
            yield
        finally:
            deadline.reset(token)


class Tokens(Around):
    def __init__(self, verifier: TokenVerifier, for_nodes: Sequence[str], rates: RequestRates) -> None:
        """for_nodes: the services that the role node reaches, and no other."""
        self._verifier = verifier
        self._rates = rates
        self._for_nodes = tuple(f"/{name}/" for name in for_nodes)

    @asynccontextmanager
    async def around(self, rpc: Rpc, context: Context) -> AsyncIterator[None]:
        if rpc.internal:
            yield
            return
        who = await self._verifier.authenticate(bearer(rpc.metadata.get("authorization", "")))
        if who.role is Role.NODE and not rpc.method.startswith(self._for_nodes):
            raise no_node_here()
        self._rates.count(who)
        with acting_as(who):
            yield


async def _abort(context: Context, problem: Problem) -> None:
    await context.abort_with_status(rpc_status.to_status(to_status(problem)))
