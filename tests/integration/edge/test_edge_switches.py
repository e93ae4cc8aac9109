"""Which switch takes a call, and what happens when one does not."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from harness.until import until
from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.wire import SDP, Message, Wire, reply, request

ACME = "acme.sip.keepline.test"
TRUNK = {ACME: "t|trk|e|127.0.1.0/24|1"}


@pytest.fixture
async def pair(shared_config: Path, wires) -> AsyncIterator[tuple[RunningEdge, Wire, Wire]]:
    async with running_edge(shared_config, ping_interval=60) as edge:
        first, second = await wires("127.0.0.1"), await wires("127.0.0.1")
        await edge.load(TRUNK, {}, [first.peer, second.peer])
        yield edge, first, second


async def arrives_at(*switches: Wire) -> tuple[Wire, Message]:
    """The next call, at whichever switch it arrives."""

    async def one(wire: Wire) -> tuple[Wire, Message]:
        return wire, await wire.receive("INVITE", within=4.0)

    waiting = [asyncio.ensure_future(one(wire)) for wire in switches]
    done, rest = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    return done.pop().result()


def call(provider: Wire, edge: RunningEdge) -> None:
    provider.send(request("INVITE", f"sip:+4930123@{ACME}", provider, body=SDP), edge.public)


async def test_calls_are_spread_over_the_switches(pair, provider: Wire) -> None:
    edge, first, second = pair
    reached = set()
    for _ in range(4):
        call(provider, edge)
        switch, invite = await arrives_at(first, second)
        switch.send(reply(invite, 486, "Busy", tag="s"), invite.peer)
        await provider.receive(486)
        reached.add(switch.at)
    assert reached == {first.at, second.at}


async def test_a_silent_switch_costs_two_seconds_and_the_call_goes_on(pair, provider: Wire) -> None:
    edge, first, second = pair
    started = time.monotonic()
    call(provider, edge)
    silent, _ = await arrives_at(first, second)
    other = second if silent is first else first
    invite = await other.receive("INVITE", within=4.0)
    assert 1.5 < time.monotonic() - started < 2.5
    assert invite.all("X-Keepline-Tenant") == ["t"]
    other.send(
        reply(invite, 200, "OK", extra=f"Contact: <sip:{other.at}>\r\n", tag="s", body=SDP), invite.peer
    )
    await provider.receive(200)


async def test_a_switch_that_refuses_at_once_is_passed_over(pair, provider: Wire) -> None:
    edge, first, second = pair
    started = time.monotonic()
    call(provider, edge)
    full, invite = await arrives_at(first, second)
    full.send(reply(invite, 503, "Full", tag="s"), invite.peer)
    other = second if full is first else first
    invite = await other.receive("INVITE")
    assert time.monotonic() - started < 1.0
    other.send(reply(invite, 486, "Busy", tag="s"), invite.peer)
    await provider.receive(486)


async def test_a_503_that_took_its_time_is_the_answer(pair, provider: Wire) -> None:
    edge, first, second = pair
    call(provider, edge)
    parked, invite = await arrives_at(first, second)
    parked.send(reply(invite, 100, "Trying"), invite.peer)
    await asyncio.sleep(4.0)  # as long as a router that is dead: no event ends it
    parked.send(reply(invite, 503, "Nobody routed it", tag="s"), invite.peer)
    assert (await provider.receive(503)).start == "SIP/2.0 503 Nobody routed it"
    assert await (second if parked is first else first).nothing(0.1)


async def test_when_all_are_silent_the_provider_is_sent_elsewhere(pair, provider: Wire) -> None:
    edge, _, _ = pair
    call(provider, edge)
    answer = await provider.receive(503, within=6.0)
    assert answer.start.endswith("(no_switch)")
    assert answer.one("Retry-After")


async def test_three_silences_take_a_switch_out(pair, provider: Wire) -> None:
    edge, first, second = pair
    for _ in range(8):
        call(provider, edge)
        switch, invite = await arrives_at(second)
        switch.send(reply(invite, 486, "Busy", tag="s"), invite.peer)
        await provider.receive(486)
    states = await edge.rpc("dispatcher.list")
    targets = {t["DEST"]["URI"]: t["DEST"]["FLAGS"] for t in states["RECORDS"][0]["SET"]["TARGETS"]}
    assert targets[f"sip:{first.at};transport=udp"][0] == "I"
    assert targets[f"sip:{second.at};transport=udp"][0] == "A"


async def test_without_a_switch_the_provider_is_told_so(pair, provider: Wire) -> None:
    edge, first, second = pair
    for wire in (first, second):
        await edge.rpc("dispatcher.set_state", "dx", 1, f"sip:{wire.at};transport=udp")
    call(provider, edge)
    answer = await provider.receive()
    assert answer.start == "SIP/2.0 503 No switch (no_switch)"
    assert answer.one("Retry-After") == "5"


async def test_an_edge_without_a_snapshot_refuses_for_now(shared_config: Path, provider: Wire) -> None:
    async with running_edge(shared_config) as edge:
        for method in ("INVITE", "OPTIONS"):
            provider.send(request(method, f"sip:+4930123@{ACME}", provider), edge.public)
            answer = await provider.receive()
            assert answer.start == "SIP/2.0 503 Edge is not ready (edge_not_ready)"
            assert answer.one("Retry-After") == "5"


@pytest.mark.parametrize(
    ("status", "state"), [(200, "AP"), (404, "AP"), (501, "AP"), (603, "AP"), (408, "TP"), (503, "TP")]
)
async def test_any_answer_but_408_and_503_says_that_somebody_is_there(
    shared_config: Path, wires, status: int, state: str
) -> None:
    async with running_edge(shared_config, ping_interval=1) as edge:
        switch = await wires("127.0.0.1")
        await edge.load(TRUNK, {}, [switch.peer])
        probe = await switch.receive("OPTIONS", within=4.0)
        assert probe.peer == edge.inner
        switch.send(reply(probe, status, "Whatever", tag="s"), probe.peer)
        await switch.receive("OPTIONS", within=4.0)  # the next one: the first answer was read
        states = await edge.rpc("dispatcher.list")
        assert states["RECORDS"][0]["SET"]["TARGETS"][0]["DEST"]["FLAGS"] == state


async def test_a_switch_that_died_is_found_dead_and_comes_back(shared_config: Path, wires) -> None:
    async with running_edge(shared_config, ping_interval=1) as edge:
        switch = await wires("127.0.0.1")
        await edge.load(TRUNK, {}, [switch.peer])

        async def state() -> str:
            listed = await edge.rpc("dispatcher.list")
            return str(listed["RECORDS"][0]["SET"]["TARGETS"][0]["DEST"]["FLAGS"])

        async def dead() -> bool:
            return await state() == "IP"

        await until(dead, within=12.0)
        async with asyncio.timeout(10):
            while await state() != "AP":
                probe = await switch.receive("OPTIONS")
                switch.send(reply(probe, 200, "OK", tag="s"), probe.peer)
