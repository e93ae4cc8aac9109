"""The producer, the follower and the group consumer over a real broker."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager

import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient

from harness.components.kafka import Kafka
from servicekit.errors import Unavailable
from servicekit.kafka import (
    GroupConsumer,
    Handled,
    Outgoing,
    Producer,
    Read,
    Record,
    StateFollower,
    Topic,
    ensure_topics,
)
from servicekit.testing import Each, until


@asynccontextmanager
async def running(work: Awaitable[None]) -> AsyncIterator["asyncio.Future[None]"]:
    task = asyncio.ensure_future(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest_asyncio.fixture
async def producer(kafka: Kafka) -> AsyncIterator[Producer]:
    producer = Producer(kafka.bootstrap, "test")
    yield producer
    await producer.stop()


@pytest_asyncio.fixture
async def topic(kafka: Kafka) -> str:
    name = f"test.{uuid.uuid4().hex}"
    await ensure_topics(
        kafka.bootstrap,
        [Topic(name, "m", "compact", 3, None, None), Topic(f"{name}.dlq", "m", "compact", 1, None, None)],
    )
    return name


async def committed(kafka: Kafka, group: str) -> int:
    """The sum of what the group committed, asked of the broker."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        offsets = await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    return sum(max(0, at.offset) for at in offsets.values())


async def test_ensuring_topics_twice_changes_nothing(kafka: Kafka, topic: str) -> None:
    await ensure_topics(kafka.bootstrap, [Topic(topic, "m", "compact", 3, None, None)])


async def test_a_follower_is_caught_up_only_when_it_has_read_what_was_there(
    kafka: Kafka, topic: str, producer: Producer
) -> None:
    await producer.send_many([Outgoing(topic, f"k{n}", b"x" * 1000) for n in range(400)])
    state: dict[str, bytes | None] = {}
    at_that_moment: list[int] = []
    follower = StateFollower(
        kafka.bootstrap,
        {topic: state.__setitem__},
        name="test",
        on_caught_up=lambda: at_that_moment.append(len(state)),
    )
    assert not follower.caught_up
    async with running(follower.run()):
        await until(lambda: follower.caught_up, within=20)
        assert follower.problem() == ""
    assert at_that_moment == [400]


async def test_an_empty_topic_is_whole_at_once(kafka: Kafka, topic: str) -> None:
    follower = StateFollower(kafka.bootstrap, {topic: lambda _key, _value: None}, name="test")
    async with running(follower.run()):
        await until(lambda: follower.caught_up, within=20)


async def test_a_missing_topic_is_named_and_followed_once_it_exists(kafka: Kafka, producer: Producer) -> None:
    name = f"late.{uuid.uuid4().hex}"
    state: dict[str, bytes | None] = {}
    follower = StateFollower(kafka.bootstrap, {name: state.__setitem__}, name="test")
    async with running(follower.run()):
        await until(lambda: name in follower.problem(), within=20)
        assert not follower.caught_up
        await ensure_topics(kafka.bootstrap, [Topic(name, "m", "compact", 1, None, None)])
        await producer.send(name, "k", b"1")
        await until(lambda: follower.caught_up and state == {"k": b"1"}, within=30)


async def test_a_record_that_cannot_be_applied_does_not_stop_the_state(
    kafka: Kafka, topic: str, producer: Producer
) -> None:
    state: dict[str, bytes | None] = {}

    def apply(key: str, value: bytes | None) -> None:
        if value == b"bad":
            raise ValueError("bad")
        state[key] = value

    await producer.send_many([Outgoing(topic, "k", b"bad"), Outgoing(topic, "k", b"good")])
    follower = StateFollower(kafka.bootstrap, {topic: apply}, name="test")
    async with running(follower.run()):
        await until(lambda: follower.caught_up and state == {"k": b"good"}, within=20)


async def test_a_topic_that_is_not_there_is_unavailable_and_does_not_hang(kafka: Kafka) -> None:
    producer = Producer(kafka.bootstrap, "test", deadline=1.0)
    began = asyncio.get_running_loop().time()
    try:
        await producer.send("nowhere", "k", b"1")
    except Unavailable as refused:
        assert refused.code == "broker_unavailable"
    else:
        raise AssertionError("it was taken")
    assert asyncio.get_running_loop().time() - began < 10
    await producer.stop()


def consumer_of(kafka: Kafka, topic: str, producer: Producer, **options: int) -> GroupConsumer:
    return GroupConsumer(
        kafka.bootstrap,
        f"g.{topic}",
        [topic],
        dead_letters={topic: f"{topic}.dlq"},
        producer=producer,
        name="test-1",
        **options,
    )


async def test_only_what_was_handled_is_committed(kafka: Kafka, topic: str, producer: Producer) -> None:
    seen: list[bytes | None] = []

    async def handle(record: Record) -> None:
        if len(seen) == 30:
            await asyncio.Event().wait()
        seen.append(record.value)

    await producer.send_many([Outgoing(topic, "k", b"%d" % n) for n in range(30)])
    async with running(consumer_of(kafka, topic, producer).run(Each(handle))):
        await until(lambda: len(seen) == 30, within=20)
        # all of these are fetched at once, the first of them is never finished
        await producer.send_many([Outgoing(topic, "k", b"%d" % n) for n in range(30, 60)])
        await asyncio.sleep(0.5)
    assert await committed(kafka, f"g.{topic}") == 30
    seen.clear()

    async def note(record: Record) -> None:
        seen.append(record.value)

    async with running(consumer_of(kafka, topic, producer).run(Each(note))):
        await until(lambda: len(seen) == 30, within=30)
    assert seen == [b"%d" % n for n in range(30, 60)]


