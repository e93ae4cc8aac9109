"""A door alone, before one service that tells what it was sent; the other services are away."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc.aio
import httpx
from fastapi import FastAPI, Request, Response
from starlette.responses import JSONResponse, StreamingResponse

from harness.components.door import door_settings
from harness.process import Process
from servicekit.http.server import HttpServer
from servicekit.settings import host_port
from switchlink.testing.free_ports import free_port

SERVICE = "keepline.health.v1.TrunkHealth"
AWAY = ("sip-config", "phone-sources", "call-control")


@dataclass
class Behind:
    """health-monitor as these tests have it: it remembers what it was sent."""

    http: str = ""
    rpc: str = ""
    headers: list[dict[str, str]] = field(default_factory=list)
    metadata: list[dict[str, str]] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> FastAPI:
        app = FastAPI(openapi_url=None)

        @app.api_route("/api/v1/health/trunks", methods=["GET", "POST", "PATCH", "OPTIONS"])
        async def trunks(request: Request) -> Response:
            self.headers.append(dict(request.headers))
            size = int(request.query_params.get("size", 0))
            return JSONResponse({"method": request.method, "more": "x" * size}, headers={"ETag": '"3"'})

        @app.get("/api/v1/health/own")
        async def own() -> Response:
            return JSONResponse({}, headers={"Cache-Control": "private", "X-Request-Id": "mine"})

        @app.get("/api/v1/health/stream")
        async def stream() -> Response:
            return StreamingResponse(self._events(), media_type="text/event-stream")

        return app

    async def _events(self) -> AsyncIterator[bytes]:
        yield b"data: first\n\n"
        await self.go_on.wait()
        yield b"data: second\n\n"

    async def get(self, request: bytes, context: Any) -> bytes:
        self.metadata.append({key: str(value) for key, value in context.invocation_metadata()})
        if request == b"refuse":
            context.set_trailing_metadata((("x-request-id", "told-at-the-end"),))
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such trunk")
        return request

    async def watch(self, request: bytes, context: Any) -> AsyncIterator[bytes]:
        yield b"first"
        await self.go_on.wait()
        yield b"second"

    def add(self, server: grpc.aio.Server) -> None:
        handlers: dict[str, Any] = {
            "GetStatus": grpc.unary_unary_rpc_method_handler(self.get),
            "Watch": grpc.unary_stream_rpc_method_handler(self.watch),
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))


@dataclass(frozen=True, slots=True)
class Door:
    url: str
    rpc: str
    process: Process

    @property
    def address(self) -> tuple[str, int]:
        return host_port(self.url.partition("://")[2])

    def rest(self, **how: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, timeout=10, **how)

    def clear(self) -> grpc.aio.Channel:
        return grpc.aio.insecure_channel(self.rpc)


@asynccontextmanager
async def served_behind() -> AsyncIterator[Behind]:
    behind = Behind()
    server = HttpServer(behind.app(), "127.0.0.1:0")
    task = asyncio.ensure_future(server.run())
    await server.started()
    rpc = grpc.aio.server()
    behind.add(rpc)
    behind.rpc = f"127.0.0.1:{rpc.add_insecure_port('127.0.0.1:0')}"
    await rpc.start()
    behind.http = f"127.0.0.1:{server.port}"
    yield behind
    behind.go_on.set()
    await rpc.stop(0)
    server.stop(0)
    await task


@asynccontextmanager
async def open_door(behind: Behind, folder: Path, *, tls: bool = False, **more: str) -> AsyncIterator[Door]:
    http, rpc = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    away = {name: (f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}") for name in AWAY}
    reached = {**away, "health-monitor": (behind.http, behind.rpc)}
    settings = door_settings(folder / "door", http, rpc, reached, **more)
    process = Process("door", [sys.executable, "-m", "door"], folder / "door.log", env=settings)
    await process.start()

    async def listens() -> bool:
        try:
            _, writer = await asyncio.open_connection(*host_port(http))
        except OSError:
            return False
        writer.close()
        return True

    await process.ready(listens, 20, "its port is open")
    yield Door(f"http{'s' * tls}://{http}", http if tls else rpc, process)
    await process.stop()
