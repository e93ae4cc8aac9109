"""The inner socket: a switch dials an agent or a provider through the edge."""

import pytest

from switchlink.testing.running_edge import RunningEdge
from switchlink.testing.wire import SDP, Wire, callee_dialog, caller_dialog, reply, request, within

CALL_ID = "call_0f0e0d0c-1111-2222-3333-444455556666"


def dial(switch: Wire, edge: RunningEdge, uri: str, extra: str = "") -> None:
    """As FreeSWITCH does with fs_path: a Route to the edge."""
    route = "Route: <sip:{}:{};lr>\r\n".format(*edge.inner)
    switch.send(request("INVITE", uri, switch, route + extra, SDP), edge.inner)


async def test_a_leg_reaches_the_agent_with_the_calls_id_alone(
    edge: RunningEdge, switch: Wire, agent: Wire
) -> None:
    names = (
        f"X-Keepline-Call-Id: {CALL_ID}\r\nX-Keepline-Tenant: t\r\nx-keepline-trunk : k\r\nX-FS-Sup: a\r\n"
    )
    dial(switch, edge, f"sip:bot@{agent.at};transport=udp", names + "X-Room: 7\r\n")
    leg = await agent.receive("INVITE")
    assert leg.peer == edge.public
    assert leg.all("X-Keepline-Call-Id") == [CALL_ID]
    assert "tenant" not in leg.text.lower()
    assert "trunk" not in leg.text.lower()
    assert "x-fs" not in leg.text.lower()
    assert leg.one("X-Room") == "7"
    assert not leg.all("Route")
    agent.send(reply(leg, 486, "Busy Here", tag="a"), leg.peer)
    await switch.receive(486)


@pytest.mark.parametrize("value", ["call_x", "call_0f0e0d0c;evil", f"{CALL_ID}, b", "", f"{CALL_ID}\r\n x"])
async def test_a_call_id_that_is_not_ours_does_not_leave(
    edge: RunningEdge, switch: Wire, agent: Wire, value: str
) -> None:
    dial(switch, edge, f"sip:bot@{agent.at}", f"X-Keepline-Call-Id: {value}\r\n")
    leg = await agent.receive("INVITE")
    assert not leg.all("X-Keepline-Call-Id")
    agent.send(reply(leg, 486, "Busy Here", tag="a"), leg.peer)
    await switch.receive(486)


async def test_a_leg_is_answered_and_ended_by_either_side(
    edge: RunningEdge, switch: Wire, agent: Wire
) -> None:
    for ends in ("agent", "switch"):
        dial(switch, edge, f"sip:bot@{agent.at}")
        leg = await agent.receive("INVITE")
        inner = (
            f"Contact: <sip:{agent.at}>\r\nX-Keepline-Tenant: forged\r\nP-Asserted-Identity: <sip:a@b>\r\n"
        )
        agent.send(reply(leg, 200, "OK", extra=inner, tag="a", body=SDP), leg.peer)
        ok = await switch.receive(200)
        assert "forged" not in ok.text
        assert "Asserted" not in ok.text
        ours, theirs = caller_dialog(ok), callee_dialog(leg, "a")
        switch.send(within(ours, "ACK", switch, cseq=ours.cseq), edge.inner)
        await agent.receive("ACK")
        if ends == "agent":
            agent.send(within(theirs, "BYE", agent), edge.public)
            bye = await switch.receive("BYE")
            switch.send(reply(bye, 200, "OK"), bye.peer)
            await agent.receive(200)
        else:
            switch.send(within(ours, "BYE", switch), edge.inner)
            bye = await agent.receive("BYE")
            agent.send(reply(bye, 200, "OK"), bye.peer)
            await switch.receive(200)


async def test_a_silent_agent_is_given_up(edge: RunningEdge, switch: Wire, agent: Wire) -> None:
    """After LEG_SILENCE, which is shorter here, and long before an INVITE's own 32 s."""
    dial(switch, edge, f"sip:bot@{agent.at}")
    assert (await switch.receive(408)).method == "INVITE"


async def test_an_agent_that_rings_may_take_its_time(edge: RunningEdge, switch: Wire, agent: Wire) -> None:
    dial(switch, edge, f"sip:bot@{agent.at}")
    leg = await agent.receive("INVITE")
    agent.send(reply(leg, 180, "Ringing", tag="a"), leg.peer)
    await switch.receive(180)
    with pytest.raises(TimeoutError):
        await switch.receive(408, within=1.4)
    agent.send(reply(leg, 480, "Unavailable", tag="a"), leg.peer)
    await switch.receive(480)


