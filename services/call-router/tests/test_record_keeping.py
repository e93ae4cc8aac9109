"""Events of the topic become records: in batches, one write for each call, and nothing that is not a call."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from call_router.adapters.call_shape import CALLS
from call_router.adapters.kafka.record_keeping import RecordKeeping
from call_router.adapters.messages.events import event_message
from call_router.adapters.mongo.records import RecordDocuments
from call_router.app.call_log import CallLog
from call_router.domain.call_event import CallAnswered, CallEnded, CallEvent, CallStarted, WholeCall
from call_router.ports import Change
from servicekit.errors import Unavailable
from servicekit.kafka import Handled, Read, Record
from servicekit.testing import FakeClock, MemoryCollection

CLOCK = FakeClock()
STARTED = CallStarted("+4917012345678", "0301234567", "127.0.1.5:5060")
ANSWERED = CallAnswered(0, "agt_1", 900)
WHOLE = WholeCall(CLOCK.now(), CLOCK.now(), STARTED.caller, STARTED.called, STARTED.source_address)
ENDED = CallEnded("NORMAL_CLEARING", 200, 900, 60000, None, "caller", WHOLE)


def event(number: int, fact: CallStarted | CallAnswered | CallEnded, age: float = 0) -> CallEvent:
    at = CLOCK.now() - timedelta(seconds=age)
    return CallEvent(f"call_{number}", at, "t_a", "trk_a", fact)


def record(told: CallEvent, offset: int = 0, key: str = "") -> Record:
    value = event_message(told).SerializeToString()
    return Record("t", 0, offset, key or told.call_id, value, {}, told.at)


@dataclass
class Scene:
    collection: MemoryCollection = field(default_factory=lambda: MemoryCollection("call_records"))

    def __post_init__(self) -> None:
        self.log = CallLog(RecordDocuments(self.collection))
        self.keeping = RecordKeeping(self.log, CLOCK, hold_seconds=5)

    async def handle(self, events: Sequence[CallEvent], *, may_hold: bool = True) -> Handled[CallEvent]:
        batch = [Read(record(told, offset), told) for offset, told in enumerate(events)]
        return await self.keeping.handle(batch, may_hold=may_hold)

    async def revisions(self) -> dict[str, int]:
        return {found["_id"]: found["revision"] for found in await self.collection.find({})}


async def test_all_that_a_batch_says_of_a_call_is_one_write() -> None:
    scene = Scene()
    events = [event(n, fact) for fact in (STARTED, ANSWERED, ENDED) for n in range(3)]
    assert await scene.handle(events) == Handled([], [])
    assert await scene.revisions() == {"call_0": 1, "call_1": 1, "call_2": 1}
    assert (await scene.log.get("t_a", "call_1")).record.talk_ms == 60000


async def test_a_batch_that_comes_again_writes_nothing() -> None:
    scene = Scene()
    events = [event(1, fact) for fact in (STARTED, ANSWERED, ENDED)]
    for _ in range(2):
        await scene.handle(events)
    assert await scene.revisions() == {"call_1": 1}


async def test_a_call_that_goes_on_is_held_for_a_while_and_then_written() -> None:
    scene = Scene()
    young, old = event(1, STARTED, age=4), event(2, STARTED, age=6)
    outcome = await scene.handle([young, old])
    assert [read.value for read in outcome.later] == [young]
    assert await scene.revisions() == {"call_2": 1}
    assert not (await scene.handle([young], may_hold=False)).later
    assert await scene.revisions() == {"call_1": 1, "call_2": 1}


async def test_what_others_wrote_meanwhile_is_kept_beside_ours() -> None:
    scene = Scene()
    await scene.handle([event(1, STARTED)], may_hold=False)
    store = RecordDocuments(scene.collection)
    mine = await store.find(["call_1"])
    await scene.handle([event(1, ANSWERED)], may_hold=False)
    late = Change(mine["call_1"].history.with_events([event(1, ENDED)]), mine["call_1"].revision)
    assert await store.write([late]) == {"call_1"}
    await scene.handle([event(1, ENDED)])
    kept = (await scene.log.get("t_a", "call_1")).record
    assert (kept.answered_at, kept.ended_at) == (CLOCK.now(), CLOCK.now())


async def test_an_event_of_another_tenants_call_is_refused_and_changes_nothing() -> None:
    scene = Scene()
    await scene.handle([event(1, STARTED)], may_hold=False)
    strange = replace(event(1, ENDED), tenant_id="t_b")
    outcome = await scene.handle([strange, event(2, ENDED)])
    assert [(read.value, type(why)) for read, why in outcome.refused] == [(strange, ValueError)]
    assert await scene.revisions() == {"call_1": 1, "call_2": 1}


async def test_without_the_database_nothing_is_done() -> None:
    scene = Scene()
    scene.collection.away = True
    with pytest.raises(Unavailable):
        await scene.handle([event(1, ENDED)])


UNREADABLE = {
    "no value": Record("t", 0, 0, "call_1", None, {}, CLOCK.now()),
    "no message": Record("t", 0, 0, "call_1", b"\xff\xff\xff", {}, CLOCK.now()),
    "another call's key": record(event(1, STARTED), key="call_2"),
}


@pytest.mark.parametrize("unreadable", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_says_nothing_of_a_call_is_a_dead_letter(unreadable: Record) -> None:
    with pytest.raises(Exception):  # noqa: B017 - whatever it is, the consumer puts the record aside
        Scene().keeping.read(unreadable)


def test_an_event_of_a_later_version_is_passed_over() -> None:
    message = event_message(event(1, STARTED))
    message.ClearField("started")
    read = Scene().keeping.read(Record("t", 0, 0, "call_1", message.SerializeToString(), {}, CLOCK.now()))
    assert read is None


async def test_a_record_that_cannot_be_read_holds_up_no_other_call() -> None:
    scene = Scene()
    await scene.collection.insert_one({"_id": "call_1", "revision": 1, "tenant_id": "t_a", "events": [{}]})
    events = [event(n, fact) for fact in (STARTED, ENDED) for n in range(3)]
    handled = await scene.handle(events)
    assert [read.value.call_id for read, _ in handled.refused] == ["call_1", "call_1"]
    assert await scene.revisions() == {"call_0": 1, "call_1": 1, "call_2": 1}
    assert (await scene.log.get("t_a", "call_2")).record.talk_ms == 60000
    page = await scene.log.list("t_a", CALLS.read({"page_size": ["2"]}))
    assert {one.id for one in page.items} == {"call_0", "call_2"}
