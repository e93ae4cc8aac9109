"""One suite over the broker in memory and a real one: what followers and groups may rely on."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import pytest
import pytest_asyncio

from harness.components.kafka import Kafka
from servicekit.errors import Unavailable
from servicekit.kafka import (
    GroupConsumer,
    Outgoing,
    Producer,
    Record,
    RecordProducer,
    StateFollower,
    Topic,
    ensure_topics,
)
from servicekit.testing import Each, MemoryBroker, MemoryProducer, until

Follow = Callable[[str, bytes | None], None]
Handle = Callable[[Record], Awaitable[None]]


class Broker(Protocol):
    producer: RecordProducer

    def follow(self, handlers: Mapping[str, Follow]) -> Awaitable[None]: ...

    def consume(self, group: str, topic: str, handler: Handle) -> Awaitable[None]: ...


@dataclass
class InMemory:
    broker: MemoryBroker
    producer: RecordProducer

    def follow(self, handlers: Mapping[str, Follow]) -> Awaitable[None]:
        return self.broker.follow(handlers)

    def consume(self, group: str, topic: str, handler: Handle) -> Awaitable[None]:
        return self.broker.consume(group, [topic], Each(handler))


@dataclass
class Real:
    bootstrap: str
    producer: Producer

    def follow(self, handlers: Mapping[str, Follow]) -> Awaitable[None]:
        return StateFollower(self.bootstrap, handlers, name="contract").run()

    def consume(self, group: str, topic: str, handler: Handle) -> Awaitable[None]:
        """The same name in every life, as a process has: it need not wait for its old self to expire."""
        group = f"{group}.{topic}"  # one group never changes its topics here
        consumer = GroupConsumer(
            self.bootstrap, group, [topic], dead_letters={}, producer=self.producer, name=f"{group}-1"
        )
        return consumer.run(Each(handler))


@pytest.fixture(params=["memory", "kafka"])
def server(request: pytest.FixtureRequest) -> Kafka | None:
    """The real broker is started only when the suite gets to it."""
    return request.getfixturevalue("kafka") if request.param == "kafka" else None


@pytest_asyncio.fixture
async def broker(server: Kafka | None) -> AsyncIterator[Broker]:
    if server is None:
        memory = MemoryBroker()
        yield InMemory(memory, MemoryProducer(memory))
        return
    producer = Producer(server.bootstrap, "contract")
    yield Real(server.bootstrap, producer)
    await producer.stop()


@pytest_asyncio.fixture
async def topic(server: Kafka | None) -> str:
    name = f"contract.{uuid.uuid4().hex}"
    if server is not None:
        await ensure_topics(server.bootstrap, [Topic(name, "any", "compact", 3, None, None)])
    return name


@asynccontextmanager
async def running(work: Awaitable[None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_follower_sees_everything_from_before_and_after(broker: Broker, topic: str) -> None:
    state: dict[str, bytes | None] = {}
    await broker.producer.send_many([Outgoing(topic, f"k{n}", b"%d" % n) for n in range(20)])
    async with running(broker.follow({topic: state.__setitem__})):
        await until(lambda: len(state) == 20, within=40)
        await broker.producer.send_many([Outgoing(topic, "k3", None), Outgoing(topic, "new", b"1")])
        await until(lambda: state.get("new") == b"1" and state["k3"] is None, within=40)


async def test_the_order_of_a_key_is_kept(broker: Broker, topic: str) -> None:
    seen: dict[str, list[bytes | None]] = {}
    records = [Outgoing(topic, f"k{n % 7}", b"%d" % n) for n in range(300)]
    for begin in range(0, 300, 50):
        await broker.producer.send_many(records[begin : begin + 50])

    def note(key: str, value: bytes | None) -> None:
        seen.setdefault(key, []).append(value)

    async with running(broker.follow({topic: note})):
        await until(lambda: sum(map(len, seen.values())) == 300, within=40)
    for key, values in seen.items():
        assert values == [record.value for record in records if record.key == key]


async def test_headers_arrive_with_their_record(broker: Broker, topic: str) -> None:
    seen: list[Record] = []

    async def note(record: Record) -> None:
        seen.append(record)

    await broker.producer.send_many([Outgoing(topic, "kéy", b"\x00\xff", {"ce_id": "1", "name": "ü"})])
    async with running(broker.consume("g", topic, note)):
        await until(lambda: seen, within=40)
    assert (seen[0].key, seen[0].value, seen[0].topic) == ("kéy", b"\x00\xff", topic)
    assert seen[0].headers == {"ce_id": "1", "name": "ü"}


async def test_a_group_goes_on_where_it_stopped(broker: Broker, topic: str) -> None:
    seen: list[bytes | None] = []

    async def note(record: Record) -> None:
        seen.append(record.value)

    group = uuid.uuid4().hex
    await broker.producer.send_many([Outgoing(topic, "k", b"%d" % n) for n in range(5)])
    async with running(broker.consume(group, topic, note)):
        await until(lambda: len(seen) == 5, within=40)
        await broker.producer.send_many([Outgoing(topic, "k", b"5")])
        await until(lambda: len(seen) == 6, within=40)  # those before it are committed by now
    await broker.producer.send_many([Outgoing(topic, "k", b"6")])
    async with running(broker.consume(group, topic, note)):
        await until(lambda: b"6" in seen, within=40)
    assert sorted(set(seen) - {None}) == [b"%d" % n for n in range(7)]
    assert seen[:5] == [b"%d" % n for n in range(5)]
    assert seen.count(b"0") == 1


async def test_a_record_comes_again_until_the_dependency_is_back(broker: Broker, topic: str) -> None:
    seen: list[bytes | None] = []
    away = 3

    async def handle(record: Record) -> None:
        nonlocal away
        if record.value == b"1" and away:
            away -= 1
            raise Unavailable("storage_unavailable", "the database does not answer")
        seen.append(record.value)

    await broker.producer.send_many([Outgoing(topic, "k", b"%d" % n) for n in range(3)])
    async with running(broker.consume("g", topic, handle)):
        await until(lambda: len(seen) == 3, within=40)
    assert (seen, away) == ([b"0", b"1", b"2"], 0)


async def test_two_groups_each_see_everything(broker: Broker, topic: str) -> None:
    seen: dict[str, list[bytes | None]] = {"one": [], "two": []}

    def noting(group: str) -> Handle:
        async def note(record: Record) -> None:
            seen[group].append(record.value)

        return note

    await broker.producer.send_many([Outgoing(topic, "k", b"1")])
    async with (
        running(broker.consume("one", topic, noting("one"))),
        running(broker.consume("two", topic, noting("two"))),
    ):
        await until(lambda: seen == {"one": [b"1"], "two": [b"1"]}, within=40)
