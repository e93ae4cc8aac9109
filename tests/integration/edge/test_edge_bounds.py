"""What one tenant takes of an edge, no other misses: calls a second, open calls, requests, reports."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from harness.edge_reports import Listener
from harness.until import until
from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.wire import SDP, Dialog, Wire, caller_dialog, reply, request, within

TRUNKS = {f"{name}.test": f"t_greedy|trk_{name}|e|127.0.1.0/24|1" for name in ("one", "two", "three")} | {
    "other.test": "t_other|trk_other|e|127.0.1.0/24|1"
}
BOUNDS = {
    "TRUNK_CALLS_PER_SECOND": "5",
    "TENANT_CALLS_PER_SECOND": "12",
    "TENANT_CALLS": "40",
    "SOURCE_REQUESTS_PER_SECOND": "10",
    "TENANT_REPORTS_PER_SECOND": "3",
    "STRANGERS_REPORTS_PER_SECOND": "4",
}


@pytest.fixture(scope="module")
async def bounded(shared_config: Path) -> AsyncIterator[tuple[RunningEdge, Wire]]:
    async with running_edge(shared_config, defines=BOUNDS) as edge:
        switch = await Wire.open()
        await edge.load(TRUNKS, {}, [switch.peer])
        yield edge, switch
        switch.close()


@pytest.fixture
async def busy(bounded: tuple[RunningEdge, Wire]) -> tuple[RunningEdge, Wire]:
    """Its switch refuses every call at once, so that none stays open."""
    bounded[1].forget()
    return bounded


def call(wire: Wire, domain: str) -> str:
    return request("INVITE", f"sip:+4930123@{domain}", wire, body=SDP)


async def outcomes(edge: RunningEdge, switch: Wire, wire: Wire, domains: list[str]) -> Counter[str]:
    """How calls to these domains end that are sent at once: `486` by the switch, or a code of the edge."""

    async def busy() -> None:
        while True:
            invite = await switch.receive("INVITE", within=30)
            switch.send(reply(invite, 486, "Busy", tag="s"), invite.peer)

    switching = asyncio.ensure_future(busy())
    for domain in domains:
        wire.send(call(wire, domain), edge.public)
    ends: dict[str, str] = {}
    while len(ends) < len(domains):
        answer = await wire.receive()
        if answer.status > 100:  # nobody acknowledges it: it may come again
            said = "486" if answer.status == 486 else answer.start.split("(")[-1].rstrip(")")
            ends[answer.one("Call-ID")] = said
    switching.cancel()
    return Counter(ends.values())


# So many that one is too many, however many seconds an edge that has little to run on takes for them.
MANY = 60


async def test_a_trunk_with_too_many_calls_a_second_is_refused_some(busy, provider: Wire) -> None:
    ends = await outcomes(*busy, provider, ["one.test"] * MANY)
    assert ends["trunk_rate_exceeded"] >= 1
    assert ends["486"] >= 5
    assert ends.total() == MANY


async def test_many_trunks_of_one_tenant_share_what_a_tenant_may_have(busy, provider: Wire) -> None:
    await next_second(busy[0])
    ends = await outcomes(*busy, provider, ["one.test", "two.test", "three.test"] * 5)
    assert ends["tenant_rate_exceeded"] >= 1 or ends["486"] == 15  # a second ended between
    assert "trunk_rate_exceeded" not in ends


async def test_one_tenants_flood_takes_no_call_of_another(busy, provider: Wire, wires) -> None:
    edge, switch = busy
    await next_second(edge)
    other = await wires("127.0.1.9")
    for _ in range(MANY):
        provider.send(call(provider, "one.test"), edge.public)
    ends = await outcomes(edge, switch, other, ["other.test"] * 5)
    assert ends == {"486": 5}


def stands(file: Path, name: str) -> int:
    """A number by its name, in a page of defines or of parameters."""
    found = re.findall(rf'\b{name}["=]? *(?:value="|data=")?([0-9]+)\b', file.read_text())
    assert len(found) == 1, (file, name, found)
    return int(found[0])


def test_one_tenant_gets_half_of_one_switch_at_the_most(shared_config: Path) -> None:
    """Each call has two sessions there, and each session two ports."""
    edge = shared_config.parent / "values.cfg"
    switch = shared_config.parents[1] / "freeswitch"
    variables, limits = switch / "vars.xml", switch / "autoload_configs" / "switch.conf.xml"
    sessions = stands(variables, "keepline_max_sessions")
    ports = stands(variables, "keepline_rtp_last_port") - stands(variables, "keepline_rtp_first_port")
    assert 2 * stands(edge, "TENANT_CALLS") <= sessions // 2
    assert 2 * stands(edge, "TENANT_CALLS_PER_SECOND") <= stands(limits, "sessions-per-second") // 2
    assert stands(edge, "TRUNK_CALLS_PER_SECOND") <= stands(edge, "TENANT_CALLS_PER_SECOND")
    assert 2 * sessions <= ports


async def second(edge: RunningEdge) -> int:
    """The edge counts by its own seconds."""
    return int((await edge.rpc("core.uptime"))["uptime"])


async def next_second(edge: RunningEdge) -> None:
    before = await second(edge)

    async def passed() -> bool:
        return await second(edge) != before

    await until(passed)


async def answered(edge: RunningEdge, switch: Wire, wire: Wire, domain: str) -> Dialog:
    wire.send(call(wire, domain), edge.public)
    invite = await switch.receive("INVITE")
    contact = f"Contact: <sip:{switch.at}>\r\n"
    switch.send(reply(invite, 200, "OK", extra=contact, tag="sw", body=SDP), invite.peer)
    dialog = caller_dialog(await wire.receive(200))
    wire.send(within(dialog, "ACK", wire, cseq=1), edge.public)
    await switch.receive("ACK")
    return dialog


async def test_a_tenant_with_too_many_open_calls_gets_another_when_one_ends(
    shared_config: Path, wires, provider: Wire
) -> None:
    async with running_edge(shared_config, defines={"TENANT_CALLS": "2"}) as edge:
        switch = await wires("127.0.0.1")
        await edge.load(TRUNKS, {}, [switch.peer])
        first = await answered(edge, switch, provider, "one.test")
        provider.send(call(provider, "two.test"), edge.public)  # one that rings counts as well
        ringing = await switch.receive("INVITE")
        provider.send(call(provider, "one.test"), edge.public)
        refused = await provider.receive(503)
        assert refused.start == "SIP/2.0 503 Too many open calls (tenant_calls_exceeded)"
        assert refused.one("Retry-After")
        await answered(edge, switch, provider, "other.test")

        provider.send(within(first, "BYE", provider), edge.public)
        bye = await switch.receive("BYE")
        switch.send(reply(bye, 200, "OK"), bye.peer)
        await provider.receive(200)
        second = await answered(edge, switch, provider, "three.test")

        switch.send(reply(ringing, 486, "Busy", tag="r"), ringing.peer)
        await provider.receive(486)
        third = await answered(edge, switch, provider, "one.test")
        assert second.call_id != third.call_id


async def test_one_source_sends_so_many_requests_within_calls(busy, provider: Wire, wires) -> None:
    edge, switch = busy
    await next_second(edge)
    dialog = await answered(edge, switch, provider, "other.test")
    for _ in range(MANY):
        provider.send(within(dialog, "INFO", provider), edge.public)
    refused = await provider.receive(503)
    assert refused.start == "SIP/2.0 503 Too many requests a second (source_rate_exceeded)"
    assert (await switch.receive("INFO")).method == "INFO"


async def test_one_tenants_refusals_do_not_drown_anothers(busy, provider: Wire, wires) -> None:
    edge, _ = busy
    listener = await Listener.open(edge)
    await listener.grant(1000, edge)
    stranger = await wires("127.0.66.1")
    began = await second(edge)
    for _ in range(30):
        stranger.send(call(stranger, "one.test"), edge.public)
        stranger.send(call(stranger, "nobody.test"), edge.public)
    for _ in range(30):
        await stranger.receive(403)
    stranger.send(call(stranger, "other.test"), edge.public)
    await stranger.receive(403)
    told: Counter[str] = Counter()
    while "t_other" not in told:
        told[(await listener.next())["tenant_id"]] += 1
    seconds = await second(edge) - began + 1
    assert told["t_greedy"] <= 3 * seconds
    assert told[""] <= 4 * seconds
    listener.close()
