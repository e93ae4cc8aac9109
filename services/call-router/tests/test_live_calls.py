"""The calls in hand: late events, draining, and what is told to whom."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from call_router.app.live_calls import LiveCalls
from call_router.domain.call_event import CallEnded, CallEvent
from call_router.domain.call_state import Channel, Command, HungUp, Parked, PickedUp, Refuse, SendTo
from servicekit.testing import FakeClock


@dataclass
class Switch:
    done: list[Command] = field(default_factory=list)

    def do(self, command: Command) -> None:
        self.done.append(command)


@dataclass
class Sink:
    events: list[CallEvent] = field(default_factory=list)

    def put(self, event: CallEvent) -> None:
        self.events.append(event)


@dataclass
class Scene:
    calls: LiveCalls
    switch: Switch
    sink: Sink
    clock: FakeClock
    channel: Channel


def _scene(world: Any) -> Scene:
    switch, sink, clock = Switch(), Sink(), FakeClock()
    calls = LiveCalls(world.table, clock, lambda: 0.5, switch, sink)
    return Scene(calls, switch, sink, clock, Channel("uuid-1", world.call(), clock.now()))


def test_a_parked_call_is_sent_to_its_first_agent(world: Any) -> None:
    scene = _scene(world)
    scene.calls.happened(Parked(scene.channel, scene.clock.now()))
    (sent,) = scene.switch.done
    assert isinstance(sent, SendTo)
    assert (sent.channel_uuid, sent.call_id, sent.leg.agent_id) == ("uuid-1", "call_1", "agt_first")
    assert [event.seq for event in scene.sink.events] == [1, 2]


def test_a_call_that_ended_stays_ended(world: Any) -> None:
    scene = _scene(world)
    now = scene.clock.now()
    scene.calls.happened(Parked(scene.channel, now))
    scene.calls.happened(HungUp(scene.channel, now, "ORIGINATOR_CANCEL"))
    told = len(scene.sink.events)
    scene.calls.happened(Parked(scene.channel, now))
    scene.calls.happened(HungUp(scene.channel, now, "ORIGINATOR_CANCEL"))
    assert len(scene.sink.events) == told
    assert dict(scene.calls.states) == {}


def test_draining_refuses_new_calls_and_goes_on_with_those_in_hand(world: Any) -> None:
    scene = _scene(world)
    now = scene.clock.now()
    assert scene.calls.drain() is None
    scene.calls.draining = False
    scene.calls.happened(Parked(scene.channel, now))
    assert scene.calls.drain() == "1 calls that nobody has answered yet"
    scene.calls.happened(Parked(replace(scene.channel, uuid="uuid-2"), now))
    assert scene.switch.done[-1] == Refuse("uuid-2", 503, "router_draining")
    scene.calls.happened(PickedUp(replace(scene.channel, leg=0), now))
    scene.calls.happened(HungUp(replace(scene.channel, uuid="uuid-2"), now, "NORMAL_TEMPORARY_FAILURE"))
    assert scene.calls.drain() is None


def test_a_table_that_changes_during_a_call_does_not_change_its_legs(world: Any) -> None:
    scene = _scene(world)
    now = scene.clock.now()
    scene.calls.happened(Parked(scene.channel, now))
    world.table.delete("pln_a")
    from_leg_0 = replace(scene.channel, leg=0)
    scene.calls.happened(Parked(from_leg_0, now, None))
    sent = scene.switch.done[-1]
    assert isinstance(sent, SendTo)
    assert sent.leg.agent_id == "agt_second"


def test_calls_restored_from_disk_end_when_they_vanished(world: Any) -> None:
    scene = _scene(world)
    now = scene.clock.now()
    scene.calls.happened(Parked(scene.channel, now))
    scene.calls.happened(PickedUp(replace(scene.channel, leg=0), now))
    later = _scene(world)
    later.calls.restore(scene.calls.states.values())
    end = HungUp(replace(scene.channel, leg=0), now + timedelta(seconds=9), "NORMAL_CLEARING", answered=True)
    later.calls.happened(end)
    (event,) = later.sink.events
    assert event.seq == 1_000_000
    assert isinstance(event.fact, CallEnded)
    assert event.fact.talk_ms == 9000
