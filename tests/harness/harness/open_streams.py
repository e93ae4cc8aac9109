"""A service alone that takes API keys and has a stream by gRPC and one by REST, which it does not end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import orjson
from starlette.requests import Request

from servicekit.auth import TokenVerifier
from servicekit.auth.api_keys.known_keys import KnownKeys
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.grpc.server import GrpcServer
from servicekit.http import create_app
from servicekit.http.server import HttpServer
from servicekit.readiness import Readiness
from servicekit.streams.answer import EventStream
from servicekit.streams.telling import Event

NAME = "test.Streams"


@dataclass
class OpenStreams:
    """go_on: each stream says one thing, and another after this."""

    url: str = ""
    target: str = ""
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def _watch(self, _request: bytes, _context: object) -> AsyncIterator[bytes]:
        yield b"here"
        await self.go_on.wait()
        yield b"again"
        await asyncio.Event().wait()

    async def _events(self, _request: Request) -> EventStream:
        async def said() -> AsyncGenerator[Event, None]:
            yield Event("here", b"{}")
            await self.go_on.wait()
            yield Event("again", b"{}")
            await asyncio.Event().wait()

        return EventStream(said)

    def add(self, to: grpc.aio.Server) -> None:
        handlers: dict[str, Any] = {"Watch": grpc.unary_stream_rpc_method_handler(self._watch)}
        to.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(NAME, handlers),))


@asynccontextmanager
async def open_streams(keys: KnownKeys, folder: Path) -> AsyncIterator[OpenStreams]:
    streams = OpenStreams()
    issuer = DevIssuer.create(folder)
    verifier = TokenVerifier(
        orjson.loads(issuer.jwks_file.read_bytes()), issuer.issuer, issuer.audience, api_keys=keys
    )
    app = create_app("test", "Test", verifier, Readiness())
    app.add_route("/events", streams._events)
    http = HttpServer(app, "127.0.0.1:0")
    serving = asyncio.ensure_future(http.run())
    await http.started()
    server = GrpcServer(verifier)
    port = await server.start("127.0.0.1:0", streams.add, [NAME])
    streams.url, streams.target = f"http://127.0.0.1:{http.port}", f"127.0.0.1:{port}"
    yield streams
    http.stop(0)
    await server.stop(0)
    await serving
