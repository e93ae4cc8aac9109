"""The shape of all server interceptors here: something that is entered before a handler and left after it.

One context manager serves all four kinds of RPC, so no interceptor can forget streams.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, TypeAlias

import grpc
import grpc.aio

# the runtime classes cannot be subscripted, only those of the stubs can
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
MaybeHandler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"
Continuation: TypeAlias = "Callable[[grpc.HandlerCallDetails], Awaitable[MaybeHandler]]"
INTERNAL_SERVICES = ("/grpc.health.v1.Health/", "/grpc.reflection.")


@dataclass(frozen=True, slots=True)
class Rpc:
    method: str
    streams_response: bool
    metadata: dict[str, str]

    @property
    def internal(self) -> bool:
        """Health and reflection: asked by orchestrators and tools that hold no token."""
        return self.method.startswith(INTERNAL_SERVICES)


class Around(ABC, grpc.aio.ServerInterceptor):
    @abstractmethod
    def around(self, rpc: Rpc, context: Context) -> AbstractAsyncContextManager[None]: ...

    async def intercept_service(
        self,
        continuation: Continuation,
        handler_call_details: grpc.HandlerCallDetails,
    ) -> MaybeHandler:
        handler = await continuation(handler_call_details)
        if handler is None:
            return handler
        rpc = Rpc(
            handler_call_details.method,
            bool(handler.response_streaming),
            {k: v for k, v in handler_call_details.invocation_metadata if isinstance(v, str)},
        )
        return self._wrapped(handler, rpc)

    def _wrapped(self, handler: Handler, rpc: Rpc) -> Handler:
        kind = ("stream" if handler.request_streaming else "unary") + (
            "_stream" if handler.response_streaming else "_unary"
        )
        inner = getattr(handler, kind)
        wrap = self._stream if handler.response_streaming else self._unary
        make = getattr(grpc, f"{kind}_rpc_method_handler")
        made: Handler = make(
            wrap(inner, rpc),
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )
        return made

    def _unary(self, inner: Callable[..., Any], rpc: Rpc) -> Callable[[Any, Context], Awaitable[Any]]:
        async def unary(request: Any, context: Context) -> Any:
            async with self.around(rpc, context):
                return await inner(request, context)

        return unary

    def _stream(self, inner: Callable[..., Any], rpc: Rpc) -> Callable[[Any, Context], AsyncIterator[Any]]:
        async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
            async with self.around(rpc, context):
                answers = inner(request, context)
                if hasattr(answers, "__aiter__"):
                    async for answer in answers:
                        yield answer
                else:  # a handler that calls context.write itself
                    await answers

        return stream
