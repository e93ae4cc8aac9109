"""With a key no telephone number is told: neither as an event, nor in the record, nor in the log."""

import json
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from call_router.adapters.call_shape import CALLS
from call_router.adapters.mongo.records import RecordDocuments
from call_router.app.call_log import CallLog
from call_router.app.watched_calls import WatchedCalls
from call_router.domain import call_event as e
from call_router.domain.explain import explain
from call_router.domain.hidden_numbers import without_numbers
from call_router.domain.journey import Journey, LegFailure
from call_router.domain.live_call import Channel, HungUp, LegMoved, Seen
from servicekit.testing import MemoryCollection
from siptypes.hidden_numbers import NumberHash

START = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
HIDE = NumberHash(b"k" * 32)
CALLER, CALLED, NUMBER, EXTENSION = "+4917012345678", "0301234567", "+49301234567", "8501"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Sink:
    def __init__(self) -> None:
        self.events: list[e.CallEvent] = []

    def put(self, event: e.CallEvent) -> None:
        self.events.append(event)


@pytest.fixture
def told(world: Any) -> list[e.CallEvent]:
    """Of a call whose first agent, a person, is busy and whose second one answers."""
    world.human("agt_person", target=EXTENSION)
    world.plan(version=2, first_agent_id="agt_person")
    journey = Journey(decision := world.call(CALLED), explain(world.route(CALLED)), True, at(0.001), "r1")
    failed = journey.failed(LegFailure(486, "USER_BUSY", at(2)))
    channel = Channel("uuid-1", decision, START, failed, leg=1)
    sink = Sink()
    calls = WatchedCalls(sink, lambda uuid: None, HIDE)
    calls.happened(Seen(Channel("uuid-1", decision, START, journey, leg=0)))
    calls.happened(LegMoved("uuid-1", 0, "started", at(0.01)))
    calls.happened(Seen(channel))
    calls.happened(LegMoved("uuid-1", 1, "answered", at(3)))
    calls.happened(HungUp(channel, at(9), "NORMAL_CLEARING", answered_at=at(3.001)))
    return sink.events


def test_no_event_holds_a_number_and_each_holds_its_hash(told: list[e.CallEvent]) -> None:
    assert {type(event.fact) for event in told} >= {e.CallStarted, e.CallRouted, e.LegStarted, e.CallEnded}
    for event in told:
        written = json.dumps(msgspec.to_builtins(event))
        assert not [number for number in (CALLER, CALLED, NUMBER, NUMBER[1:], EXTENSION) if number in written]
    facts = {type(event.fact): event.fact for event in told}
    started, routed, ended = facts[e.CallStarted], facts[e.CallRouted], facts[e.CallEnded]
    assert started == e.CallStarted(HIDE(CALLER), HIDE(CALLED), "127.0.1.5:5060")
    assert isinstance(routed, e.CallRouted)
    assert routed.decision.number == HIDE(NUMBER)
    assert routed.decision.reason.startswith(f"{HIDE(NUMBER)} is answered by")
    assert f"{HIDE(CALLED)} in DE reads" in next(
        s.detail for s in routed.decision.trace if s.rule == "number"
    )
    assert isinstance(ended, e.CallEnded)
    assert (ended.whole.caller, ended.whole.number) == (HIDE(CALLER), HIDE(NUMBER))
    assert ended.whole.legs[0].uri.startswith(f"sip:{HIDE(EXTENSION)}@10.0.0.1")
    assert ended.whole.legs[1].uri == "sip:agt_second@127.0.2.1:5060;transport=udp"


def test_what_is_no_number_stays() -> None:
    trace = "agt_1 at sip:desk@127.0.2.1:5060;transport=udp, ringing for 20 s"
    fact = e.LegFailed(0, "agt_1", 486, "USER_BUSY", trace)
    event = e.CallEvent("call_1", START, "t_a", "trk_a", fact)
    assert without_numbers(event, CALLED, HIDE) == event
    nobody = e.CallEvent("call_1", START, "t_a", "trk_a", e.CallStarted("", "", ""))
    assert without_numbers(nobody, "", HIDE) == nobody


async def test_the_call_log_looks_for_the_hash(told: list[e.CallEvent]) -> None:
    log = CallLog(RecordDocuments(MemoryCollection("call_records")), HIDE)
    await log.keep(told)
    for wanted in (NUMBER, HIDE(NUMBER)):
        page = await log.list("t_a", CALLS.read({"number": [wanted]}))
        assert [record.caller for record in page.items] == [HIDE(CALLER)]
    assert (await log.list("t_a", CALLS.read({"number": ["+49309999999"]}))).items == []
