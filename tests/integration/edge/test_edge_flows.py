"""A Contact that nobody outside can reach is reached where it came from; any other stays what it is."""

import asyncio
from uuid import uuid4

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
    # a name that its own DNS alone has
    "sip:pbx@pbx.customer.example",
]
# where the far side could be reached, over what this edge does not have
NOT_OURS = [
    "sips:pbx@{at}",
    "sip:pbx@{at};transport=TLS",
    "sip:pbx@{at};transport=ws;ob",
    "sip:pbx@{at};transport=sctp",
]


async def answered(edge: RunningEdge, switch: Wire, provider: Wire, contact: str, extra: str = "") -> Message:
    """The INVITE at the switch, of a call that it answered."""
    provider.send(request("INVITE", URI, provider, extra, SDP, contact=f"<{contact}>"), edge.public)
    invite = await switch.receive("INVITE")
    own = f"Contact: <sip:{switch.at}>\r\n"
    switch.send(reply(invite, 200, "OK", extra=own, tag="s", body=SDP), invite.peer)
    await provider.receive(200)
    return invite


@pytest.mark.parametrize("contact", [*NOWHERE, *NOT_OURS])
async def test_a_contact_behind_a_nat_is_reached_where_its_call_came_from(
    edge: RunningEdge, switch: Wire, provider: Wire, contact: str
) -> None:
    contact = contact.format(at=provider.at)
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


@pytest.mark.parametrize(
    "contact", ["sip:bot@10.1.2.3:5060", "sip:bot@bot.internal", "sip:bot@bot.customer.example", *NOT_OURS]
)
async def test_an_agent_behind_a_nat_gets_its_ack_and_its_bye(
    edge: RunningEdge, switch: Wire, agent: Wire, contact: str
) -> None:
    contact = contact.format(at=agent.at)
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
    async with asyncio.timeout(10):
        while not (line := (await reader.readuntil(b"\r\n")).decode()).startswith("BYE"):
            continue
    assert line == f"BYE {contact} SIP/2.0\r\n"
    writer.close()


@pytest.mark.parametrize(
    "sent_by", ["10.1.2.3:5060", "10.1.2.3", "192.168.178.20:5062", "[fd00::1]:5060", "pbx"]
)
async def test_who_is_behind_a_nat_is_answered_at_the_port_that_he_sent_from(
    edge: RunningEdge, switch: Wire, provider: Wire, sent_by: str
) -> None:
    """Refusals, heartbeats, a CANCEL and its call alike."""
    via = f"SIP/2.0/UDP {sent_by};branch=z9hG4bK{uuid4().hex}"
    provider.send(request("OPTIONS", URI, provider, via=via + "o"), edge.public)
    assert (await provider.receive(200)).method == "OPTIONS"
    provider.send(
        request("INVITE", URI, provider, body="x", content_type="text/plain", via=via + "r"), edge.public
    )
    assert (await provider.receive(415)).all("Via")[0].startswith(via)
    text = request("INVITE", URI, provider, body=SDP, via=via)
    provider.send(text, edge.public)
    call = await switch.receive("INVITE")
    switch.send(reply(call, 180, "Ringing", tag="s"), call.peer)
    await provider.receive(180)
    provider.send(text.split("Content-Type")[0].replace("INVITE", "CANCEL") + "\r\n", edge.public)
    assert (await provider.receive(200)).method == "CANCEL"
    switch.send(reply(call, 487, "Request Terminated", tag="s"), call.peer)
    assert (await provider.receive(487)).method == "INVITE"


@pytest.mark.parametrize("more", ["", ";received=127.0.1.9"])
async def test_who_can_be_reached_is_answered_where_he_says(
    edge: RunningEdge, switch: Wire, provider: Wire, wires, more: str
) -> None:
    listening = await wires(provider.peer[0])
    via = f"SIP/2.0/UDP {listening.at};branch=z9hG4bKthere{more}"
    provider.send(request("OPTIONS", URI, provider, via=via), edge.public)
    assert (await listening.receive(200)).method == "OPTIONS"
    # the other address of a host: answered at the address that it came from, at the port that it names
    via = f"SIP/2.0/UDP 127.0.1.9:{listening.peer[1]};branch=z9hG4bKelsewhere"
    provider.send(request("OPTIONS", URI, provider, via=via), edge.public)
    assert (await listening.receive(200)).method == "OPTIONS"
    # and who asks for it is answered where he is
    via = f"SIP/2.0/UDP {listening.at};branch=z9hG4bKhere;rport"
    provider.send(request("OPTIONS", URI, provider, via=via), edge.public)
    assert (await provider.receive(200)).method == "OPTIONS"
    assert await listening.nothing(0.05)
