"""A router that decides and watches beside each switch: what it tells of a call that talks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from call_router.adapters.disk.watch_lock import WatchLock
from call_router.adapters.kafka.switch_orders import SwitchOrders
from call_router.adapters.switch.hand_overs import HandOvers
from call_router.adapters.switch.happenings import EVENTS, ONLY, happening_of
from call_router.adapters.switch.watching import SwitchWatch, WatchParts
from call_router.app.watched_calls import WatchedCalls
from call_router.domain.call_event import CallEnded, CallEvent, CallHeard
from servicekit.clock import SystemClock
from servicekit.testing import until
from switchlink.esl import EslEvent, EslLink
from switchlink.handover import HandOverServer
from switchlink.testing.sip_phone import Behaviour, Phone
from switchlink.testing.switch_process import RunningSwitch

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NUMBER = "+4930123456"
MARKS = {
    "X-Keepline-Tenant": "t_demo",
    "X-Keepline-Trunk": "trk_1",
    "X-Keepline-Call-Id": "call_watched",
    "X-Keepline-Source": "127.0.1.5:5060",
}


@dataclass
class Told:
    events: list[CallEvent]

    def put(self, event: CallEvent) -> None:
        self.events.append(event)

    async def kept(self) -> None:
        """Nothing is kept in a test."""


@pytest.fixture
async def told(switch: RunningSwitch, tmp_path: Path) -> AsyncIterator[list[CallEvent]]:
    sink = Told([])

    def link_to(names: Sequence[str]) -> EslLink:
        return switch.link(*names, only=ONLY if names else ())

    lock = WatchLock(tmp_path, "r1")
    orders, watched = SwitchOrders("sw1"), frozenset({"trk_1"})
    around = WatchParts(tmp_path, lock, link_to, sink, sink.kept, SystemClock(), orders, watched)
    watching = SwitchWatch(around)
    watch = asyncio.create_task(watching.run())
    await until(lambda: watching.hears, within=20)
    yield sink.events
    watch.cancel()
    (ended,) = await asyncio.gather(watch, return_exceptions=True)
    assert isinstance(ended, asyncio.CancelledError), ended
    lock.close()


async def test_a_call_that_talks_is_told_with_the_packets_of_both_sides(
    switch: RunningSwitch,
    told: list[CallEvent],
    edge: Phone,
    carrier: Phone,
    router_for: Callable[[str], HandOvers],
) -> None:
    uri = edge.behave("watched", Behaviour())
    router = router_for(uri)
    ends = switch.link("CHANNEL_HANGUP_COMPLETE")
    async with ends, HandOverServer(router.decide, *switch.routers[0]):
        await ends.wait_connected()
        call = await carrier.call(NUMBER, switch.sip, MARKS)
        agent = await edge.incoming("watched")
        assert (await asyncio.wait_for(asyncio.shield(call.final), 20)).status == 200
        await asyncio.gather(
            call.rtp.send(call.remote_sdp, 0x11, 175), agent.rtp.send(agent.remote_sdp, 0x22, 175)
        )
        await until(lambda: any(isinstance(event.fact, CallHeard) for event in told))
        carrier.hang_up(call)
        await until(lambda: 1_000_000 in [event.seq for event in told if _watched(event)])
        of_another_watcher = await _told_by_the_end_alone(ends)
    heard = next(event.fact for event in told if isinstance(event.fact, CallHeard))
    assert (heard.leg_index, heard.sample) == (0, 1)
    for side in (heard.provider, heard.agent):
        assert (side.received or 0) > 100
        assert (side.sent or 0) > 100
    seqs = [event.seq for event in told if _watched(event)]
    assert seqs == sorted(set(seqs))
    assert {1, 2, 1001, 1004, 1101, 1_000_000} <= set(seqs)
    assert {1, 2, 1001, 1004, 1_000_000} <= {event.seq for event in of_another_watcher}
    for event in of_another_watcher:
        assert event in told


async def _told_by_the_end_alone(ends: EslLink) -> Sequence[CallEvent]:
    sink = Told([])
    while not sink.events:
        for one in await asyncio.wait_for(anext(ends.events()), 20):
            happening = happening_of(one, NOW) if isinstance(one, EslEvent) else None
            if happening is not None:
                WatchedCalls(sink, lambda uuid: None).happened(happening)
        sink.events = [event for event in sink.events if _watched(event)]
    return sink.events


def _watched(event: CallEvent) -> bool:
    """The switch may still know of other calls that nobody has told."""
    return event.call_id == MARKS["X-Keepline-Call-Id"]


async def test_of_a_calls_events_those_come_that_a_watcher_reads(
    switch: RunningSwitch, edge: Phone, carrier: Phone, router_for: Callable[[str], HandOvers]
) -> None:
    uri = edge.behave("heard", Behaviour(200, "OK", early=True, before_final_seconds=0.1))
    router = router_for(uri)
    marks = MARKS | {"X-Keepline-Call-Id": "call_heard"}
    async with switch.link(*EVENTS, only=ONLY) as link, HandOverServer(router.decide, *switch.routers[0]):
        await link.wait_connected()
        call = await carrier.call(NUMBER, switch.sip, marks)
        assert (await asyncio.wait_for(asyncio.shield(call.final), 20)).status == 200
        carrier.hang_up(call)
        came: list[tuple[str, str]] = []
        while ("inbound", "CHANNEL_HANGUP_COMPLETE") not in came:
            batch = await asyncio.wait_for(anext(link.events()), 20)
            came += [_side(one) for one in batch if isinstance(one, EslEvent)]
    inbound = {"CHANNEL_CREATE", "CUSTOM", "CHANNEL_HANGUP_COMPLETE"}
    outbound = {"CHANNEL_CREATE", "CHANNEL_PROGRESS_MEDIA", "CHANNEL_ANSWER"}
    assert {name for side, name in came if side == "inbound"} == inbound
    assert {name for side, name in came if side == "outbound"} >= outbound


def _side(event: EslEvent) -> tuple[str, str]:
    return event.headers.get("Call-Direction", ""), event.name


async def test_a_call_that_no_router_decides_is_told_once(
    switch: RunningSwitch, told: list[CallEvent], carrier: Phone
) -> None:
    call = await carrier.call(NUMBER, switch.sip, MARKS | {"X-Keepline-Call-Id": "call_undecided"})
    assert (await asyncio.wait_for(asyncio.shield(call.final), 20)).status == 503

    def of_it() -> list[CallEvent]:
        # the switch may still know of other calls that nobody has told
        return [event for event in told if event.call_id == "call_undecided"]

    await until(lambda: any(event.seq == 1_000_000 for event in of_it()))
    assert [event.seq for event in of_it()] == [1, 1_000_000]
    ended = of_it()[-1].fact
    assert isinstance(ended, CallEnded)
    assert (ended.sip_status, ended.talk_ms) == (503, 0)
