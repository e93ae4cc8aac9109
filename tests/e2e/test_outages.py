"""What fails around a call does not fail the call; and what must stop a call does so at once."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import httpx
import pytest

from harness.components.services import ROUTERS
from harness.events import call_events
from harness.line import Line, kept_number
from harness.phones import Agent, Outcome
from harness.process import Process
from harness.until import until
from harness.world import World


async def answered(world: World, line: Line, agent: Agent, hold: float = 2.0) -> Outcome:
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


WITH_DATABASE = ("sip-config", "phone-sources", "call-control", "health-monitor")


@asynccontextmanager
async def database_that_refuses(world: World, process: Process) -> AsyncIterator[None]:
    """The same database, which now asks for a password that nobody here has."""
    closed = replace(process, command=[*process.command, "--auth"], _leash=None)
    await world.stop("mongo")
    await closed.start()
    try:
        yield
    finally:
        await closed.stop()
        await world.start("mongo")


async def said(world: World, name: str) -> str:
    """What the service says of its database, degraded or not ready; "" when all is well."""
    async with httpx.AsyncClient() as client:
        body = (await client.get(f"{world.services[name].url}/readyz", timeout=20)).json()
    return str({**body["checks"], **body["degraded"]}.get("mongo", ""))


async def test_a_database_that_refuses_us_costs_no_call_and_no_record(world: World) -> None:
    process = world.components["mongo"].process
    if process is None:
        pytest.skip("MONGODB_URI names a server that is not ours to close")
    agent = await world.phones.agent()
    line = await kept_number(world, agent)
    async with database_that_refuses(world, process):
        for name in WITH_DATABASE:
            await until(partial(_refuses, world, name), 20, f"{name} is refused")
        outcome = await (await line.dial(hold=2.0)).outcome()
        assert outcome.result.as_told, outcome
        assert outcome.heard.clear
        for name in ROUTERS:
            await world.ready(name)
    for name in WITH_DATABASE:
        await until(partial(_is_well, world, name), 20, f"{name} has its database")
    assert len(await _ended_calls(line, 1)) == 1


async def _refuses(world: World, name: str) -> bool:
    return "refuses us" in await said(world, name)


async def _is_well(world: World, name: str) -> bool:
    return not await said(world, name)


async def test_a_trunk_that_is_switched_off_carries_no_call_once_every_edge_says_so(world: World) -> None:
    """Which takes less than a second; make load measures it."""
    agent = await world.phones.agent()
    line = await kept_number(world, agent)
    assert (await (await line.dial()).outcome()).result.as_told
    await line.tenant.change_trunk(line.trunk["id"], enabled=False)
    await line.tenant.in_force(line.trunk["id"], number_count=1)
    outcome = await world.phones.refused(line.number, line.domain, 403)
    assert outcome.result.as_told, outcome
    assert "trunk_disabled" in outcome.status


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
