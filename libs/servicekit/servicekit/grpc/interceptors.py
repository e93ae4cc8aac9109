"""What every gRPC call passes, outermost first: span, problems to statuses, deadline, token.

Rule: `except Exception` for gRPC stands here and nowhere else; a cancelled call stays cancelled.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

import grpc.aio
from grpc_status import rpc_status
from opentelemetry.trace import SpanKind

from servicekit.auth import TokenVerifier, acting_as
from servicekit.auth.tokens import bearer
from servicekit.errors import Invalid, Problem
from servicekit.grpc.around import Around, Context, Rpc
from servicekit.grpc.status import to_status
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
        except Exception as error:
            _log.error("an unexpected error", what=rpc.method, exc_info=error)
            await _abort(context, Problem("internal", "something went wrong on our side"))


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
    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier

    @asynccontextmanager
    async def around(self, rpc: Rpc, context: Context) -> AsyncIterator[None]:
        if rpc.internal:
            yield
            return
        with acting_as(self._verifier.verify(bearer(rpc.metadata.get("authorization", "")))):
            yield


async def _abort(context: Context, problem: Problem) -> None:
    await context.abort_with_status(rpc_status.to_status(to_status(problem)))
