"""A call from its first message to its last, in both directions, by our Record-Route alone."""

import signal

import pytest

from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.wire import (
    SDP,
    Dialog,
    Message,
    Wire,
    callee_dialog,
    caller_dialog,
    reply,
    request,
    within,
)

ACME = "acme.sip.keepline.test"


async def answered(edge: RunningEdge, switch: Wire, provider: Wire) -> tuple[Dialog, Dialog]:
    """A call that the switch answered: the provider's view of it, and the switch's."""
    provider.send(request("INVITE", f"sip:+4930123@{ACME}", provider, body=SDP), edge.public)
    invite = await switch.receive("INVITE")
    contact = f"Contact: <sip:{switch.at};transport=udp>\r\n"
    switch.send(reply(invite, 200, "OK", extra=contact, tag="sw", body=SDP), invite.peer)
    callers = caller_dialog(await provider.receive(200))
    provider.send(within(callers, "ACK", provider, cseq=1), edge.public)
    ack = await switch.receive("ACK")
    assert ack.uri == f"sip:{switch.at};transport=udp"
    return callers, callee_dialog(invite, "sw")


async def expect(at: Wire, method: str, sender: Wire) -> Message:
    arrived = await at.receive(method)
    at.send(reply(arrived, 200, "OK"), arrived.peer)
    await sender.receive(200)
    return arrived


async def test_the_caller_hangs_up(edge: RunningEdge, switch: Wire, provider: Wire) -> None:
    callers, _ = await answered(edge, switch, provider)
    provider.send(within(callers, "BYE", provider), edge.public)
    bye = await expect(switch, "BYE", provider)
    assert not bye.all("Route")


async def test_the_switch_hangs_up(edge: RunningEdge, switch: Wire, provider: Wire) -> None:
    _, callees = await answered(edge, switch, provider)
    switch.send(within(callees, "BYE", switch, "X-Keepline-Secret: a\r\n"), edge.inner)
    bye = await expect(provider, "BYE", switch)
    assert bye.peer == edge.public
    assert not bye.all("Route")
    assert "Secret" not in bye.text


async def test_either_side_changes_the_session(edge: RunningEdge, switch: Wire, provider: Wire) -> None:
    callers, callees = await answered(edge, switch, provider)
    for sender, dialog, target, to in (
        (provider, callers, switch, edge.public),
        (switch, callees, provider, edge.inner),
    ):
        sender.send(within(dialog, "INVITE", sender), to)
        again = await target.receive("INVITE")
        contact = f"Contact: <sip:{target.at}>\r\n"
        target.send(reply(again, 200, "OK", extra=contact, body=SDP), again.peer)
        await sender.receive(200)
        sender.send(within(dialog, "ACK", sender, cseq=dialog.cseq), to)
        await target.receive("ACK")


HEAD = SDP.partition("m=")[0]
NO_SOUND = {
    "another codec": "m=audio 40000 RTP/AVP 18 101\r\na=rtpmap:18 G729/8000\r\n",
    "port 0": "m=audio 0 RTP/AVP 0\r\n",
    "pictures": "m=video 40000 RTP/AVP 0\r\na=rtpmap:96 VP8/90000\r\n",
    "fax": "m=image 40000 udptl t38\r\na=T38FaxVersion:0\r\n",
}
SOUND = {
    "PCMA behind others": "m=audio 40000 RTP/AVP 18 97 8\r\na=rtpmap:18 G729/8000\r\n",
    "opus": "m=audio 40000 RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n",
    "pictures beside it": "m=audio 40000/2 RTP/AVP 9\r\nm=video 40002 RTP/AVP 96\r\n",
    "held": "m=audio 40000 RTP/AVP 0\r\na=sendonly\r\n",
    "an end without a line's end": "m=audio 40000 RTP/AVP 18 0",
    "other blanks": "m=audio  40000\tRTP/AVP  0\t\r\n",
}


def acknowledged(invite: str) -> str:
    """The ACK of a refusal has the branch of what was refused."""
    head = invite.partition("\r\n\r\n")[0].replace("INVITE", "ACK")
    lines = [line for line in head.split("\r\n") if not line.startswith("Content-")]
    return "\r\n".join([*lines, "Content-Length: 0", "", ""])


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
async def test_an_offer_without_sound_leaves_a_call_as_it_was(
    edge: RunningEdge, switch: Wire, provider: Wire, method: str
) -> None:
    """A switch hears of no such offer, and of no ACK to its refusal."""
    callers, _ = await answered(edge, switch, provider)
    for name, media in NO_SOUND.items():
        offer = within(callers, method, provider, body=HEAD + media)
        provider.send(offer, edge.public)
        assert (await provider.receive()).start == "SIP/2.0 488 Session stays as it was", name
        if method == "INVITE":
            provider.send(acknowledged(offer), edge.public)
    assert await switch.nothing(0.05)
    for name, body in {**{name: HEAD + media for name, media in SOUND.items()}, "no SDP": ""}.items():
        provider.send(within(callers, method, provider, body=body), edge.public)
        arrived = await switch.receive(method)
        assert arrived.text.endswith(body), name
        switch.send(reply(arrived, 491, "Request Pending"), arrived.peer)
        await provider.receive(491)
    provider.send(within(callers, "BYE", provider), edge.public)
    await switch.receive("BYE")


