"""An agent's name is looked up as RFC 3263 says, at a real DNS server: SRV records, else the address."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from switchlink.testing.name_server import NameServer, asking, name_server
from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.wire import SDP, Wire, reply, request

SERVER, HERE, THERE, DEAD = "127.0.3.53", "127.0.2.81", "127.0.2.82", "127.0.2.83"
RECORDS = {
    ("_sip._udp.srv.agents.test.", "SRV"): ["10 1 5081 here.agents.test."],
    ("_sip._udp.two.agents.test.", "SRV"): ["10 1 5081 dead.agents.test.", "20 1 5081 here.agents.test."],
    ("_sip._udp.inner.agents.test.", "SRV"): ["10 1 5081 metadata.agents.test."],
    ("two.agents.test.", "A"): [THERE],
    ("srv.agents.test.", "A"): [THERE],
    ("plain.agents.test.", "A"): [HERE],
    ("here.agents.test.", "A"): [HERE],
    ("dead.agents.test.", "A"): [DEAD],
    ("metadata.agents.test.", "A"): ["169.254.169.254"],
}
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="port 53 and a mount namespace need root")


@pytest.fixture(scope="module")
async def named(
    shared_config: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[RunningEdge, Wire, NameServer]]:
    before = asking(SERVER, tmp_path_factory.mktemp("names"))
    async with (
        name_server(SERVER, RECORDS) as server,
        running_edge(shared_config, ping_interval=60, before=before, defines={"LEG_SILENCE": "500"}) as edge,
    ):
        switch = await Wire.open()
        await edge.load({}, {}, [switch.peer])
        yield edge, switch, server
        switch.close()


# (what the agent's URI has behind its @, where the call arrives)
WAYS = [
    ("srv.agents.test", (HERE, 5081)),
    ("SRV.Agents.test", (HERE, 5081)),
    ("srv.agents.test;transport=udp", (HERE, 5081)),
    # a port in the URI: the address alone
    ("srv.agents.test:5082", (THERE, 5082)),
    ("plain.agents.test", (HERE, 5060)),
    # the first target is silent
    ("two.agents.test", (HERE, 5081)),
]


@pytest.mark.parametrize(("host", "peer"), WAYS)
async def test_an_agent_is_reached_where_its_name_says(
    named: tuple[RunningEdge, Wire, NameServer], host: str, peer: tuple[str, int]
) -> None:
    edge, switch, server = named
    agent = await Wire.open(*peer)
    try:
        switch.send(request("INVITE", f"sip:bot@{host}", switch, body=SDP), edge.inner)
        leg = await agent.receive("INVITE", within=5.0)
        assert leg.uri == f"sip:bot@{host}"
        contact = f"Contact: <sip:{agent.at}>\r\n"
        agent.send(reply(leg, 200, "OK", extra=contact, tag="a", body=SDP), leg.peer)
        await switch.receive(200)
        assert {kind for _, kind in server.asked} <= {"A", "SRV", "AAAA"}
    finally:
        agent.close()
        switch.forget()


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("inner.agents.test", "480 Address not allowed (leg_address_refused)"),
        ("nowhere.agents.test", "480 Address cannot be reached (leg_unreachable)"),
    ],
)
async def test_a_name_that_leads_nowhere_fails_the_leg_at_once(
    named: tuple[RunningEdge, Wire, NameServer], host: str, said: str
) -> None:
    edge, switch, _ = named
    switch.send(request("INVITE", f"sip:bot@{host}", switch, body=SDP), edge.inner)
    while (answer := await switch.receive(within=4.0)).status <= 100:
        continue
    switch.forget()
    assert answer.start == f"SIP/2.0 {said}"