async def test_a_record_that_fails_again_and_again_goes_to_the_dead_letters(
    kafka: Kafka, topic: str, producer: Producer
) -> None:
    seen: list[bytes | None] = []
    tried = 0

    async def handle(record: Record) -> None:
        nonlocal tried
        if record.value == b"bad":
            tried += 1
            raise ValueError("bad")
        seen.append(record.value)

    dead: list[Record] = []

    async def bury(record: Record) -> None:
        dead.append(record)

    values = [b"1", b"bad", b"2"]
    await producer.send_many([Outgoing(topic, "k", value, {"ce_id": "7"}) for value in values])
    burial = GroupConsumer(
        kafka.bootstrap, f"d.{topic}", [f"{topic}.dlq"], dead_letters={}, producer=producer, name="test-2"
    )
    async with (
        running(consumer_of(kafka, topic, producer).run(Each(handle))),
        running(burial.run(Each(bury))),
    ):
        await until(lambda: seen == [b"1", b"2"] and dead, within=30)
    assert tried >= 3
    assert (dead[0].key, dead[0].value, dead[0].headers["ce_id"]) == ("k", b"bad", "7")
    assert dead[0].headers["keepline_failed_topic"] == topic
    assert dead[0].headers["keepline_failed_why"] == "ValueError"


async def test_after_too_many_dead_letters_the_partition_stops_and_says_so(
    kafka: Kafka, topic: str, producer: Producer
) -> None:
    broken = True
    seen: set[bytes | None] = set()
    dead: set[bytes | None] = set()

    async def handle(record: Record) -> None:
        if broken and record.key == "broken":
            raise ValueError("we are the fault")
        seen.add(record.value)

    async def bury(record: Record) -> None:
        dead.add(record.value)

    await producer.send_many([Outgoing(topic, "broken", b"%d" % n) for n in range(10)])
    await producer.send_many([Outgoing(topic, f"other {n}", b"fine %d" % n) for n in range(20)])
    consumer = consumer_of(kafka, topic, producer, attempts=1, dead_letter_limit=4)
    burial = GroupConsumer(
        kafka.bootstrap, f"d.{topic}", [f"{topic}.dlq"], dead_letters={}, producer=producer, name="test-2"
    )
    async with running(consumer.run(Each(handle))) as task, running(burial.run(Each(bury))):
        await until(lambda: "4 records in a row" in consumer.problem() and len(dead) == 4, within=30)
        # other partitions go on, and the process lives
        await until(lambda: len(seen) >= 5, within=30)
        assert not task.done()
        broken = False
        await until(lambda: consumer.problem() == "" and len(seen) == 26, within=90)
    assert dead == {b"0", b"1", b"2", b"3"}


async def test_records_that_cannot_be_read_are_put_aside_and_those_between_them_are_handled(
    kafka: Kafka, topic: str, producer: Producer
) -> None:
    seen: list[bytes] = []
    dead: list[bytes | None] = []

    class Reading:
        def read(self, record: Record) -> bytes | None:
            if record.value == b"bad":
                raise ValueError("bad")
            return None if record.value == b"strange" else record.value

        async def handle(self, batch: Sequence[Read[bytes]], *, may_hold: bool) -> Handled[bytes]:
            seen.extend(read.value for read in batch)
            return Handled()

    async def bury(record: Record) -> None:
        dead.append(record.value)

    values = [b"bad", b"strange", b"1"] * 10
    await producer.send_many([Outgoing(topic, "k", value) for value in values])
    consumer = consumer_of(kafka, topic, producer, dead_letter_limit=3)
    burial = GroupConsumer(
        kafka.bootstrap, f"d.{topic}", [f"{topic}.dlq"], dead_letters={}, producer=producer, name="test-2"
    )
    async with running(consumer.run(Reading())), running(burial.run(Each(bury))):
        await until(lambda: len(seen) == 10 and len(dead) == 10, within=30)
        assert consumer.problem() == ""


async def test_what_is_left_for_later_is_not_committed_and_comes_again(
    kafka: Kafka, topic: str, producer: Producer
) -> None:
    batches: list[list[bytes]] = []

    class Holding:
        def __init__(self, hold: bool) -> None:
            self.hold = hold

        def read(self, record: Record) -> bytes:
            return record.value or b""

        async def handle(self, batch: Sequence[Read[bytes]], *, may_hold: bool) -> Handled[bytes]:
            batches.append([read.value for read in batch])
            return Handled(later=[read for read in batch if self.hold and read.value == b"held"])

    sent = [b"1", b"held", b"2"]
    await producer.send_many([Outgoing(topic, "k", value) for value in sent])
    async with running(consumer_of(kafka, topic, producer).run(Holding(True))):
        await until(lambda: [b"held"] in batches, within=30)
    assert await committed(kafka, f"g.{topic}") == 1
    batches.clear()
    async with running(consumer_of(kafka, topic, producer).run(Holding(False))):
        await until(lambda: batches == [[b"held", b"2"]], within=30)
