"""A Contact that nobody outside can reach is reached where it came from; any other stays what it is."""

import asyncio

import pytest

from switchlink.testing.running_edge import RunningEdge
from switchlink.testing.wire import SDP, Message, Wire, callee_dialog, caller_dialog, reply, request, within

URI = "sip:+4930123@acme.sip.keepline.test"
NOWHERE = [
    "sip:pbx@10.1.2.3:5060",
    "sip:10.1.2.3",
    "sip:pbx@192.168.178.20:5062;transport=udp;ob",
    "sip:pbx@172.16.0.9",
    "sip:pbx@100.64.1.1",
    "sip:pbx@169.254.1.1:5060",
    "sip:pbx@[fd00::1]:5060",
    "sip:pbx@pbx",
    "sip:pbx@pbx.local",
    "sip:pbx@a1b2.invalid;keepline-x=1",
]


async def answered(edge: RunningEdge, switch: Wire, provider: Wire, contact: str, extra: str = "") -> Message:
    """The INVITE at the switch, of a call that it answered."""
    provider.send(request("INVITE", URI, provider, extra, SDP, contact=f"<{contact}>"), edge.public)
    invite = await switch.receive("INVITE")
    own = f"Contact: <sip:{switch.at}>\r\n"
    switch.send(reply(invite, 200, "OK", extra=own, tag="s", body=SDP), invite.peer)
    await provider.receive(200)
    return invite


@pytest.mark.parametrize("contact", NOWHERE)
async def test_a_contact_behind_a_nat_is_reached_where_its_call_came_from(
    edge: RunningEdge, switch: Wire, provider: Wire, contact: str
) -> None:
    dialog = callee_dialog(await answered(edge, switch, provider, contact), "s")
    for method in ("INFO", "BYE"):
        switch.send(within(dialog, method, switch), edge.inner)
        asked = await provider.receive(method)
        assert (asked.uri, asked.peer) == (contact, edge.public)
        provider.send(reply(asked, 200, "OK"), asked.peer)
        await switch.receive(200)


@pytest.mark.parametrize("contact", NOWHERE[:2])
async def test_where_a_record_route_is_left_the_request_goes_by_it(
    edge: RunningEdge, switch: Wire, provider: Wire, wires, contact: str
) -> None:
    proxy = await wires("127.0.1.9")
    extra = f"Record-Route: <sip:{proxy.at};lr>\r\n"
    dialog = callee_dialog(await answered(edge, switch, provider, contact, extra), "s")
    switch.send(within(dialog, "BYE", switch), edge.inner)
    bye = await proxy.receive("BYE")
    assert (bye.uri, bye.all("Route")) == (contact, [f"<sip:{proxy.at};lr>"])
    assert await provider.nothing(0.05)


async def test_a_contact_that_can_be_reached_is_where_requests_go(
    edge: RunningEdge, switch: Wire, provider: Wire, wires
) -> None:
    other = await wires("127.0.1.7")
    contact = f"sip:pbx@{other.at};alias=127.0.1.1~9~1"  # another proxy's parameter is none of ours
    dialog = callee_dialog(await answered(edge, switch, provider, contact), "s")
    switch.send(within(dialog, "BYE", switch), edge.inner)
    assert (await other.receive("BYE")).uri == contact


async def test_a_re_invite_keeps_the_flow(edge: RunningEdge, switch: Wire, provider: Wire) -> None:
    provider.send(request("INVITE", URI, provider, body=SDP), edge.public)
    invite = await switch.receive("INVITE")
    own = f"Contact: <sip:{switch.at}>\r\n"
    switch.send(reply(invite, 200, "OK", extra=own, tag="s", body=SDP), invite.peer)
    dialog = caller_dialog(await provider.receive(200))
    text = within(dialog, "INVITE", provider).replace(f"<sip:caller@{provider.at}>", "<sip:pbx@10.9.9.9>")
    provider.send(text, edge.public)
    again = await switch.receive("INVITE")
    switch.send(reply(again, 200, "OK", extra=own), again.peer)
    await provider.receive(200)
    back = callee_dialog(invite, "s")
    back.target = callee_dialog(again, "s").target
    switch.send(within(back, "BYE", switch), edge.inner)
    assert (await provider.receive("BYE")).uri == "sip:pbx@10.9.9.9"


@pytest.mark.parametrize("contact", ["sip:bot@10.1.2.3:5060", "sip:bot@bot.internal"])
async def test_an_agent_behind_a_nat_gets_its_ack_and_its_bye(
    edge: RunningEdge, switch: Wire, agent: Wire, contact: str
) -> None:
    switch.send(request("INVITE", f"sip:bot@{agent.at}", switch, body=SDP), edge.inner)
    leg = await agent.receive("INVITE")
    agent.send(reply(leg, 200, "OK", extra=f"Contact: <{contact}>\r\n", tag="a", body=SDP), leg.peer)
    dialog = caller_dialog(await switch.receive(200))
    switch.send(within(dialog, "ACK", switch, cseq=1), edge.inner)
    assert (await agent.receive("ACK")).uri == contact
    switch.send(within(dialog, "BYE", switch), edge.inner)
    assert (await agent.receive("BYE")).uri == contact


async def test_over_tcp_it_is_reached_on_its_connection(edge: RunningEdge, switch: Wire) -> None:
    reader, writer = await asyncio.open_connection(*edge.public, local_addr=("127.0.1.1", 0))
    via = "SIP/2.0/TCP 10.1.2.3:5060;branch=z9hG4bKflow"
    contact = "sip:pbx@10.1.2.3:5060;transport=tcp"
    text = request("INVITE", URI + ";transport=tcp", switch, body=SDP, via=via, contact=f"<{contact}>")
    writer.write(text.encode())
    invite = await switch.receive("INVITE")
    own = f"Contact: <sip:{switch.at}>\r\n"
    switch.send(reply(invite, 200, "OK", extra=own, tag="s", body=SDP), invite.peer)
    switch.send(within(callee_dialog(invite, "s"), "BYE", switch), edge.inner)
    async with asyncio.timeout(3):
        while not (line := (await reader.readuntil(b"\r\n")).decode()).startswith("BYE"):
            continue
    assert line == f"BYE {contact} SIP/2.0\r\n"
    writer.close()
