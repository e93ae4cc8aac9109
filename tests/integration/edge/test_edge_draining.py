"""A switch that takes no new call keeps the calls that it has: one that drains (in the list, disabled), and
one that refuses its probes because it is paused."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.until import until
from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.wire import (
    SDP,
    Dialog,
    Wire,
    callee_dialog,
    caller_dialog,
    reply,
    request,
    within,
)

ACME = "acme.sip.keepline.test"


@dataclass
class Fleet:
    edge: RunningEdge
    staying: Wire
    leaving: Wire


@pytest.fixture(scope="module")
async def shared_fleet(shared_config: Path) -> AsyncIterator[Fleet]:
    async with running_edge(shared_config, reload_delta=0) as edge:
        fleet = Fleet(edge, await Wire.open(), await Wire.open())
        yield fleet
        fleet.staying.close()
        fleet.leaving.close()


@pytest.fixture
async def fleet(shared_fleet: Fleet) -> Fleet:
    shared_fleet.leaving.forget()
    shared_fleet.staying.forget()
    await loaded(shared_fleet, draining=False)
    return shared_fleet


async def loaded(fleet: Fleet, *, draining: bool) -> None:
    active = [fleet.staying.peer] if draining else [fleet.leaving.peer]
    leaving = [fleet.leaving.peer] if draining else []
    await fleet.edge.load({ACME: "t|trk|e|127.0.1.0/24|1"}, {}, active, leaving)


async def answered(edge: RunningEdge, switch: Wire, provider: Wire) -> tuple[Dialog, Dialog]:
    """A call that the switch answered: the provider's view of it, and the switch's."""
    provider.send(request("INVITE", f"sip:+4930123@{ACME}", provider, body=SDP), edge.public)
    invite = await switch.receive("INVITE")
    contact = f"Contact: <sip:{switch.at};transport=udp>\r\n"
    switch.send(reply(invite, 200, "OK", extra=contact, tag="sw", body=SDP), invite.peer)
    callers = caller_dialog(await provider.receive(200))
    provider.send(within(callers, "ACK", provider, cseq=1), edge.public)
    await switch.receive("ACK")
    return callers, callee_dialog(invite, "sw")


async def test_a_draining_switch_is_offered_no_call(fleet: Fleet, provider: Wire) -> None:
    await loaded(fleet, draining=True)
    for _ in range(3):
        provider.send(request("INVITE", f"sip:+4930123@{ACME}", provider, body=SDP), fleet.edge.public)
        invite = await fleet.staying.receive("INVITE")
        fleet.staying.send(reply(invite, 486, "Busy", tag="s"), invite.peer)
        await provider.receive(486)
    assert await fleet.leaving.nothing(0.1)


@pytest.mark.parametrize("ends", ["provider", "switch"])
async def test_calls_of_a_draining_switch_go_on_and_end_from_either_side(
    fleet: Fleet, provider: Wire, ends: str
) -> None:
    edge, leaving = fleet.edge, fleet.leaving
    callers, callees = await answered(edge, leaving, provider)
    await loaded(fleet, draining=True)
    await changed(callers, provider, leaving, edge.public)
    await changed(callees, leaving, provider, edge.inner)
    sender, dialog, target, to = (
        (provider, callers, leaving, edge.public)
        if ends == "provider"
        else (leaving, callees, provider, edge.inner)
    )
    for method in ("UPDATE", "BYE"):
        sender.send(within(dialog, method, sender), to)
        asked = await target.receive(method)
        target.send(reply(asked, 200, "OK"), asked.peer)
        await sender.receive(200)


async def changed(dialog: Dialog, sender: Wire, target: Wire, to: tuple[str, int]) -> None:
    """A re-INVITE, answered and acknowledged."""
    sender.send(within(dialog, "INVITE", sender), to)
    again = await target.receive("INVITE")
    contact = f"Contact: <sip:{target.at}>\r\n"
    target.send(reply(again, 200, "OK", extra=contact, body=SDP), again.peer)
    await sender.receive(200)
    sender.send(within(dialog, "ACK", sender, cseq=dialog.cseq), to)
    await target.receive("ACK")


async def test_the_next_leg_of_a_call_leaves_a_draining_switch(
    fleet: Fleet, provider: Wire, agent: Wire
) -> None:
    """A leg of a call that it has may fail and be followed by another one."""
    await loaded(fleet, draining=True)
    fleet.leaving.send(request("INVITE", f"sip:bot@{agent.at}", fleet.leaving, body=SDP), fleet.edge.inner)
    leg = await agent.receive("INVITE")
    agent.send(reply(leg, 486, "Busy", tag="a"), leg.peer)
    await fleet.leaving.receive(486)


async def test_a_switch_that_left_the_list_is_nobody(fleet: Fleet, provider: Wire) -> None:
    callers, _ = await answered(fleet.edge, fleet.leaving, provider)
    await fleet.edge.load({ACME: "t|trk|e|127.0.1.0/24|1"}, {}, [fleet.staying.peer])
    provider.send(within(callers, "BYE", provider), fleet.edge.public)
    assert (await provider.receive()).status == 481


async def test_a_paused_switch_keeps_its_calls(shared_config: Path, wires, provider: Wire) -> None:
    """`fsctl pause inbound` answers OPTIONS and INVITE with 503."""
    async with running_edge(shared_config, ping_interval=1) as edge:
        switch = await wires("127.0.0.1")
        await edge.load({ACME: "t|trk|e|127.0.1.0/24|1"}, {}, [switch.peer])
        callers, _ = await answered(edge, switch, provider)

        async def out() -> bool:
            probe = await switch.receive("OPTIONS")
            switch.send(reply(probe, 503, "Paused", tag="s"), probe.peer)
            listed = await edge.rpc("dispatcher.list")
            return str(listed["RECORDS"][0]["SET"]["TARGETS"][0]["DEST"]["FLAGS"]) == "IP"

        await until(out)
        provider.send(within(callers, "BYE", provider), edge.public)
        bye = await switch.receive("BYE")
        switch.send(reply(bye, 200, "OK"), bye.peer)
        await provider.receive(200)
