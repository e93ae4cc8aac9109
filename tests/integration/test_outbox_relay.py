"""From a document's outbox to a follower, over a real database and a real broker, with crashes in between."""

import asyncio
import itertools
import os
import random
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from harness.components import kafka as kafka_component
from harness.components import mongo as mongo_component
from harness.components.kafka import Kafka
from harness.components.mongo import Mongo as Server
from harness.paths import fresh_run_folder
from harness.process import Process
from servicekit.documents import Collection
from servicekit.errors import Unavailable
from servicekit.kafka import Outgoing, Producer, RecordProducer, StateFollower, Topic, ensure_topics
from servicekit.mongo import connect
from servicekit.outbox import OutboxRelay, entry
from servicekit.settings import MongoSettings
from servicekit.testing import until

Seen = dict[str, list[bytes | None]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def broker() -> AsyncIterator[Kafka]:
    """One of its own: others must not suffer from what is done to it."""
    broker = await kafka_component.create(fresh_run_folder("test-outbox-kafka"))
    await broker.start()
    yield broker
    await broker.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server() -> AsyncIterator[Server]:
    server = mongo_component.create(fresh_run_folder("test-outbox-mongo"))
    await server.start()
    yield server
    await server.stop()


@dataclass
class World:
    collection: Collection
    producer: Producer
    topic: str
    seen: Seen
    leases: Collection
    dead_letters: Collection

    async def create(self, key: str) -> None:
        await self.collection.insert_one({"_id": key, "version": 0, "outbox": []})

    async def change(self, key: str, version: int, value: bytes | None) -> None:
        """As a service does it: state and entry in one update, guarded by the version that was read."""
        changed = await self.collection.update_one(
            {"_id": key, "version": version - 1},
            {
                "$set": {"version": version, "deleted": value is None},
                "$push": {"outbox": entry(version, self.topic, key, value)},
            },
        )
        assert changed == 1

    def values(self, key: str) -> list[bytes | None]:
        """What was seen, without what came again."""
        return [v for n, v in enumerate(self.seen.get(key, ())) if v not in self.seen[key][:n]]


@asynccontextmanager
async def running(*works: Awaitable[None]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        _, deaf = await asyncio.wait(tasks, timeout=10)
        assert not deaf


@pytest_asyncio.fixture
async def world(broker: Kafka, server: Server) -> AsyncIterator[World]:
    topic, seen = f"test.{uuid.uuid4().hex}", Seen()
    await ensure_topics(broker.bootstrap, [Topic(topic, "m", "compact", 3, None, None)])
    mongo = await connect(MongoSettings(uri=server.uri, database="outbox"))
    producer = Producer(broker.bootstrap, "test", deadline=2.0)

    def note(key: str, value: bytes | None) -> None:
        seen.setdefault(key, []).append(value)

    follower = StateFollower(broker.bootstrap, {topic: note}, name="test")
    async with running(follower.run()):
        yield World(
            mongo.collection(topic),
            producer,
            topic,
            seen,
            mongo.collection("leases"),
            mongo.collection(f"dead_{topic}"),
        )
    await producer.stop()
    await mongo.close()


async def test_every_change_arrives_in_order_and_deleted_documents_go(world: World) -> None:
    keys = [f"trk_{n}" for n in range(8)]
    relay = OutboxRelay(world.collection, world.producer)

    async def live(key: str) -> None:
        await world.create(key)
        for version in range(1, 26):
            await world.change(key, version, b"%d" % version)
            relay.wake()
        await world.change(key, 26, None)
        relay.wake()

    async with running(relay.run()):
        await asyncio.gather(*(live(key) for key in keys))
        await until(lambda: all(world.seen.get(key, [b""])[-1] is None for key in keys), within=30)
        for key in keys:
            assert world.seen[key] == [*(b"%d" % n for n in range(1, 26)), None]
        await _until_empty(world.collection)


async def test_a_change_is_out_at_once_when_the_relay_is_woken(world: World) -> None:
    relay = OutboxRelay(world.collection, world.producer, look_every_seconds=60)
    async with running(relay.run()):
        await world.create("trk_1")
        await world.change("trk_1", 1, b"warm")
        relay.wake()
        await until(lambda: world.seen.get("trk_1") == [b"warm"], within=20)
        await world.change("trk_1", 2, b"quick")
        relay.wake()
        await until(lambda: b"quick" in world.seen["trk_1"], within=30)  # not by the next look


class Crash(Exception):
    pass


@dataclass
class Crashing:
    """Dies after the broker took the records and before the outbox knows: the worst moment."""

    producer: RecordProducer
    chance: random.Random
    crashes: int = 0

    async def send_many(self, records: Sequence[Outgoing]) -> None:
        await self.producer.send_many(records)
        if self.chance.random() < 0.5:
            self.crashes += 1
            raise Crash


async def test_crashes_between_produce_and_pull_cost_duplicates_only(world: World) -> None:
    producer = Crashing(world.producer, random.Random(7))
    keys = [f"trk_{n}" for n in range(4)]
    for key in keys:
        await world.create(key)
    for version in range(1, 41):
        for key in keys:
            await world.change(key, version, b"%d" % version)
        try:
            await OutboxRelay(world.collection, producer).relay_once()
        except Crash:
            continue
    await OutboxRelay(world.collection, world.producer).relay_once()
    assert producer.crashes > 10
    expected = [b"%d" % n for n in range(1, 41)]
    await until(lambda: all(world.values(key) == expected for key in keys), within=30)
    assert sum(len(world.seen[key]) for key in keys) > 160
    assert [document["outbox"] for document in await world.collection.find({})] == [[]] * 4


async def test_the_broker_and_the_database_die_in_the_middle(
    world: World, broker: Kafka, server: Server
) -> None:
    relay = OutboxRelay(world.collection, world.producer)
    written = 0

    async def write() -> None:
        nonlocal written
        while written < 200:
            try:
                await world.change("trk_1", written + 1, b"%d" % (written + 1))
                written += 1
            except Unavailable:
                await _look_again(world)
            except AssertionError:  # it was written although the answer was lost
                await _look_again(world)
            relay.wake()

    async def _look_again(world: World) -> None:
        nonlocal written
        try:
            found = await world.collection.find_one({"_id": "trk_1"})
        except Unavailable:
            await asyncio.sleep(0.1)
            return
        assert found is not None
        written = found["version"]

    await world.create("trk_1")
    async with running(relay.run()):
        writing = asyncio.ensure_future(write())
        await until(lambda: written >= 50, within=30)
        await broker.kill()
        await until(lambda: relay.problem() != "" and written >= 100, within=30)
        await broker.start()
        if server.process is not None:  # one that is not ours to kill is left alone
            await server.kill()
            await asyncio.sleep(0)
            await server.start()
        await writing
        expected = [b"%d" % n for n in range(1, 201)]
        await until(lambda: world.values("trk_1") == expected, within=60)
        await until(lambda: relay.problem() == "", within=30)


LEASE_SECONDS = 3.0


@asynccontextmanager
async def two_relays(world: World, broker: Kafka, server: Server) -> AsyncIterator[dict[str, Process]]:
    """In two processes; each holds a batch for a tenth of a second before it sends it."""
    script = Path(__file__).with_name("relaying.py")
    folder = fresh_run_folder("test-outbox-relays")
    relays: dict[str, Process] = {}
    for name in ("one", "two"):
        own = [server.uri, world.topic, broker.bootstrap, name, str(LEASE_SECONDS), "0.1"]
        relays[name] = Process(name, [sys.executable, str(script), *own], folder / f"{name}.log")
        await relays[name].start()
    try:
        await until(
            lambda: all("relays the outbox" in relay.log.read_text() for relay in relays.values()), 30
        )
        yield relays
    finally:
        for relay in relays.values():
            await relay.stop()


async def _holder(world: World, other_than: str = "") -> str:
    over = asyncio.get_running_loop().time() + 30
    while True:
        lease = await world.leases.find_one({"_id": f"outbox {world.topic}"})
        if lease is not None and lease["holder"] != other_than:
            return str(lease["holder"])
        assert asyncio.get_running_loop().time() < over
        await asyncio.sleep(0.05)


def _handed_over_once(values: Sequence[bytes | None]) -> bool:
    """In order; only what the first relay had not settled when it went comes once more, and in order too."""
    versions = [31 if value is None else int(value) for value in values]
    steps = [after - before for before, after in itertools.pairwise(versions)]
    return sum(step != 1 for step in steps) <= 1


@pytest.mark.parametrize("fault", ["none", "killed", "stopped"])
async def test_of_two_processes_one_relays_whatever_happens_to_it(
    world: World, broker: Kafka, server: Server, fault: str
) -> None:
    keys = [f"trk_{n}" for n in range(5)]
    async with two_relays(world, broker, server) as relays:
        for key in keys:
            await world.create(key)
        holder = await _holder(world)
        for version in range(1, 31):
            await asyncio.gather(*(world.change(key, version, b"%d" % version) for key in keys))
            if version == 10 and fault == "killed":
                os.kill(relays[holder].pid, signal.SIGKILL)
            if version == 10 and fault == "stopped":
                os.kill(relays[holder].pid, signal.SIGSTOP)
                await _holder(world, other_than=holder)
                await until(lambda: all(len(world.seen.get(key, ())) >= 10 for key in keys), within=20)
            if version == 20 and fault == "stopped":
                os.kill(relays[holder].pid, signal.SIGCONT)
        await asyncio.gather(*(world.change(key, 31, None) for key in keys[:2]))
        expected = {key: None if key in keys[:2] else b"30" for key in keys}
        await until(lambda: {key: values[-1] for key, values in world.seen.items()} == expected, within=30)
        await _until_settled(world.collection)
    assert [key for key in keys if not _handed_over_once(world.seen[key])] == [], world.seen
    assert {document["_id"] for document in await world.collection.find({})} == set(keys[2:])
    if fault == "none":
        assert [world.seen[key] for key in keys[2:]] == [[b"%d" % n for n in range(1, 31)]] * 3


async def test_a_record_that_the_broker_refuses_is_put_aside_and_the_next_goes_out(
    world: World, broker: Kafka
) -> None:
    small = f"{world.topic}.small"
    await ensure_topics(broker.bootstrap, [Topic(small, "m", "compact", 1, None, None)])
    await set_largest_record(broker.bootstrap, small, 2000)
    dead = world.dead_letters
    await world.create("trk_1")
    for version, value in ((1, b"1"), (2, random.Random(1).randbytes(5000)), (3, b"3")):
        written = entry(version, small, "trk_1", value)
        await world.collection.update_one({"_id": "trk_1"}, {"$push": {"outbox": written}})
    await world.change("trk_1", 1, b"another topic")
    relay = OutboxRelay(world.collection, world.producer, dead_letters=dead)
    seen: list[bytes | None] = []
    follower = StateFollower(broker.bootstrap, {small: lambda _key, value: seen.append(value)}, name="small")
    async with running(relay.run(), follower.run()):
        await until(lambda: seen[-1:] == [b"3"] and world.seen.get("trk_1") == [b"another topic"], within=30)
        await _until_settled(world.collection)
    (put_aside,) = await dead.find({})
    assert (put_aside["document"], put_aside["seq"], put_aside["topic"]) == ("trk_1", 2, small)


async def _until_empty(collection: Collection) -> None:
    over = asyncio.get_running_loop().time() + 30
    while await collection.count_documents({}):
        assert asyncio.get_running_loop().time() < over
        await asyncio.sleep(0.05)


async def _until_settled(collection: Collection) -> None:
    over = asyncio.get_running_loop().time() + 30
    while await collection.count_documents({"outbox.seq": {"$gt": 0}}):
        assert asyncio.get_running_loop().time() < over
        await asyncio.sleep(0.05)


async def set_largest_record(bootstrap: str, topic: str, size: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        named = ConfigResource(ConfigResourceType.TOPIC, topic, configs={"max.message.bytes": str(size)})
        await admin.alter_configs([named])
    finally:
        await admin.close()
