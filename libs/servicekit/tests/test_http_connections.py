"""Connections that say nothing make room for those that ask."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from servicekit.http import create_app
from servicekit.http.connections import BoundedConnection
from servicekit.http.server import HttpServer
from servicekit.readiness import Readiness
from servicekit.testing import tokens, verifier_of

Open = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[int]:
    server = HttpServer(create_app("test", "Test", verifier_of(tokens(folder)), Readiness()), "127.0.0.1:0")
    running = asyncio.ensure_future(server.run())
    await server.started()
    yield server.port
    server.stop(0)
    await running


async def asked(port: int) -> int:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"http://127.0.0.1:{port}/healthz", timeout=20)).status_code


async def ended(connection: Open) -> bytes:
    """What came before its end."""
    try:
        return await asyncio.wait_for(connection[0].read(), 20)
    except ConnectionError:
        return b""
    finally:
        connection[1].close()


async def test_many_silent_connections_keep_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedConnection, "most", 10)
    async with serving(tmp_path) as port:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
        assert await asked(port) == 200
        oldest = [await ended(connection) for connection in silent[:40]]
        assert oldest == [b""] * 40
        for _, writer in silent:
            writer.close()


@pytest.mark.parametrize(
    "said", [b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHo"]
)
async def test_a_connection_that_never_ends_its_request_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(BoundedConnection, "idle_seconds", 0.2)
    async with serving(tmp_path) as port:
        connection = await asyncio.open_connection("127.0.0.1", port)
        connection[1].write(said)
        assert (await ended(connection)).startswith(b"HTTP/1.1 200" if b"\r\n\r\n" in said else b"")


async def test_a_body_that_never_ends_is_refused_and_its_connection_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("servicekit.http.bodies.BODY_SECONDS", 0.2)
    issuer = tokens(tmp_path)
    app = create_app("test", "Test", verifier_of(issuer), Readiness())

    @app.post("/things")
    async def make(thing: dict[str, str]) -> None: ...

    server = HttpServer(app, "127.0.0.1:0")
    running = asyncio.ensure_future(server.run())
    await server.started()
    connection = await asyncio.open_connection("127.0.0.1", server.port)
    head = f"Host: x\r\nAuthorization: Bearer {issuer.token('t_a')}\r\nContent-Type: application/json\r\n"
    connection[1].write(f"POST /things HTTP/1.1\r\n{head}Content-Length: 100\r\n\r\n{{".encode())
    answer = await asyncio.wait_for(connection[0].read(), 20)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"body_incomplete" in answer
    connection[1].close()
    server.stop(0)
    await running
