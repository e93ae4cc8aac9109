"""The calls of a watcher: ends that were heard, that were lost, and what the watcher before it knew."""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from call_router.adapters.disk.open_calls import OpenCalls
from call_router.adapters.disk.watch_lock import WatchLock
from call_router.adapters.switch.hearing import sample_at
from call_router.app.watched_calls import WatchedCalls
from call_router.domain.call_event import CallEnded, CallEvent
from call_router.domain.explain import explain
from call_router.domain.journey import Journey
from call_router.domain.live_call import Answered, Channel, HungUp, LegMoved, LiveCall, Seen

START = datetime.fromisoformat("2026-11-23T09:00:00+00:00")


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Watcher:
    def __init__(self) -> None:
        self.events: list[CallEvent] = []
        self.ended: list[str] = []
        self.calls = WatchedCalls(self, self.ended.append)

    def put(self, event: CallEvent) -> None:
        self.events.append(event)

    @property
    def seqs(self) -> list[int]:
        return [event.seq for event in self.events]


@pytest.fixture
def channel(still_world: Any) -> Channel:
    decision = still_world.route()
    journey = Journey(decision.call, explain(decision), False, at(0.001), "r1")
    return Channel("uuid-1", decision.call, START, journey, leg=0)


def answered(watcher: Watcher, channel: Channel) -> None:
    watcher.calls.happened(Seen(channel))
    watcher.calls.happened(LegMoved("uuid-1", 0, "answered", at(3)))


def test_a_call_that_ended_stays_ended_and_is_to_be_forgotten_by_the_switch(channel: Channel) -> None:
    watcher = Watcher()
    answered(watcher, channel)
    end = HungUp(channel, at(9), "NORMAL_CLEARING", answered_at=at(3))
    for happening in (end, Seen(channel), end):
        watcher.calls.happened(happening)
    assert watcher.seqs == [1, 2, 1004, 1_000_000]
    assert dict(watcher.calls.calls) == {}
    # the second end is of the ledger, which still has it
    assert watcher.ended == ["uuid-1", "uuid-1"]


def test_a_call_that_is_seen_again_by_the_next_watcher_is_told_again(channel: Channel) -> None:
    first, second = Watcher(), Watcher()
    answered(first, channel)
    second.calls.restore(first.calls.calls.values())
    second.calls.happened(Seen(channel, answered_at=at(3.02)))
    assert second.seqs == first.seqs
    assert second.events[-1].at == first.events[-1].at


def test_what_is_restored_takes_nothing_of_what_is_known_already(channel: Channel) -> None:
    watcher = Watcher()
    answered(watcher, channel)
    ((_, known),) = watcher.calls.calls.items()
    old = LiveCall(replace(channel, journey=None))
    watcher.calls.restore([old])
    assert dict(watcher.calls.calls) == {"uuid-1": known}
    watcher.calls.happened(HungUp(channel, at(9), "NORMAL_CLEARING", answered_at=at(3)))
    watcher.calls.restore([old])
    assert dict(watcher.calls.calls) == {}


def test_a_call_that_died_with_its_switch_ends_when_it_was_last_seen(channel: Channel) -> None:
    first, second = Watcher(), Watcher()
    answered(first, channel)
    without_journey = replace(channel, journey=None)
    kept = [replace(call, channel=without_journey) for call in first.calls.calls.values()]
    second.calls.restore(kept)
    second.calls.lost("uuid-1", "node_lost", at(20), at(26.5))
    assert second.seqs == [1_000_000]
    ended = second.events[0].fact
    assert isinstance(ended, CallEnded)
    assert (ended.hangup_cause, ended.sip_status, ended.setup_ms) == ("node_lost", 200, 3000)
    assert ended.ended_by == "keepline"
    assert (ended.talk_ms, ended.estimated_within_ms) == (17_000, 6500)
    whole = ended.whole
    assert (whole.started_at, whole.answered_at, whole.agent_id) == (START, at(3), "agt_first")
    assert (whole.number, whole.number_id, whole.plan_id, whole.code) == (
        "+49301234567",
        "num_a",
        "pln_a",
        "routed",
    )
    assert second.events[0].at == at(20)


def test_a_call_that_was_answered_after_the_switch_was_heard_of_last_has_no_talk(channel: Channel) -> None:
    watcher = Watcher()
    answered(watcher, channel)
    watcher.calls.lost("uuid-1", "node_lost", at(1), at(5))
    ended = watcher.events[-1].fact
    assert isinstance(ended, CallEnded)
    assert (ended.talk_ms, ended.estimated_within_ms) == (0, 2000)


async def test_open_calls_are_read_by_the_next_watcher_without_what_stands_on_the_channel(
    tmp_path: Path, channel: Channel
) -> None:
    call = LiveCall(channel, Answered(0, at(3)), told=frozenset({1, 2, 1004}), heard=2)
    await OpenCalls(tmp_path).save("core-1", at(20), [call])
    known = OpenCalls(tmp_path).load()
    assert known is not None
    assert (known.core, known.heard_at) == ("core-1", at(20))
    assert known.calls == (replace(call, channel=replace(channel, journey=None)),)
    (tmp_path / "open-calls").write_bytes(b"keepline open calls 3\nnonsense")
    assert OpenCalls(tmp_path).load() is None


def test_one_watches_at_a_time_and_the_other_when_it_is_gone(tmp_path: Path) -> None:
    first, second = WatchLock(tmp_path, "r1"), WatchLock(tmp_path, "r2")
    assert first._take()
    assert not second._take()
    assert first.path.read_text() == "r1"
    first.close()
    assert second._take()
    assert second.path.read_text() == "r2"
    second.close()


def test_the_lock_goes_with_the_process(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        WatchLock(tmp_path, "r1")._take()
        os._exit(0)
    os.waitpid(child, 0)
    lock = WatchLock(tmp_path, "r2")
    assert lock._take()
    lock.close()


@pytest.mark.parametrize(
    ("talked", "number"), [(0, 0), (2.9, 0), (3, 1), (32.9, 1), (33, 2), (63, 3), (3603, 121)]
)
def test_packets_are_counted_after_3_s_and_then_every_30_s(
    channel: Channel, talked: float, number: int
) -> None:
    assert sample_at(LiveCall(channel, Answered(0, START)), at(talked)) == number
    assert sample_at(LiveCall(channel), at(talked)) == 0