@pytest.mark.parametrize(
    ("status", "seen", "code"),
    [
        (401, 403, "leg_challenged"),
        (407, 403, "leg_challenged"),
        (301, 480, "leg_redirected"),
        (302, 480, "leg_redirected"),
        (486, 486, ""),
        (603, 603, ""),
        (503, 503, ""),
    ],
)
async def test_the_switch_never_sees_a_challenge_or_a_redirection(  # noqa: PLR0917
    edge: RunningEdge, switch: Wire, agent: Wire, status: int, seen: int, code: str
) -> None:
    challenge = (
        'WWW-Authenticate: Digest realm="victim", nonce="n"\r\n'
        'Proxy-Authenticate : Digest realm="victim", nonce="n"\r\n'
        "Contact: <sip:elsewhere@127.0.2.9>\r\n"
    )
    dial(switch, edge, f"sip:bot@{agent.at}")
    leg = await agent.receive("INVITE")
    agent.send(reply(leg, status, "No", extra=challenge, tag="a"), leg.peer)
    answer = await switch.receive(seen)
    assert "victim" not in answer.text
    if code:
        assert answer.start.endswith(f"({code})")
        assert "127.0.2.9" not in answer.text


@pytest.mark.parametrize("method", ["INVITE", "BYE"])
async def test_a_challenge_within_a_call_is_not_seen_either(
    edge: RunningEdge, switch: Wire, agent: Wire, method: str
) -> None:
    dial(switch, edge, f"sip:bot@{agent.at}")
    leg = await agent.receive("INVITE")
    agent.send(reply(leg, 200, "OK", extra=f"Contact: <sip:{agent.at}>\r\n", tag="a", body=SDP), leg.peer)
    ours = caller_dialog(await switch.receive(200))
    switch.send(within(ours, "ACK", switch, cseq=ours.cseq), edge.inner)
    switch.send(within(ours, method, switch), edge.inner)
    asked = await agent.receive(method)
    agent.send(reply(asked, 407, "Auth", extra='Proxy-Authenticate: Digest realm="victim"\r\n'), asked.peer)
    answer = await switch.receive(403)
    assert "victim" not in answer.text


async def test_a_smuggled_header_in_a_reply_is_dropped(edge: RunningEdge, switch: Wire, agent: Wire) -> None:
    dial(switch, edge, f"sip:bot@{agent.at}")
    leg = await agent.receive("INVITE")
    await switch.receive(100)
    smuggled = "Subject: a\rX-Keepline-Tenant: forged\r\n"
    agent.send(reply(leg, 180, "Ringing", extra=smuggled, tag="a"), leg.peer)
    assert await switch.nothing(0.3)
    agent.send(reply(leg, 486, "Busy Here", tag="a"), leg.peer)
    await switch.receive(486)


async def test_the_switch_gives_up_a_ringing_leg(edge: RunningEdge, switch: Wire, agent: Wire) -> None:
    route = "Route: <sip:{}:{};lr>\r\n".format(*edge.inner)
    text = request("INVITE", f"sip:bot@{agent.at}", switch, route, SDP)
    switch.send(text, edge.inner)
    leg = await agent.receive("INVITE")
    agent.send(reply(leg, 180, "Ringing", tag="a"), leg.peer)
    await switch.receive(180)
    switch.send(text.split("Content-Type")[0].replace("INVITE", "CANCEL") + "\r\n", edge.inner)
    cancel = await agent.receive("CANCEL")
    agent.send(reply(cancel, 200, "OK"), cancel.peer)
    agent.send(reply(leg, 487, "Request Terminated", tag="a"), leg.peer)
    assert (await switch.receive(487)).method == "INVITE"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.66.6", "127.0.1.1"])
async def test_the_inner_socket_serves_switches_alone(
    edge: RunningEdge, agent: Wire, wires, host: str
) -> None:
    other = await wires(host)
    dial(other, edge, f"sip:bot@{agent.at}")
    other.send(request("OPTIONS", "sip:{}:{}".format(*edge.inner), other), edge.inner)
    assert await other.nothing()
    assert await agent.nothing(0.05)


async def test_a_switch_asks_whether_the_edge_is_there(edge: RunningEdge, switch: Wire) -> None:
    switch.send(request("OPTIONS", "sip:{}:{}".format(*edge.inner), switch), edge.inner)
    assert (await switch.receive(200)).method == "OPTIONS"


@pytest.mark.parametrize("method", ["MESSAGE", "REFER", "SUBSCRIBE"])
async def test_no_other_method_leaves_through_us(
    edge: RunningEdge, switch: Wire, agent: Wire, method: str
) -> None:
    switch.send(request(method, f"sip:bot@{agent.at}", switch), edge.inner)
    assert (await switch.receive()).status == 405
    assert await agent.nothing(0.05)
