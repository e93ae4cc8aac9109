"""Where a leg may go, after DNS: nowhere that is not the open Internet, and not to ourselves.

The edges here are bound to loopback. What they let pass to a public address cannot be sent from there, and
that is told by another code than a refusal.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.wire import SDP, Wire, caller_dialog, reply, request, within

REFUSED = "SIP/2.0 480 Address not allowed (leg_address_refused)"
UNREACHABLE = "SIP/2.0 480 Address cannot be reached (leg_unreachable)"
NAMES = {"A": "dns.add_a", "AAAA": "dns.add_aaaa"}

NOWHERE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
    "127.9.9.9", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
    "192.0.2.1", "192.88.99.1",
    "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1",
    "240.0.0.1", "255.255.255.255", "9.9.9.9", "11.0.0.7", "[::]", "[::1]", "[::ffff:7f00:1]",
    "[::ffff:808:808]", "[::7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[100::1]", "[2001::1]",
    "[2001:db8::1]", "[2002:7f00:1::]", "[3fff::1]", "[fc00::1]", "[fd00:ec2::254]", "[fe80::1]", "[fec0::1]",
    "[ff02::1]", "[5f00::1]", "[2606:4700::7]",
]  # fmt: skip
ANYWHERE = [
    "8.8.8.8", "9.255.255.255", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1",
    "172.15.255.255", "172.32.0.1",
    "192.1.0.1", "198.17.255.255", "198.20.0.1", "223.255.255.255",
]  # fmt: skip


@pytest.fixture(scope="module")
async def strict(shared_config: Path) -> AsyncIterator[tuple[RunningEdge, Wire]]:
    """An edge as in production; a switch and another network of ours have public addresses."""
    own = ("11.0.0.0/24", "2606:4700::7/128")
    async with running_edge(
        shared_config,
        public_host6="::1",
        outside_also=(),
        own_networks=own,
        advertise="12.0.0.1:5060",
    ) as edge:
        switch = await Wire.open()
        await edge.load({}, {}, [switch.peer, ("9.9.9.9", 5060)])
        yield edge, switch
        switch.close()


async def leg(edge: RunningEdge, switch: Wire, uri: str) -> str:
    """How a leg to that URI ends."""
    switch.send(request("INVITE", uri, switch, body=SDP), edge.inner)
    while (answer := await switch.receive()).status <= 100:
        continue
    switch.forget()
    return answer.start


@pytest.mark.parametrize("host", NOWHERE)
async def test_a_leg_goes_to_no_address_of_an_inner_network(
    strict: tuple[RunningEdge, Wire], host: str
) -> None:
    assert await leg(*strict, f"sip:bot@{host}") == REFUSED


@pytest.mark.parametrize("host", ANYWHERE)
async def test_a_leg_may_go_to_any_address_of_the_internet(
    strict: tuple[RunningEdge, Wire], host: str
) -> None:
    assert await leg(*strict, f"sip:bot@{host}") == UNREACHABLE


@pytest.mark.parametrize("host", ["12.0.0.1", "12.0.0.1:22", "9.9.9.9:22", "11.0.0.1;transport=tcp"])
async def test_a_leg_goes_to_no_host_of_ours_at_any_port(strict: tuple[RunningEdge, Wire], host: str) -> None:
    assert await leg(*strict, f"sip:bot@{host}") == REFUSED


@pytest.mark.parametrize(
    ("kind", "address"), [("A", "127.0.0.1"), ("A", "169.254.169.254"), ("A", "10.1.2.3"), ("A", "12.0.0.1")]
)
async def test_a_name_is_judged_by_where_it_leads(
    strict: tuple[RunningEdge, Wire], kind: str, address: str
) -> None:
    edge, switch = strict
    name = f"{address.replace('.', '-')}.agents.test"
    await edge.rpc(NAMES[kind], name, 60, address, 0)
    assert await leg(edge, switch, f"sip:bot@{name}:5060") == REFUSED
    await edge.rpc("dns.add_srv", f"_sip._udp.srv-{name}", 60, 1, 1, 5060, name, 0)
    assert await leg(edge, switch, f"sip:bot@srv-{name}") == REFUSED


async def test_a_name_with_an_inner_and_a_public_address_reaches_the_public_one_alone(
    strict: tuple[RunningEdge, Wire],
) -> None:
    edge, switch = strict
    await edge.rpc("dns.add_a", "inner.agents.test", 60, "10.0.0.1", 0)
    await edge.rpc("dns.add_a", "public.agents.test", 60, "8.8.8.8", 0)
    await edge.rpc("dns.add_srv", "_sip._udp.two.agents.test", 60, 1, 1, 5060, "inner.agents.test", 0)
    await edge.rpc("dns.add_srv", "_sip._udp.two.agents.test", 60, 2, 1, 5060, "public.agents.test", 0)
    assert await leg(edge, switch, "sip:bot@two.agents.test") == REFUSED
    assert "10.0.0.1:5060: refused" in edge.tail()
    assert "8.8.8.8:5060: refused" not in edge.tail()


async def test_a_leg_does_not_come_back_to_this_edge(edge: RunningEdge, switch: Wire) -> None:
    for host, port in (edge.public, edge.inner, ("127.0.0.1", edge.run.ports.rpc), switch.peer):
        for transport in ("udp", "tcp"):
            answer = await leg(edge, switch, f"sip:bot@{host}:{port};transport={transport}")
            if (host, port) != switch.peer or transport == "udp":
                assert answer == REFUSED


@pytest.mark.parametrize(
    "contact",
    [
        "sip:x@{inner}",
        "sip:x@{switch}",
        "sip:x@h;keepline-flow=169.254.169.254~80~1",
        "sip:x@h.test;keepline-flow=127.0.0.1~{port}~1",
    ],
)
async def test_within_a_call_the_far_side_names_no_inner_address_either(
    edge: RunningEdge, switch: Wire, agent: Wire, contact: str
) -> None:
    """The Contact of its 200 is where our BYE goes, and no parameter of it leads elsewhere. (One that
    nobody can reach is another matter: test_edge_flows.)"""
    switch.send(request("INVITE", f"sip:bot@{agent.at}", switch, body=SDP), edge.inner)
    invite = await agent.receive("INVITE")
    host, port = edge.inner
    said = contact.format(inner=f"{host}:{port}", switch=switch.at, port=port)
    agent.send(reply(invite, 200, "OK", extra=f"Contact: <{said}>\r\n", tag="a", body=SDP), invite.peer)
    dialog = caller_dialog(await switch.receive(200))
    switch.send(within(dialog, "ACK", switch, cseq=dialog.cseq), edge.inner)
    switch.send(within(dialog, "BYE", switch), edge.inner)
    assert (await switch.receive(480)).start == REFUSED


async def test_a_probe_goes_to_no_inner_address(strict: tuple[RunningEdge, Wire], wires) -> None:
    edge, _ = strict
    other = await wires("127.0.5.1")
    params = ["OPTIONS", f"sip:{other.at}", ".", ".", "From: <sip:p@h>;tag=1\r\nTo: <sip:p@h>\r\n", "."]
    with pytest.raises(RuntimeError):
        await edge.rpc("tm.t_uac_start", *params)
    assert await other.nothing(0.7)  # a repetition would come after half a second


@pytest.mark.parametrize("uri", ["sips:bot@127.0.2.1:5061", "sip:bot@127.0.2.1:5061;transport=tls"])
async def test_without_tls_such_a_leg_fails_at_once_and_in_words(
    edge: RunningEdge, switch: Wire, uri: str
) -> None:
    assert await leg(edge, switch, uri) == "SIP/2.0 480 No TLS at this edge (leg_transport_unavailable)"
