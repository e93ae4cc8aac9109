"""An event stream of REST is finished when its token ends, so that the browser connects anew and signs in."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
from starlette.requests import Request
from starlette.responses import StreamingResponse

from servicekit.clock import FakeClock, SystemClock
from servicekit.http import create_app
from servicekit.http.server import HttpServer
from servicekit.readiness import Readiness
from servicekit.testing import tokens, verifier_of


async def _events(_request: Request) -> StreamingResponse:
    async def forever() -> AsyncIterator[bytes]:
        yield b"data: here\n\n"
        await asyncio.Event().wait()

    return StreamingResponse(forever(), media_type="text/event-stream")


async def test_a_stream_is_finished_with_its_token(tmp_path: Path) -> None:
    issuer, clock = tokens(tmp_path), FakeClock(SystemClock().now())
    app = create_app("test", "Test", verifier_of(issuer, clock), Readiness())
    app.add_route("/events", _events)
    server = HttpServer(app, "127.0.0.1:0")
    serving = asyncio.create_task(server.run())
    await server.started()
    headers = {"Authorization": f"Bearer {issuer.token('t_demo', ttl=60)}"}
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=20) as client,
        client.stream("GET", "/events", headers=headers) as answer,
    ):
        parts = answer.aiter_bytes()
        assert await anext(parts) == b"data: here\n\n"
        clock.advance(62)
        assert [part async for part in parts] == []
    server.stop(1)
    await serving
