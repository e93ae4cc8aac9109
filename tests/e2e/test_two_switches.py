"""A call that one switch cannot take is taken by the other, and is one call; what a switch had stays told.

The second switch of the world is a spare one, started for this file alone.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest_asyncio

from harness.components.services import routers_of
from harness.events import call_events
from harness.line import Line, kept_number
from harness.phones import Caller
from harness.tenant import Body
from harness.until import until
from harness.world import World


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def second_switch(world: World) -> AsyncIterator[None]:
    await world.start_switch(2)
    await world.order_switch("sw2", "active")
    yield
    await world.order_switch("sw2", "draining")
    await world.stop_switch(2)


@pytest_asyncio.fixture
async def line(world: World) -> Line:
    return await kept_number(world, await world.phones.agent(calls=99))


async def answered(line: Line) -> Body:
    """The record of one short call that was answered."""
    known = {record["id"] for record in await line.tenant.all_calls(line.trunk["id"])}
    outcome = await (await line.dial(hold=0.3)).outcome()
    assert outcome.result.as_told, outcome

    async def asked() -> Body | None:
        records = await line.tenant.all_calls(line.trunk["id"])
        return next((one for one in records if one["id"] not in known and "ended_at" in one), None)

    return await until(asked, 30, "the record of the new call")


async def next_switch(line: Line) -> str:
    """Where the next call will be offered first: the edge's switches take turns."""
    return other((await answered(line))["switch_id"])


def other(switch_id: str) -> str:
    return "sw2" if switch_id == "sw1" else "sw1"


def routers(switch_id: str) -> tuple[str, ...]:
    return routers_of(int(switch_id.removeprefix("sw")))


async def talking(line: Line, hold: float) -> Caller:
    """A call that was answered and goes on."""
    caller = await line.dial(hold=hold)
    await caller.sipp.told("^answered")
    return caller


async def takes_calls(line: Line, switch_id: str) -> None:
    async def asked() -> bool:
        return bool((await answered(line))["switch_id"] == switch_id)

    await until(asked, 30, f"a call at {switch_id}")


async def ended(line: Line, count: int) -> list[Body]:
    """The records of that many calls, the oldest first, when every attempt of them ended."""

    async def asked() -> list[Body] | None:
        found = await line.tenant.all_calls(line.trunk["id"])
        over = [one for one in found if all("ended_at" in attempt for attempt in one["attempts"])]
        return over if len(over) >= count else None

    found = await until(asked, 30, f"{count} records")
    assert len(found) == count
    return sorted(found, key=lambda one: str(one["started_at"]))


async def test_a_call_whose_switch_has_no_router_is_answered_at_the_other_one(
    world: World, line: Line
) -> None:
    first = await next_switch(line)
    for name in routers(first):
        await world.kill(name)
    try:
        record = await answered(line)
    finally:
        await asyncio.gather(*(world.start(name) for name in routers(first)))
    assert (record["attempt"], record["switch_id"]) == (2, other(first))
    told = [(e.attempt, e.seq, e.switch_id) for e in await call_events(world.kafka.bootstrap, record["id"])]
    assert len(set(told)) == len(told)
    assert {(attempt, switch_id) for attempt, _, switch_id in told} == {(2, other(first))}


async def test_a_call_that_two_switches_saw_is_one_call_of_two_attempts(world: World, line: Line) -> None:
    """Both routers of the first switch are mute until its guard ends the call there, and then go on."""
    first = await next_switch(line)
    stopped = [world.supervised(name) for name in routers(first)]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        caller = await talking(line, 1)
    finally:
        with suppress(ProcessLookupError):  # their supervisors were quicker
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
    assert (await caller.outcome()).result.as_told

    async def told() -> Body | None:
        record = (await ended(line, 2))[1]
        return record if len(record["attempts"]) == 2 else None

    record = await until(told, 30, "a record of two attempts")
    offered = [(one["attempt"], one["switch_id"], one["sip_status"]) for one in record["attempts"]]
    assert offered == [(1, first, 503), (2, other(first), 200)]
    assert (record["attempt"], record["sip_status"], record["hangup_cause"]) == (2, 200, "NORMAL_CLEARING")
    assert record["started_at"] == record["attempts"][1]["started_at"]
    began, answered, over = (
        datetime.fromisoformat(record[name]) for name in ("started_at", "answered_at", "ended_at")
    )
    assert (answered - began, over - answered) == (
        timedelta(milliseconds=record["setup_ms"]),
        timedelta(milliseconds=record["talk_ms"]),
    )


async def test_calls_go_on_at_the_other_switch_when_one_is_killed(world: World, line: Line) -> None:
    alive = await next_switch(line)
    dead = other(alive)
    goes_on, lost = await talking(line, 7), await talking(line, 60)
    await world.kill(f"switch-{dead[2:]}")
    try:
        for _ in range(2):
            assert (await answered(line))["switch_id"] == alive
        assert (await goes_on.outcome()).result.as_told
    finally:
        await world.start(f"switch-{dead[2:]}")
    _, whole, broken, *_ = await ended(line, 5)
    assert (whole["switch_id"], whole["hangup_cause"], whole.get("estimated_within_ms")) == (
        alive,
        "NORMAL_CLEARING",
        None,
    )
    assert (broken["switch_id"], broken["hangup_cause"]) == (dead, "node_lost")
    assert "estimated_within_ms" in broken
    await lost.close()
    await takes_calls(line, dead)


async def test_a_draining_switch_keeps_its_calls_and_new_ones_go_to_the_other(
    world: World, line: Line
) -> None:
    """And the pause that its watcher left behind is taken back by the next one."""
    drained = await next_switch(line)
    caller = await talking(line, 8)
    await world.order_switch(drained, "draining")
    try:
        await until(lambda: paused(world, drained), 30, f"{drained} is paused")
        for _ in range(2):
            record = await answered(line)
            assert (record["attempt"], record["switch_id"]) == (1, other(drained))
        assert (await caller.outcome()).result.as_told
        running = (await ended(line, 4))[1]
        assert (running["switch_id"], running["hangup_cause"]) == (drained, "NORMAL_CLEARING")
        assert "estimated_within_ms" not in running
        for name in routers(drained):
            await world.kill(name)
    finally:
        await world.order_switch(drained, "active")
        await asyncio.gather(*(world.start(name) for name in routers(drained)))
    await takes_calls(line, drained)


def paused(world: World, switch_id: str) -> bool:
    """By the last word of whoever watches it."""
    log = world.logs(world.addresses.watcher_of(switch_id))
    return log.rfind("takes no new calls") > log.rfind("takes calls again")