async def test_a_restarted_edge_loses_no_call(switch: Wire, provider: Wire, shared_config) -> None:
    async with running_edge(shared_config) as edge:
        await edge.load({ACME: "t|trk|e|127.0.1.0/24|1"}, {}, [switch.peer])
        callers, callees = await answered(edge, switch, provider)
        await edge.stop(signal.SIGKILL)
        await edge.start()
        provider.send(within(callers, "INFO", provider), edge.public)
        await expect(switch, "INFO", provider)
        switch.send(within(callees, "BYE", switch), edge.inner)
        await expect(provider, "BYE", switch)


async def test_the_caller_gives_up_while_it_rings(edge: RunningEdge, switch: Wire, provider: Wire) -> None:
    text = request("INVITE", f"sip:+4930123@{ACME}", provider, body=SDP)
    provider.send(text, edge.public)
    invite = await switch.receive("INVITE")
    switch.send(reply(invite, 180, "Ringing", tag="s"), invite.peer)
    await provider.receive(180)
    head = text.split("Content-Type")[0].replace("INVITE", "CANCEL")
    provider.send(head + "X-Keepline-Tenant: forged\r\nReason: Q.850;cause=16\r\n\r\n", edge.public)
    cancel = await switch.receive("CANCEL")
    assert "forged" not in cancel.text
    switch.send(reply(cancel, 200, "OK"), cancel.peer)
    switch.send(reply(invite, 487, "Request Terminated", tag="s"), invite.peer)
    await switch.receive("ACK")
    assert (await provider.receive(487)).method == "INVITE"
    assert await switch.nothing(0.2)


async def test_a_cancel_of_nothing_is_dropped(edge: RunningEdge, switch: Wire, provider: Wire) -> None:
    provider.send(request("CANCEL", f"sip:+4930123@{ACME}", provider), edge.public)
    assert await provider.nothing()
    assert await switch.nothing(0.05)


@pytest.mark.parametrize("status", [404, 480, 486, 500, 603])
async def test_the_switchs_refusal_is_passed_on(
    edge: RunningEdge, switch: Wire, provider: Wire, status: int
) -> None:
    provider.send(request("INVITE", f"sip:+4930123@{ACME}", provider, body=SDP), edge.public)
    invite = await switch.receive("INVITE")
    switch.send(reply(invite, status, "Refused (number_unknown)", tag="s"), invite.peer)
    assert (await provider.receive(status)).start.endswith("(number_unknown)")
    await switch.receive("ACK")


def relayed(wire: Wire, edge: RunningEdge, uri: str, more: str = "") -> str:
    ours = "Route: <sip:{}:{};r2=on;lr>, <sip:{}:{};r2=on;lr>\r\n".format(*edge.public, *edge.inner)
    return request("INVITE", uri, wire, ours + more, SDP, to=f"<{uri}>;tag=forged")


@pytest.mark.parametrize(
    ("uri", "more"),
    [
        ("sip:x@{agent}", ""),
        ("sip:x@{agent};transport=udp", ""),
        ("sip:x@{switch_host}:{other_port}", ""),
        ("sip:x@localhost:{switch_port}", ""),
        ("sip:x@{switch}", "Route: <sip:{agent};lr>\r\n"),
    ],
)
async def test_our_record_route_is_no_relay_for_strangers(  # noqa: PLR0917
    edge: RunningEdge, switch: Wire, agent: Wire, stranger: Wire, uri: str, more: str
) -> None:
    values = {
        "agent": agent.at,
        "agent_host": agent.peer[0],
        "switch": switch.at,
        "switch_host": switch.peer[0],
        "switch_port": switch.peer[1],
        "other_port": agent.peer[1],
    }
    stranger.send(relayed(stranger, edge, uri.format(**values), more.format(**values)), edge.public)
    assert (await stranger.receive()).start == "SIP/2.0 481 No such call (call_unknown)"
    assert await agent.nothing(0.1)


async def test_a_route_by_maddr_is_refused(
    edge: RunningEdge, switch: Wire, agent: Wire, stranger: Wire
) -> None:
    stranger.send(relayed(stranger, edge, f"sip:x@{switch.at};maddr={agent.peer[0]}"), edge.public)
    assert (await stranger.receive()).status == 400
    assert await agent.nothing(0.1)


async def test_a_request_of_no_call_is_told_so(edge: RunningEdge, switch: Wire, provider: Wire) -> None:
    for method in ("BYE", "INFO", "UPDATE", "PRACK"):
        provider.send(request(method, f"sip:+4930123@{ACME}", provider), edge.public)
        assert (await provider.receive()).status == 481
    provider.send(request("ACK", f"sip:+4930123@{ACME}", provider), edge.public)
    assert await provider.nothing(0.2)
    assert await switch.nothing(0.05)
