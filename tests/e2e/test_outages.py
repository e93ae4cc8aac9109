"""What fails around a call does not fail the call; and what must stop a call does so at once."""

import asyncio
import time

import pytest

from harness.components.services import ROUTERS
from harness.events import call_events
from harness.line import Line, kept_number
from harness.phones import Agent, Outcome
from harness.world import World


async def answered(world: World, line: Line, agent: Agent, hold: float = 1.0) -> Outcome:
    """A further call to the line's only agent, whose phone is started again at its place."""
    again = await world.phones.agent(port=agent.sipp.port)
    outcome = await (await line.dial(hold=hold)).outcome()
    await again.close()
    return outcome


async def test_a_restarted_router_needs_neither_broker_nor_database(world: World) -> None:
    agent = await world.phones.agent()
    line = await kept_number(world, agent)
    assert (await (await line.dial()).outcome()).result.as_told
    for name in (*ROUTERS, "kafka", "mongo"):
        await world.stop(name)
    try:
        for name in ROUTERS:
            await world.start(name)
        outcome = await answered(world, line, agent)
        assert outcome.result.as_told, outcome
        assert outcome.heard.clear
    finally:
        for name in ("mongo", "kafka"):
            await world.start(name)
    assert len(await _ended_calls(line, 2)) == 2


async def test_a_deleted_trunk_carries_no_call_a_second_later(world: World) -> None:
    agent = await world.phones.agent()
    line = await kept_number(world, agent)
    assert (await (await line.dial()).outcome()).result.as_told
    await line.tenant.delete_trunk(line.trunk["id"])
    await asyncio.sleep(1)
    outcome = await (await line.dial("caller_is_ignored")).outcome()
    assert outcome.result.as_told, outcome


@pytest.mark.timeout(240)
async def test_no_event_is_lost_while_the_broker_is_away_for_a_minute(world: World) -> None:
    agent = await world.phones.agent(calls=1000)
    line = await kept_number(world, agent)
    calls = 0
    await world.kill("kafka")
    began = time.monotonic()
    while time.monotonic() - began < 60:
        outcome = await (await line.dial(hold=1.0)).outcome()
        assert outcome.result.as_told, outcome
        calls += 1
    await world.start("kafka")
    records = await _ended_calls(line, calls)
    assert len(records) == calls
    for record in records:
        events = await call_events(world.kafka.bootstrap, str(record["id"]))
        assert [e.seq for e in events] == [1, 2, 1001, 1002, 1004, 1_000_000]


async def _ended_calls(line: Line, count: int) -> list[dict[str, object]]:
    return await line.tenant.ended_calls(line.trunk["id"], count, within=60)
