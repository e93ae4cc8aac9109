"""What a switch hears when its refresh of a session is refused."""

import pytest

from switchlink.testing.running_edge import RunningEdge
from switchlink.testing.wire import SDP, Dialog, Wire, caller_dialog, reply, request, within


@pytest.fixture
async def talk(edge: RunningEdge, switch: Wire, agent: Wire) -> Dialog:
    """As the switch sees it."""
    route = "Route: <sip:{}:{};lr>\r\n".format(*edge.inner)
    switch.send(request("INVITE", f"sip:bot@{agent.at}", switch, route, SDP), edge.inner)
    leg = await agent.receive("INVITE")
    agent.send(reply(leg, 200, "OK", extra=f"Contact: <sip:{agent.at}>\r\n", tag="a", body=SDP), leg.peer)
    dialog = caller_dialog(await switch.receive(200))
    switch.send(within(dialog, "ACK", switch, cseq=dialog.cseq), edge.inner)
    await agent.receive("ACK")
    return dialog


@pytest.mark.parametrize(
    "case",
    [(status, 488) for status in (405, 488, 500, 501, 503, 504, 513, 580, 600, 603, 606)]
    # the session is over, or nothing leads to it any more
    + [(status, status) for status in (404, 408, 410, 481, 491, 502, 604)],
)
async def test_a_refused_refresh_costs_no_call(
    edge: RunningEdge, switch: Wire, agent: Wire, talk: Dialog, case: tuple[int, int]
) -> None:
    status, heard = case
    switch.send(within(talk, "INVITE", switch), edge.inner)
    refresh = await agent.receive("INVITE")
    agent.send(reply(refresh, status, "No"), refresh.peer)
    assert (await switch.receive(heard)).method == "INVITE"
    await agent.receive("ACK")


async def test_the_shortest_session_of_an_agent_reaches_the_switch(
    edge: RunningEdge, switch: Wire, agent: Wire
) -> None:
    asks = "Supported: timer\r\nSession-Expires: 1800\r\n"
    switch.send(request("INVITE", f"sip:bot@{agent.at}", switch, asks, SDP), edge.inner)
    leg = await agent.receive("INVITE")
    refused = reply(leg, 422, "Session Interval Too Small", extra="Min-SE: 3600\r\n", tag="a")
    agent.send(refused, leg.peer)
    assert (await switch.receive(422)).all("Min-SE") == ["3600"]
