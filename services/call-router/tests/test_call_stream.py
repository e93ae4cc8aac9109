"""The stream of calls: each event with the call as it then stood, and at first the calls that go on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from call_router.adapters.call_event_shape import CallEventBody, event_document
from call_router.adapters.call_shape import CallBody
from call_router.adapters.mongo.records import RecordDocuments
from call_router.adapters.rest import call_stream
from call_router.adapters.rest.call_stream import CallTeller
from call_router.app.call_log import CallLog
from call_router.app.live_calls import LiveCalls
from call_router.domain import call_event as e
from servicekit.errors import Unavailable
from servicekit.http import create_app
from servicekit.readiness import Readiness
from servicekit.streams import Entry, Feed, Ring, Story, Told
from servicekit.testing import FakeClock, MemoryCollection, tokens, verifier_of

CLOCK = FakeClock()
STARTED = e.CallStarted("+4917012345678", "0301234567", "127.0.1.5:5060")
RUNG = e.LegStarted(0, "agt_1", "sip:desk@agents.example")
ANSWERED = e.CallAnswered(0, "agt_1", 900)
HEARD = e.CallHeard(0, 1, e.Packets(50, 49), e.Packets())
FAILED = e.LegFailed(0, "agt_1", 486, "USER_BUSY", "the agent is busy", "refusal", 0, 486, "agents_busy")
WHOLE = e.WholeCall(CLOCK.now(), CLOCK.now(), STARTED.caller, STARTED.called, STARTED.source_address)
ENDED = e.CallEnded("NORMAL_CLEARING", 200, 900, 60000, None, "caller", WHOLE)


def event(fact: e.Fact, number: int = 1, after: float = 0, tenant: str = "t_a") -> e.CallEvent:
    at = CLOCK.now() + timedelta(seconds=after)
    return e.CallEvent(f"call_{number}", at, tenant, f"trk_{number}", fact, 1, "sw1")


@dataclass
class Scene:
    collection: MemoryCollection = field(default_factory=lambda: MemoryCollection("call_records"))
    most: int = 1000

    def __post_init__(self) -> None:
        self.log = CallLog(RecordDocuments(self.collection))
        ring: Ring[e.CallEvent] = Ring(self.most, 1 << 20)
        self.feed = Feed("calls", ring, CLOCK.now, lambda: True)
        self.feed.begins({0: 0})
        self.feed.caught_up()
        self.teller = CallTeller(LiveCalls(ring, self.log.store))
        self._offset = 0

    def hear(self, *events: e.CallEvent) -> None:
        for told in events:
            self.feed.put((0, self._offset), told.tenant_id, told.call_id, told, 1)
            self._offset += 1

    def entries(self, call_id: str = "call_1") -> Sequence[Entry[e.CallEvent]]:
        return self.feed.ring.of_key(call_id)

    async def told(self) -> list[Told]:
        return [await self.teller.told(entry) for entry in self.entries()]

    async def going_on(self, tenant: str = "t_a", number: int | None = None) -> Any:
        behind = self.feed.number if number is None else number
        return await self.teller.snapshot(tenant, behind, lambda _: True)


async def test_each_event_is_told_with_the_call_as_it_then_stood() -> None:
    scene = Scene()
    scene.hear(event(STARTED), event(RUNG, after=1), event(ANSWERED, after=2), event(ENDED, after=62))
    told = await scene.told()
    assert [one.name for one in told] == ["call_started", "leg_started", "call_answered", "call_ended"]
    assert ["answered_at" in one.about for one in told] == [False, False, True, True]
    assert ["ended_at" in one.about for one in told] == [False, False, False, True]
    assert [len(one.about["legs"]) for one in told] == [0, 1, 1, 1]
    for one in told:
        CallBody.model_validate(one.data["call"])
        CallEventBody.model_validate(one.data["event"])


async def test_a_call_that_began_long_ago_is_completed_from_its_record() -> None:
    scene = Scene(most=2)
    events = [event(STARTED), event(RUNG, after=1), event(ANSWERED, after=2), event(HEARD, after=32)]
    await scene.log.keep([*events, event(ENDED, after=62)])
    scene.hear(*events[2:])
    answered, heard = await scene.told()
    assert (answered.about["caller"], heard.about["caller"]) == (STARTED.caller, STARTED.caller)
    # the record knows more than had happened then
    assert "heard" not in answered.about["legs"][0]
    assert heard.about["legs"][0]["heard"]["provider"] == {"received": 50, "sent": 49}


async def test_an_event_that_was_forgotten_while_a_reader_came_to_it_is_told_all_the_same() -> None:
    scene = Scene(most=1)
    await scene.log.keep([event(STARTED)])
    scene.hear(event(RUNG))
    (entry,) = scene.entries()
    scene.hear(event(STARTED, 2))
    told = await scene.teller.told(entry)
    assert (told.about["caller"], told.about["legs"][0]["agent_id"]) == (STARTED.caller, "agt_1")


async def test_while_the_records_are_away_a_call_that_is_not_whole_is_not_told() -> None:
    scene = Scene()
    scene.hear(event(ANSWERED))
    scene.collection.away = True
    with pytest.raises(Unavailable):
        await scene.told()


async def test_the_calls_that_go_on_are_those_of_the_records_and_of_the_last_events() -> None:
    scene = Scene()
    await scene.log.keep([event(STARTED, 1), event(STARTED, 2, 1), event(STARTED, 3, 2, tenant="t_b")])
    scene.hear(event(ENDED, 1, 60), event(STARTED, 4, 61), event(HEARD, 9, 62))
    now = await scene.going_on()
    assert [one["id"] for one in now["calls"]] == ["call_4", "call_2"]
    assert now["complete"]
    assert [one["id"] for one in (await scene.going_on("t_b"))["calls"]] == ["call_3"]
    # as of the beginning: what followed is told by the stream itself
    assert [one["id"] for one in (await scene.going_on(number=0))["calls"]] == ["call_2", "call_1"]


async def test_the_record_that_is_written_last_says_that_the_call_goes_on_no_more() -> None:
    scene = Scene()
    await scene.log.keep([event(STARTED)])
    await scene.log.keep([event(ENDED, after=60)])
    assert (await scene.going_on())["calls"] == []


@pytest.mark.parametrize(
    ("fact", "expect"),
    [
        (STARTED, {}),
        (RUNG, {"leg_index": 0, "agent_id": "agt_1"}),
        (e.EarlyMedia(1, ""), {"leg_index": 1}),
        (
            FAILED,
            {
                "leg_index": 0,
                "agent_id": "agt_1",
                "sip_status": 486,
                "cause": "USER_BUSY",
                "reason": "the agent is busy",
                "next": "refusal",
                "refusal_status": 486,
                "refusal_code": "agents_busy",
            },
        ),
        (HEARD, {"leg_index": 0, "provider": {"received": 50, "sent": 49}, "agent": {}}),
        (ENDED, {"sip_status": 200}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_happened_is_told_in_few_fields(fact: e.Fact, expect: dict[str, Any]) -> None:
    document = event_document(event(fact))
    around = {name: document.pop(name) for name in ("attempt", "seq", "at", "switch_id")}
    assert around["seq"] == e.seq_of(fact)
    assert document == expect


@pytest.mark.parametrize(
    ("query", "header", "pointer", "code"),
    [
        ("trunk=trk_1", "", "/trunk", "parameter_unknown"),
        ("page_size=5", "", "/page_size", "parameter_unknown"),
        ("number=0301234567", "", "/number", "number_not_e164"),
        ("last_event_id=calls.!", "", "/last_event_id", "last_event_id_invalid"),
        ("last_event_id=calls.AA", "health.AA", "/Last-Event-ID", "last_event_id_invalid"),
    ],
)
async def test_what_cannot_be_asked_of_the_stream_is_refused(
    tmp_path: Path, query: str, header: str, pointer: str, code: str
) -> None:
    scene, issuer = Scene(), tokens(tmp_path)
    app = create_app("call-control", "Test", verifier_of(issuer), Readiness())
    app.include_router(call_stream.router(Story(scene.feed, scene.teller)))
    headers = {"authorization": f"Bearer {issuer.token('t_a')}", "last-event-id": header}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as rest:
        answer = await rest.get(f"{call_stream.PATH}?{query}", headers=headers)
    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(pointer, code)]
