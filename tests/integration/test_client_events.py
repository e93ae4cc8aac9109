"""keepline-client over a real broker: nothing twice, nothing lost, tombstones are told."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from harness.components.kafka import Kafka
from keepline.events.v1.call_event_pb2 import CallEnded, CallEvent, CallStarted
from keepline.sip.v1.trunk_pb2 import Trunk, TrunkState
from keepline_client import NotFound, Unreachable
from keepline_client.events import Event, Follower, Reader, Topic
from servicekit.kafka import Producer, ensure_topics
from servicekit.kafka import Topic as Declared
from servicekit.testing import until

ENDED = "keepline.call.ended.v1"


@pytest_asyncio.fixture
async def producer(kafka: Kafka) -> AsyncIterator[Producer]:
    producer = Producer(kafka.bootstrap, "test")
    yield producer
    await producer.stop()


@pytest_asyncio.fixture
async def name(kafka: Kafka) -> str:
    made = f"test.{uuid.uuid4().hex}"
    await ensure_topics(kafka.bootstrap, [Declared(made, "m", "compact", 3, None, None)])
    return made


def event(call: str, seq: int) -> CallEvent:
    if seq == 1:
        return CallEvent(call_id=call, attempt=1, seq=1, started=CallStarted())
    return CallEvent(call_id=call, attempt=1, seq=seq, ended=CallEnded(talk_ms=5))


async def told(producer: Producer, topic: str, *events: CallEvent) -> None:
    for each in events:
        kind = f"keepline.call.{each.WhichOneof('event')}.v1"
        headers = {"ce_type": kind, "ce_tenantid": "t_a", "ce_id": str(each.seq)}
        await producer.send(topic, each.call_id, each.SerializeToString(), headers)


async def next_of(reader: Reader[CallEvent], count: int) -> list[Event[CallEvent]]:
    """So many, each of them handled."""
    found: list[Event[CallEvent]] = []
    async with asyncio.timeout(60):
        async for each in reader:
            if len(found) == count:
                return found
            found.append(each)
    return found


async def test_an_event_comes_once_and_what_was_not_handled_comes_again(
    kafka: Kafka, producer: Producer, name: str
) -> None:
    topic = Topic(name, CallEvent)
    calls = [
        event("call_1", 1),
        event("call_1", 1),
        event("call_1", 9),
        event("call_2", 9),
        event("call_3", 9),
    ]
    await told(producer, name, *calls)
    await producer.send(name, "call_4", b"\xff\xff", {"ce_type": ENDED})
    async with Reader(kafka.bootstrap, topic, group_id=name, kinds={ENDED}) as reader:
        # the third has been handed over and not been handled
        handled = {each.value.call_id for each in await next_of(reader, 2)}
        assert len(handled) == 2
    async with Reader(kafka.bootstrap, topic, group_id=name, kinds={ENDED}) as reader:
        await told(producer, name, event("call_5", 9), event("call_6", 9))
        again = await next_of(reader, 2)
        assert all(each.about.kind == ENDED and each.about.tenant_id == "t_a" for each in again)
        assert not handled & {each.value.call_id for each in again}


async def test_a_handler_that_fails_gets_its_event_again(kafka: Kafka, producer: Producer, name: str) -> None:
    topic = Topic(name, CallEvent)
    await told(producer, name, event("call_1", 9))
    tried = []
    for _ in range(2):
        try:
            async with asyncio.timeout(60), Reader(kafka.bootstrap, topic, group_id=name) as reader:
                async for each in reader:
                    tried.append(each.value.call_id)
                    raise RuntimeError("the bill could not be written")
        except RuntimeError:
            continue
    assert tried == ["call_1", "call_1"]


async def test_whoever_breaks_off_goes_on_with_the_next_event(
    kafka: Kafka, producer: Producer, name: str
) -> None:
    await told(producer, name, *(event("call_1", seq) for seq in range(1, 6)))
    async with Reader(kafka.bootstrap, Topic(name, CallEvent), group_id=name) as reader:
        found = []
        async with asyncio.timeout(60):
            for _ in range(5):
                async for each in reader:
                    found.append(each.value.seq)
                    break
    assert found == [1, 2, 3, 4, 5]


async def test_partitions_change_hands_and_no_event_is_handled_twice(
    kafka: Kafka, producer: Producer, name: str
) -> None:
    calls = [f"call_{n}" for n in range(60)]
    await told(producer, name, *(event(call, 9) for call in calls))
    handled: list[str] = []
    many, enough = asyncio.Event(), asyncio.Event()

    async def read(reader: Reader[CallEvent]) -> None:
        async for each in reader:
            if len(handled) == 10:
                many.set()
                await enough.wait()
            handled.append(each.value.call_id)

    options = {"heartbeat_interval_ms": 100}
    one, other = (Reader(kafka.bootstrap, Topic(name, CallEvent), group_id=name, **options) for _ in "12")
    async with asyncio.timeout(100), one:
        reading = [asyncio.create_task(read(one))]
        await many.wait()
        joining = asyncio.create_task(other.__aenter__())
        # it gets partitions only when the event that is being handled has been
        assert not (await asyncio.wait([joining], timeout=1.0))[0]
        enough.set()
        await joining
        try:
            reading.append(asyncio.create_task(read(other)))
            await told(producer, name, *(event(f"late_{n}", 9) for n in range(30)))
            await until(lambda: len(set(handled)) == 90, within=40)
        finally:
            for task in reading:
                task.cancel()
            await asyncio.wait(reading)
            await other.__aexit__(None, None, None)
    assert sorted(handled) == sorted([*calls, *(f"late_{n}" for n in range(30))])


async def test_a_record_that_is_no_such_message_is_passed_over_and_told(
    kafka: Kafka, producer: Producer, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    await producer.send(name, "call_1", b"\xff\xff", {"ce_type": ENDED})
    await told(producer, name, event("call_1", 9))
    async with Reader(kafka.bootstrap, Topic(name, CallEvent), group_id=name) as reader:
        async with asyncio.timeout(60):
            assert (await anext(reader)).value.call_id == "call_1"
        assert reader.undecodable == 1
    assert f"{name} " in caplog.text and "passed over" in caplog.text


async def test_where_no_broker_or_topic_is_nobody_waits(kafka: Kafka) -> None:
    topic = Topic("nothing.here", CallEvent)
    brief = {"request_timeout_ms": 2_000}
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1"):
        async with asyncio.timeout(20), Reader("127.0.0.1:1", topic, group_id="g"):
            raise AssertionError
    with pytest.raises(Unreachable):
        async with asyncio.timeout(20), Follower("127.0.0.1:1", topic):
            raise AssertionError
    with pytest.raises(NotFound, match=r"nothing\.here"):
        async with asyncio.timeout(20), Reader(kafka.bootstrap, topic, group_id="g", **brief):
            raise AssertionError


def state(trunk_id: str, version: int) -> bytes:
    return TrunkState(trunk=Trunk(id=trunk_id, version=version)).SerializeToString()


async def test_a_state_is_whole_and_then_changes(kafka: Kafka, producer: Producer, name: str) -> None:
    topic = Topic(name, TrunkState, lambda state: state.trunk.version)
    async with Follower(kafka.bootstrap, topic) as empty:
        assert await asyncio.wait_for(empty.whole(), 60) == {}
    for key, data in [("a", state("a", 1)), ("a", state("a", 2)), ("b", state("b", 1)), ("b", None)]:
        await producer.send(name, key, data)
    async with Follower(kafka.bootstrap, topic) as followed:
        whole = await asyncio.wait_for(followed.whole(), 60)
        assert {key: value.trunk.version for key, value in whole.items()} == {"a": 2}
        await producer.send(name, "a", state("a", 2))
        await producer.send(
            name, "a", None, {"ce_type": "keepline.sip.trunk.deleted.v1", "ce_tenantid": "t_a"}
        )
        async with asyncio.timeout(20):
            async for change in followed:
                assert (change.key, change.value, change.about.tenant_id) == ("a", None, "t_a")
                break
        assert followed.state == {}
