"""One call over two real switches (FreeSWITCH where there is one): what the first one's routers cost it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from switchlink.freeswitch import find_freeswitch
from switchlink.handover import HandOverServer
from switchlink.testing.free_ports import free_port
from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.switch_process import running_switch
from switchlink.testing.wire import SDP, Wire, request

ACME = "acme.sip.keepline.test"
CONFIGURATION = Path(__file__).parents[3] / "infra" / "freeswitch"
NAMES = (
    "variable_sip_h_X-Keepline-Call-Id",
    "variable_sip_h_X-Keepline-Attempt",
    "variable_sip_h_X-Keepline-Edge",
)


class Routers:
    """The routers of the second switch: they refuse each call, and keep how they were asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str | None, ...]] = []

    def decide(self, channel: Mapping[str, str]) -> Mapping[str, str]:
        self.asked.append(tuple(channel.get(name) for name in NAMES))
        return {
            "keepline_do": "refuse",
            "keepline_refuse_status": "404",
            "keepline_refuse_code": "asked_second",
        }


@dataclass
class Pair:
    edge: RunningEdge
    at_first: tuple[str, int]
    routers: Routers


@pytest.fixture(scope="module")
async def pair(shared_config: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    kind = "freeswitch" if find_freeswitch() is not None else "devswitch"
    routers = Routers()
    at_first, at_second = ("127.0.0.1", free_port("127.0.0.1")), ("127.0.0.1", free_port("127.0.0.1"))
    folders = [tmp_path_factory.mktemp("switch") for _ in range(2)]
    async with (
        running_edge(shared_config, edge_id="edge-2") as edge,
        HandOverServer(routers.decide, *at_second),
        running_switch(kind, CONFIGURATION, folders[0], edge.inner, routers=[at_first]) as first,
        running_switch(kind, CONFIGURATION, folders[1], edge.inner, routers=[at_second]) as second,
    ):
        await edge.load({ACME: "t|trk|e|127.0.1.0/24|1"}, {}, [first.sip, second.sip])
        yield Pair(edge, at_first, routers)


async def two_calls(pair: Pair, provider: Wire) -> set[str | None]:
    """One is offered to the first switch first. The attempts with which the second's router was asked."""
    pair.routers.asked.clear()
    for _ in range(2):
        text = request("INVITE", f"sip:+4930123@{ACME}", provider, body=SDP)
        provider.send(text, pair.edge.public)
        answer = await provider.receive(404)
        assert answer.start.endswith("(asked_second)")
        provider.forget()  # its repetitions: nobody acknowledges it
    assert len({call_id for call_id, _, _ in pair.routers.asked}) == 2
    assert {edge for _, _, edge in pair.routers.asked} == {"edge-2"}
    return {attempt for _, attempt, _ in pair.routers.asked}


async def test_a_switch_whose_routers_are_away_is_followed_by_the_next(pair: Pair, provider: Wire) -> None:
    assert await two_calls(pair, provider) == {"1", "2"}


async def test_a_mute_router_costs_its_guard_and_not_the_call(pair: Pair, provider: Wire) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(mute, *pair.at_first)
    try:
        assert await two_calls(pair, provider) == {"1", "2"}
    finally:
        server.close()
