"""Either of the two routers beside a switch may die, stop or choke; what a call was is told all the same."""

import os
import resource
import signal
import socket
from contextlib import ExitStack, suppress
from pathlib import Path

from harness.events import call_events, told
from harness.line import Line, kept_number
from harness.phones import Caller
from harness.until import until
from harness.world import World
from servicekit.testing import until as until_soon
from switchlink.freeswitch import Address
from switchlink.handover.server import BACKLOG

FIRST, SECOND = "call-router-1", "call-router-2"
WHOLE = "started routed leg_started leg_ringing answered ended"


async def talking(line: Line, hold: float) -> Caller:
    """A call that was answered and goes on."""
    caller = await line.dial(hold=hold)
    await caller.sipp.told("^answered")
    return caller


def fill_accept_queue(stack: ExitStack, listening: Address) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for _ in range(BACKLOG + 100):
        sock = stack.enter_context(socket.socket())
        sock.setblocking(False)
        sock.connect_ex((listening.host, listening.port))


async def test_a_router_that_is_killed_costs_no_call(world: World) -> None:
    line = await kept_number(world, await world.phones.agent(calls=9))
    caller = await talking(line, 2)
    os.kill(world.supervised(FIRST), signal.SIGKILL)
    second = await line.dial(hold=0.5)
    assert (await second.outcome()).result.as_told
    assert (await caller.outcome()).result.as_told
    for record in await line.tenant.ended_calls(line.trunk["id"], 2):
        assert await told(world.kafka.bootstrap, record["id"]) == WHOLE
        assert record["sip_status"] == 200
    await world.ready(FIRST)


async def test_a_router_that_is_stopped_costs_two_seconds_and_is_ended(world: World) -> None:
    """With a full accept queue it costs a call what the supervisor needs: FreeSWITCH connects without a
    time-out, and the dialplan's guard does not reach a thread that hangs there."""
    line = await kept_number(world, await world.phones.agent(calls=9))
    stopped = world.supervised(FIRST)
    os.kill(stopped, signal.SIGSTOP)
    mute = await line.refused(503)
    assert mute.result.as_told, mute
    with suppress(ProcessLookupError):  # its supervisor was quicker
        os.kill(stopped, signal.SIGCONT)
    await world.ready(FIRST)
    # meanwhile the supervisor hears it as well, and will wait as long as ever
    between = await (await line.dial(hold=1.5)).outcome()
    assert between.result.as_told, between
    stopped = world.supervised(FIRST)
    os.kill(stopped, signal.SIGSTOP)
    with ExitStack() as stack:
        fill_accept_queue(stack, world.switch.routers[0])
        full = await line.refused(503)
    assert full.result.as_told, full
    await until(lambda: not Path(f"/proc/{stopped}").exists(), 20, "the end of the stopped router")
    outcome = await (await line.dial(hold=0.5)).outcome()
    assert outcome.result.as_told, outcome
    await world.ready(FIRST)


async def watched_by(world: World, name: str) -> None:
    if world.addresses.watcher != name:
        other = world.addresses.watcher
        await world.stop(other)
        await until_soon(lambda: world.addresses.watcher == name)
        await world.start(other)


async def test_what_a_watcher_did_not_hear_is_told_by_the_next(world: World) -> None:
    """The first router decides; the one that watches is stopped before the call and killed after it began."""
    line = await kept_number(world, await world.phones.agent(calls=9))
    await watched_by(world, SECOND)
    stopped = world.supervised(SECOND)
    os.kill(stopped, signal.SIGSTOP)
    over = await line.dial(hold=0.3)
    goes_on = await talking(line, 3)
    assert (await over.outcome()).result.as_told
    with suppress(ProcessLookupError):  # its supervisor was quicker
        os.kill(stopped, signal.SIGKILL)
    assert (await goes_on.outcome()).result.as_told
    for record in await line.tenant.ended_calls(line.trunk["id"], 2):
        assert await told(world.kafka.bootstrap, record["id"]) == WHOLE
        assert not (await call_events(world.kafka.bootstrap, record["id"]))[-1].ended.estimated_within_ms
    await world.ready(SECOND)


async def test_a_call_that_ends_while_nobody_watches_is_told_as_it_was(world: World) -> None:
    line = await kept_number(world, await world.phones.agent(calls=9))
    caller = await talking(line, 2.0)
    for name in (FIRST, SECOND):
        await world.kill(name)
    try:
        refused = await line.refused(503)
        assert refused.result.as_told, refused
        outcome = await caller.outcome()
        assert outcome.result.as_told, outcome
    finally:
        for name in (FIRST, SECOND):
            await world.start(name)
    by_status = {one["sip_status"]: one for one in await line.tenant.ended_calls(line.trunk["id"], 2)}
    assert await told(world.kafka.bootstrap, by_status[503]["id"]) == "started ended"
    assert (by_status[503]["called"], by_status[503]["talk_ms"]) == (line.number, 0)
    record = by_status[200]
    assert 1900 < record["talk_ms"] < 5000
    assert record["hangup_cause"] == "NORMAL_CLEARING"
    assert record["media"]["packets_received"] > 50
    events = await call_events(world.kafka.bootstrap, record["id"])
    assert await told(world.kafka.bootstrap, record["id"]) == WHOLE
    assert not events[-1].ended.HasField("estimated_within_ms")


async def test_a_call_that_both_routers_see_is_told_once(world: World) -> None:
    """The one that watches ends in the middle of a call, and the other one takes over."""
    line = await kept_number(world, await world.phones.agent(calls=9))
    caller = await talking(line, 3)
    watcher = world.addresses.watcher
    await world.stop(watcher)
    await until_soon(lambda: world.addresses.watcher != watcher)
    assert (await caller.outcome()).result.as_told
    record = await line.last_call()
    assert await told(world.kafka.bootstrap, record["id"]) == WHOLE
    assert 2900 < record["talk_ms"] < 6000
    await world.start(watcher)


async def test_a_switch_that_dies_ends_its_calls_at_a_time_that_is_marked_as_estimated(world: World) -> None:
    line = await kept_number(world, await world.phones.agent(calls=9))
    caller = await talking(line, 30)
    await world.kill("switch-1")
    await world.start("switch-1")
    record = await line.last_call()
    events = await call_events(world.kafka.bootstrap, record["id"])
    ended = events[-1].ended
    assert ended.hangup_cause == "node_lost"
    assert ended.HasField("estimated_within_ms")
    assert ended.talk_ms + ended.estimated_within_ms < 60_000
    await caller.close()
