"""Where a request came from: another's word counts only where the peer is a proxy that the settings name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import grpc
import grpc.aio
import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from servicekit.auth import origin
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.auth.origin import Network
from servicekit.grpc import channel
from servicekit.grpc.server import GrpcServer
from servicekit.http import create_app
from servicekit.http.server import HttpServer
from servicekit.readiness import Readiness
from servicekit.settings.groups import LOOPBACK
from servicekit.testing import tokens, verifier_of

NAME = "test.Origin"
POD, NEAR = (ip_network("10.1.0.0/16"),), ip_network("127.0.0.0/8")
SEEN: list[tuple[str, str, tuple[Network, ...], str]] = [
    ("ipv4:203.0.113.9:4711", "", LOOPBACK, "203.0.113.9"),
    ("ipv6:%5B2001:db8::7%5D:4711", "", LOOPBACK, "2001:db8::7"),
    ("203.0.113.9", "198.51.100.1", LOOPBACK, "203.0.113.9"),
    ("127.0.0.1", "198.51.100.1", LOOPBACK, "198.51.100.1"),
    ("127.0.0.1", "198.51.100.1", (), "127.0.0.1"),
    ("ipv6:%5B::1%5D:4711", "10.0.0.1, 198.51.100.1", LOOPBACK, "198.51.100.1"),
    ("127.0.0.1", "evil\r\nx", LOOPBACK, "127.0.0.1"),
    ("unix:", "", LOOPBACK, ""),
    ("", "198.51.100.1", LOOPBACK, ""),
    # the door is another pod
    ("10.1.2.3", "198.51.100.1", POD, "198.51.100.1"),
    ("10.2.2.3", "198.51.100.1", POD, "10.2.2.3"),
    ("::ffff:10.1.2.3", "198.51.100.1", POD, "198.51.100.1"),
    # two proxies: what stands before the last that is none is the client's own word
    ("10.1.2.3", "127.0.0.1, 198.51.100.1, 10.1.9.9", POD, "198.51.100.1"),
    ("10.1.2.3", "10.1.0.1, 10.1.0.2", POD, "10.1.0.1"),
    ("10.1.2.3", "198.51.100.1, nonsense, 10.1.0.2", POD, "10.1.0.2"),
]


@pytest.mark.parametrize(("peer", "forwarded", "proxies", "address"), SEEN)
def test_the_address_of_a_request(
    peer: str, forwarded: str, proxies: tuple[Network, ...], address: str
) -> None:
    origin.came_from(peer, forwarded, proxies)
    assert origin.address() == address


@asynccontextmanager
async def rest(issuer: DevIssuer, proxies: tuple[Network, ...]) -> AsyncIterator[str]:
    async def who(_request: Request) -> PlainTextResponse:
        return PlainTextResponse(origin.address())

    app = create_app("test", "Test", verifier_of(issuer), Readiness())
    app.add_route("/who", who)
    app.state.proxies = proxies
    server = HttpServer(app, "127.0.0.1:0")
    async with _serving(server) as url:
        yield url


@asynccontextmanager
async def _serving(server: HttpServer) -> AsyncIterator[str]:
    task = asyncio.ensure_future(server.run())
    await server.started()
    yield f"http://127.0.0.1:{server.port}"
    server.stop(0)
    await task


@pytest.mark.parametrize(("proxies", "seen"), [((NEAR,), "198.51.100.1"), (POD, "127.0.0.1")])
async def test_rest_and_grpc_believe_the_same_proxies(
    tmp_path: Path, proxies: tuple[Network, ...], seen: str
) -> None:
    issuer = tokens(tmp_path)
    said = {"Authorization": f"Bearer {issuer.token('t_a')}", "X-Forwarded-For": "198.51.100.1"}
    async with rest(issuer, proxies) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/who", headers=said)).text == seen

    async def who(_request: bytes, _context: object) -> bytes:
        return origin.address().encode()

    handlers = {"Who": grpc.unary_unary_rpc_method_handler(who)}
    server = GrpcServer(verifier_of(issuer), proxies=proxies)

    def add(to: grpc.aio.Server) -> None:
        to.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(NAME, handlers),))

    port = await server.start("127.0.0.1:0", add, [NAME])
    async with channel(f"127.0.0.1:{port}", lambda: issuer.token("t_a")) as asking:
        call = asking.unary_unary(f"/{NAME}/Who")
        assert await call(b"", metadata=(("x-forwarded-for", "198.51.100.1"),)) == seen.encode()
    await server.stop(0)
