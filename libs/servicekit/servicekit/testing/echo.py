"""A gRPC server alone whose methods do what a test asks of them, and what is opened to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio

from servicekit.auth.dev_issuer import DevIssuer
from servicekit.grpc import GrpcServer, channel, principal
from servicekit.testing import verifier_of

NAME = "keepline.test.v1.Echo"
Context = Any


class Echo:
    """Raw bytes in and out; `failure` is what the next call raises."""

    failure: Exception | None = None
    remaining: float | None = None
    inner: str = ""

    async def unary(self, request: bytes, context: Context) -> bytes:
        self.remaining = context.time_remaining()
        if self.failure is not None:
            raise self.failure
        if self.inner:
            async with channel(self.inner, request.decode) as onward:
                call: Any = onward.unary_unary(f"/{NAME}/Inner")
                return bytes(await call(request))
        return principal().tenant_id.encode()

    async def within(self, request: bytes, context: Context) -> bytes:
        return str(context.time_remaining()).encode()

    async def stream(self, request: bytes, context: Context) -> AsyncIterator[bytes]:
        yield principal().tenant_id.encode()
        if self.failure is not None:
            raise self.failure
        await asyncio.Event().wait()

    async def written(self, request: bytes, context: Context) -> None:
        await context.write(principal().tenant_id.encode())

    async def unwritten(self, request: bytes, context: Context) -> bytes:
        context.set_code(grpc.StatusCode.UNIMPLEMENTED)
        raise NotImplementedError("Method not implemented!")

    def add(self, server: grpc.aio.Server) -> None:
        handlers: dict[str, Any] = {
            "Unary": grpc.unary_unary_rpc_method_handler(self.unary),
            "Inner": grpc.unary_unary_rpc_method_handler(self.within),
            "Stream": grpc.unary_stream_rpc_method_handler(self.stream),
            "Written": grpc.unary_stream_rpc_method_handler(self.written),
            "Unwritten": grpc.unary_unary_rpc_method_handler(self.unwritten),
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(NAME, handlers),))


@dataclass
class Served:
    echo: Echo
    server: GrpcServer
    target: str
    issuer: DevIssuer

    def open(self, tenant: str | None = "t_demo", default_timeout: float = 5.0) -> grpc.aio.Channel:
        token = None if tenant is None else (lambda: self.issuer.token(tenant))
        return channel(self.target, token, default_timeout)


@asynccontextmanager
async def served_alone(issuer: DevIssuer) -> AsyncIterator[Served]:
    echo, server = Echo(), GrpcServer(verifier_of(issuer))
    port = await server.start("127.0.0.1:0", echo.add, [NAME])
    yield Served(echo, server, f"127.0.0.1:{port}", issuer)
    await server.stop(0)


async def refused(call: Awaitable[Any] | Callable[[], Awaitable[Any]]) -> grpc.aio.AioRpcError:
    try:
        await (call() if callable(call) else call)
    except grpc.aio.AioRpcError as error:
        return error
    raise AssertionError("it was answered")
