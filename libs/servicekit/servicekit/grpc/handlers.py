"""Each method's handler inside what all calls pass; wrapped once, when it is asked for the first time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

import grpc
import grpc.aio

from servicekit.grpc.calls import Calls, Context
from servicekit.grpc.reading import bounded, each, taken
from servicekit.open_streams import Streams

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
MaybeHandler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"
Behaviour: TypeAlias = Callable[[Any, Context], Any]


class Handlers:
    """Stands in the server's place for what adds services to it."""

    def __init__(self, server: grpc.aio.Server, calls: Calls, streams: Streams) -> None:
        self._server = server
        self._calls = calls
        self._streams = streams

    def add_generic_rpc_handlers(self, added: Sequence[grpc.GenericRpcHandler]) -> None:
        self._server.add_generic_rpc_handlers([_Wrapped(one, self._wrap) for one in added])

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Handler]) -> None:
        """Nothing: the generic handlers serve them, and grpc.aio waits anew for each registered method with
        every call."""

    def _wrap(self, method: str, handler: Handler) -> Handler:
        kind = ("stream" if handler.request_streaming else "unary") + (
            "_stream" if handler.response_streaming else "_unary"
        )
        inner: Behaviour = getattr(handler, kind)
        take = each if handler.request_streaming else taken
        wrap = self._stream if handler.response_streaming else self._unary
        made: Handler = getattr(grpc, f"{kind}_rpc_method_handler")(
            wrap(method, inner, take),
            request_deserializer=bounded(handler.request_deserializer),
            response_serializer=handler.response_serializer,
        )
        return made

    def _unary(
        self, method: str, inner: Behaviour, take: Callable[[Any], Any]
    ) -> Callable[[Any, Context], Awaitable[Any]]:
        calls = self._calls

        async def unary(request: Any, context: Context) -> Any:
            call = calls.begin(method, context)
            try:
                await calls.admit(call, streams=False)
                return await inner(take(request), context)
            except asyncio.CancelledError:
                call.gone = True
                raise
            except Exception as error:
                await calls.refuse(call, error, request)
            finally:
                calls.end(call)

        return unary

    def _stream(
        self, method: str, inner: Behaviour, take: Callable[[Any], Any]
    ) -> Callable[[Any, Context], AsyncIterator[Any]]:
        calls = self._calls

        async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
            call = calls.begin(method, context)
            try:
                await calls.admit(call, streams=True)
                async with self._streams.held(call.who):
                    answers = inner(take(request), context)
                    if hasattr(answers, "__aiter__"):
                        async for answer in answers:
                            yield answer
                    else:  # a handler that calls context.write itself
                        await answers
            except asyncio.CancelledError:
                call.gone = True
                raise
            except Exception as error:
                await calls.refuse(call, error, request)
            finally:
                calls.end(call)

        return stream


class _Wrapped(grpc.GenericRpcHandler):
    def __init__(self, inner: grpc.GenericRpcHandler, wrap: Callable[[str, Handler], Handler]) -> None:
        self._inner = inner
        self._wrap = wrap
        self._made: dict[str, Handler] = {}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> MaybeHandler:
        method = handler_call_details.method
        made = self._made.get(method)
        if made is None:
            handler = self._inner.service(handler_call_details)
            if handler is None:
                return None
            made = self._made[method] = self._wrap(method, handler)
        return made
