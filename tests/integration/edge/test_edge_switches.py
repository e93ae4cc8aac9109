"""Which switch takes a call, and what happens when one does not.

One edge with two switches for most of it, with little patience, so that silence costs little here.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from harness.until import until
from switchlink.testing.running_edge import RunningEdge, running_edge
from switchlink.testing.wire import SDP, Message, Wire, reply, request

ACME = "acme.sip.keepline.test"
TRUNK = {ACME: "t|trk|e|127.0.1.0/24|1"}
PATIENCE = {"SWITCH_SILENCE": "800", "SWITCH_REFUSES": "2500"}
NOWHERE = ("192.0.2.1", 5060)  # no datagram leaves from a socket on loopback to there


@pytest.fixture(scope="module")
async def shared_pair(shared_config: Path) -> AsyncIterator[tuple[RunningEdge, Wire, Wire]]:
    async with running_edge(shared_config, defines=PATIENCE, edge_id="edge-7") as edge:
        first, second = await Wire.open(), await Wire.open()
        await edge.load(TRUNK, {}, [first.peer, second.peer, NOWHERE])
        yield edge, first, second
        first.close()
        second.close()


@pytest.fixture
async def pair(shared_pair: tuple[RunningEdge, Wire, Wire]) -> tuple[RunningEdge, Wire, Wire]:
    edge, first, second = shared_pair
    await only(edge, first.peer, second.peer)
    first.forget()
    second.forget()
    return shared_pair


async def flags(edge: RunningEdge) -> dict[str, str]:
    """Of each switch, by host:port."""
    listed = await edge.rpc("dispatcher.list")
    targets = [target["DEST"] for target in listed["RECORDS"][0]["SET"]["TARGETS"]]
    return {str(t["URI"]).split(":", 1)[1].split(";", 1)[0]: str(t["FLAGS"]) for t in targets}


async def only(edge: RunningEdge, *switches: tuple[str, int]) -> None:
    """These are offered calls, all others of the list are not."""
    offered = {f"{host}:{port}" for host, port in switches}
    for at in await flags(edge):
        state = "ap" if at in offered else "dx"
        await edge.rpc("dispatcher.set_state", state, 1, f"sip:{at};transport=udp")


async def arrives_at(*switches: Wire) -> tuple[Wire, Message]:
    """The next call, at whichever switch it arrives."""

    async def one(wire: Wire) -> tuple[Wire, Message]:
        return wire, await wire.receive("INVITE")

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


@pytest.mark.parametrize("how", ["silent", "refuses at once", "refuses when nobody there decided"])
async def test_a_switch_that_cannot_take_a_call_is_followed_by_the_next_with_another_attempt(
    pair, provider: Wire, how: str
) -> None:
    edge, first, second = pair
    call(provider, edge)
    lost, attempt = await arrives_at(first, second)
    other = second if lost is first else first
    if how != "silent":
        lost.send(reply(attempt, 100, "Trying"), attempt.peer)
    if how == "refuses when nobody there decided":
        # longer than the silence that an INVITE may meet, shorter than a decision may take
        assert await other.nothing(1.2)
    if how != "silent":
        lost.send(reply(attempt, 503, "Nobody routed it", tag="s"), attempt.peer)
    again = await other.receive("INVITE")
    assert attempt.all("X-Keepline-Attempt") == ["1"]
    assert again.all("X-Keepline-Attempt") == ["2"]
    for name in ("X-Keepline-Call-Id", "X-Keepline-Tenant", "X-Keepline-Source"):
        assert again.all(name) == attempt.all(name)
    assert attempt.all("X-Keepline-Edge") == again.all("X-Keepline-Edge") == ["edge-7"]
    contact = f"Contact: <sip:{other.at}>\r\n"
    other.send(reply(again, 200, "OK", extra=contact, tag="s", body=SDP), again.peer)
    await provider.receive(200)


async def test_a_switch_that_cannot_be_reached_is_passed_over(pair, provider: Wire) -> None:
    edge, first, _ = pair
    await only(edge, first.peer, NOWHERE)
    attempts = set()
    for _ in range(2):
        call(provider, edge)
        invite = await first.receive("INVITE")
        attempts.add(invite.one("X-Keepline-Attempt"))
        first.send(reply(invite, 486, "Busy", tag="s"), invite.peer)
        await provider.receive(486)
    assert attempts == {"1", "2"}


async def test_when_no_switch_can_be_reached_the_provider_is_sent_elsewhere(pair, provider: Wire) -> None:
    edge, _, _ = pair
    await only(edge, NOWHERE)
    call(provider, edge)
    answer = await provider.receive(503)
    assert answer.start.endswith("(no_switch)")
    assert answer.one("Retry-After")


async def test_a_503_that_took_its_time_is_the_answer(pair, provider: Wire) -> None:
    edge, first, second = pair
    call(provider, edge)
    slow, invite = await arrives_at(first, second)
    other = second if slow is first else first
    slow.send(reply(invite, 100, "Trying"), invite.peer)
    assert await other.nothing(2.8)
    slow.send(reply(invite, 503, "Nobody routed it", tag="s"), invite.peer)
    assert (await provider.receive(503)).start == "SIP/2.0 503 Nobody routed it"
    assert await other.nothing(0.1)


async def test_when_all_are_silent_the_provider_is_sent_elsewhere(pair, provider: Wire) -> None:
    edge, _, _ = pair
    call(provider, edge)
    answer = await provider.receive(503)
    assert answer.start.endswith("(no_switch)")
    assert answer.one("Retry-After")


async def test_calls_that_a_switch_drops_take_it_from_nobody(pair, provider: Wire) -> None:
    """One tenant may send what a switch drops without a word; all others still find that switch."""
    edge, first, second = pair
    for _ in range(12):
        call(provider, edge)
    for _ in range(12):  # half of them met `first`, which says nothing
        _, invite = await arrives_at(second)
        second.send(reply(invite, 486, "Busy", tag="s"), invite.peer)
    assert {at: state[0] for at, state in (await flags(edge)).items()} | {"192.0.2.1:5060": "D"} == {
        first.at: "A",
        second.at: "A",
        "192.0.2.1:5060": "D",
    }
    first.forget()
    reached = set()
    for _ in range(2):
        call(provider, edge)
        switch, invite = await arrives_at(first, second)
        switch.send(reply(invite, 486, "Busy", tag="s"), invite.peer)
        reached.add(switch.at)
    assert reached == {first.at, second.at}


async def test_without_a_switch_the_provider_is_told_so(pair, provider: Wire) -> None:
    edge, _, _ = pair
    await only(edge)
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


async def test_any_answer_but_408_and_503_says_that_somebody_is_there(shared_config: Path, wires) -> None:
    answers = {200: "AP", 404: "AP", 501: "AP", 603: "AP", 408: "TP", 503: "TP"}
    switches = {status: await wires("127.0.0.1") for status in answers}
    async with running_edge(shared_config, ping_interval=1) as edge:
        await edge.load(TRUNK, {}, [switch.peer for switch in switches.values()])

        async def answer(status: int) -> None:
            switch, probes = switches[status], set()
            while True:
                probe = await switch.receive("OPTIONS")
                assert probe.peer == edge.inner
                switch.send(reply(probe, status, "Whatever", tag="s"), probe.peer)
                probes.add(probe.one("Call-ID"))
                if len(probes) > 1:  # what was said to the first was read
                    read.add(status)

        async def as_told() -> bool:
            seen = await flags(edge)
            told = {status: seen[switch.at] for status, switch in switches.items()}
            return read == set(answers) and told == answers

        read: set[int] = set()
        async with asyncio.TaskGroup() as answering:
            tasks = [answering.create_task(answer(status)) for status in answers]
            await until(as_told, what="the state of each switch")
            for task in tasks:
                task.cancel()


async def test_a_switch_that_died_is_found_dead_and_comes_back(shared_config: Path, wires) -> None:
    async with running_edge(shared_config, ping_interval=1) as edge:
        switch = await wires("127.0.0.1")
        await edge.load(TRUNK, {}, [switch.peer])

        async def state() -> str:
            return (await flags(edge))[switch.at]

        async def dead() -> bool:
            return await state() == "IP"

        await until(dead)
        async with asyncio.timeout(10):
            while await state() != "AP":
                probe = await switch.receive("OPTIONS")
                switch.send(reply(probe, 200, "OK", tag="s"), probe.peer)
