"""OPTIONS by a real Kamailio: from the public socket, to whoever answers, whoever is silent and nobody."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest

from edge_agent.adapters.kamailio.options_probe import ASK_SECONDS, KamailioOptions
from edge_agent.domain.probe import Outcome, ProbedEndpoint
from harness.config_server import Control, udp_endpoint
from harness.until import until
from switchlink.kamailio_rpc import KamailioHttp
from switchlink.testing.running_edge import RunningEdge, running_edge

CONFIG = Path(__file__).parents[3] / "infra" / "kamailio" / "kamailio.cfg"
FROM = "sip:keepalive@edge.sip.test"


class Provider(asyncio.DatagramProtocol):
    """Answers each OPTIONS with `status`, or not at all (0). heard: requests and where they came from."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.heard: list[tuple[str, tuple[str, int]]] = []
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text = data.decode()
        self.heard.append((text, addr))
        kept = ("via:", "from:", "to:", "call-id:", "cseq:")
        lines = [line for line in text.split("\r\n") if line.lower().startswith(kept)]
        answer = "\r\n".join([f"SIP/2.0 {self.status} Said", *lines, "Content-Length: 0", "", ""])
        if self.status and self._transport is not None:
            self._transport.sendto(answer.encode(), addr)


async def provider(status: int, host: str = "127.0.0.9") -> tuple[Provider, ProbedEndpoint]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(lambda: Provider(status), local_addr=(host, 0))
    port: int = transport.get_extra_info("sockname")[1]
    return protocol, ProbedEndpoint(host, port, "udp")


@pytest.fixture(scope="module")
async def edge() -> AsyncIterator[RunningEdge]:
    async with running_edge(CONFIG) as running:
        yield running


@pytest.fixture
async def options(edge: RunningEdge) -> AsyncIterator[KamailioOptions]:
    async with KamailioHttp(edge.run.rpc_url, ASK_SECONDS) as rpc:
        yield KamailioOptions(rpc, FROM, lambda address: address != "127.0.0.66")


@pytest.mark.parametrize("status", [200, 404, 503])
async def test_the_final_response_is_told_and_comes_to_the_public_socket(
    edge: RunningEdge, options: KamailioOptions, status: int
) -> None:
    heard, endpoint = await provider(status)
    outcome = await options.ask(endpoint)
    assert outcome is not None
    assert (outcome.sip_status, outcome.milliseconds > 0) == (status, True)
    text, source = heard.heard[0]
    assert source == edge.public
    assert text.startswith(f"OPTIONS sip:127.0.0.9:{endpoint.port};transport=udp SIP/2.0\r\n")
    assert f"From: <{FROM}>;tag=" in text
    assert text.count("tag=") == 1


async def test_silence_is_no_answer(options: KamailioOptions) -> None:
    _, endpoint = await provider(0)
    outcome = await options.ask(endpoint)
    assert outcome is not None
    assert not outcome.answered


@pytest.mark.parametrize(
    ("name", "endpoint"),
    [
        ("a port that nobody listens on", ProbedEndpoint("127.0.0.9", 9, "tcp")),
        ("a name that does not exist", ProbedEndpoint("nobody.invalid", 5060, "udp")),
        ("an address that may not be sent to", ProbedEndpoint("127.0.0.66", 5060, "udp")),
    ],
)
async def test_what_cannot_be_reached_is_no_answer(
    name: str, options: KamailioOptions, endpoint: ProbedEndpoint
) -> None:
    outcome = await options.ask(endpoint)
    assert outcome is not None
    assert not outcome.answered


async def test_a_name_is_asked_by_its_name_at_its_address(options: KamailioOptions) -> None:
    heard, endpoint = await provider(200, "127.0.0.1")
    outcome = await options.ask(ProbedEndpoint("localhost", endpoint.port, "udp"))
    assert outcome is not None
    assert outcome.sip_status == 200
    assert heard.heard[0][0].startswith(f"OPTIONS sip:localhost:{endpoint.port};")


@pytest.mark.parametrize(
    "endpoint", [ProbedEndpoint("192.0.2.1", 5061, "tls"), ProbedEndpoint("::1", 5060, "udp")]
)
async def test_an_edge_without_such_a_socket_says_nothing(
    options: KamailioOptions, endpoint: ProbedEndpoint
) -> None:
    assert await options.ask(endpoint) is None


async def test_an_edge_that_is_away_says_nothing() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    async with KamailioHttp(f"http://127.0.0.1:{port}/RPC", ASK_SECONDS) as rpc:
        away = KamailioOptions(rpc, FROM, lambda _: True)
        assert await away.ask(ProbedEndpoint("127.0.0.9", 5060, "udp")) is None


async def test_an_endpoint_that_is_named_is_probed_at_once(
    edge: RunningEdge, control: Control, agent_beside: Callable[..., Any]
) -> None:
    """By the whole agent with its own interval, 30 s."""
    heard, named = await provider(404, "127.0.0.12")
    async with agent_beside(edge, control, KEEPLINE_ADDRESSES__ALLOW='["127.0.0.0/8"]') as agent:
        await control.in_force()
        await agent.until_ready()
        control.change(udp_endpoint(named.host, named.port))
        await until(lambda: heard.heard, 15.0, "the first probe")
        text, source = heard.heard[0]
        assert (source, text.partition(" ")[0]) == (edge.public, "OPTIONS")


async def test_silent_ones_hold_up_nobody(options: KamailioOptions) -> None:
    _, silent = await provider(0, "127.0.0.10")
    _, answering = await provider(200, "127.0.0.11")
    waiting = [asyncio.ensure_future(options.ask(silent)) for _ in range(60)]
    outcome = await options.ask(answering)
    assert outcome is not None
    assert outcome.sip_status == 200
    assert not any(task.done() for task in waiting)
    assert all(isinstance(found, Outcome) and not found.answered for found in await asyncio.gather(*waiting))
