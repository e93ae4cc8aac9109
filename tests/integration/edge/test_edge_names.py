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
        running_edge(shared_config, before=before, defines={"LEG_SILENCE": "500"}) as edge,
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
        leg = await agent.receive("INVITE")
        assert leg.uri == f"sip:bot@{host}"
        contact = f"Contact: <sip:{agent.at}>\r\n"
        agent.send(reply(leg, 200, "OK", extra=contact, tag="a", body=SDP), leg.peer)
        await switch.receive(200)
        assert {kind for _, kind in server.asked} <= {"A", "SRV", "AAAA"}
    finally:
        agent.close()
        switch.forget()


# (what the first target says, what the second one says, what the switch hears); None: silent
WORDS = [
    (None, 486, 486),
    (None, 480, 480),
    (None, 404, 404),
    (None, 503, 503),
    (None, 500, 500),
    (None, 603, 603),
    # 302 and 401 are ours to answer
    (None, 302, 480),
    (None, 401, 403),
    (503, 486, 486),
    (503, 408, 408),
    (503, 503, 503),
    (503, None, 503),
    (None, None, 408),
]


@pytest.mark.parametrize(("first", "second", "heard"), WORDS)
async def test_what_a_target_says_is_heard_and_not_that_another_was_silent(
    named: tuple[RunningEdge, Wire, NameServer], first: int | None, second: int | None, heard: int
) -> None:
    edge, switch, _ = named
    targets = [(await Wire.open(DEAD, 5081), first), (await Wire.open(HERE, 5081), second)]
    try:
        switch.send(request("INVITE", "sip:bot@two.agents.test", switch, body=SDP), edge.inner)
        for target, status in targets:
            leg = await target.receive("INVITE")
            if status is not None:
                target.send(reply(leg, status, "No", tag="a"), leg.peer)
        answer = await switch.receive(heard)
        while answer.status < 200:
            answer = await switch.receive()
        assert answer.status == heard
    finally:
        for target, _ in targets:
            target.close()
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
    while (answer := await switch.receive()).status <= 100:
        continue
    switch.forget()
    assert answer.start == f"SIP/2.0 {said}"
