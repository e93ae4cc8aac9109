"""The relay sends every entry, in order for each document, and forgets nothing that was not taken."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from servicekit.documents import Collection
from servicekit.errors import Unavailable
from servicekit.kafka import Outgoing
from servicekit.outbox import OutboxRelay, entry
from servicekit.testing import MemoryCollection, MemoryProducer, until

TOPIC = "keepline.sip.trunk.state.v1"


@asynccontextmanager
async def running(relay: OutboxRelay) -> AsyncIterator[None]:
    task = asyncio.ensure_future(relay.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def create(collection: Collection, key: str) -> None:
    first = entry(1, TOPIC, key, b"1", {"ce_id": f"{key}:1"})
    await collection.insert_one({"_id": key, "version": 1, "outbox": [first]})


async def change(collection: Collection, key: str, version: int) -> None:
    await collection.update_one(
        {"_id": key, "version": version - 1},
        {"$set": {"version": version}, "$push": {"outbox": entry(version, TOPIC, key, b"%d" % version)}},
    )


async def delete(collection: Collection, key: str, version: int) -> None:
    await collection.update_one(
        {"_id": key},
        {
            "$set": {"version": version, "deleted": True},
            "$push": {"outbox": entry(version, TOPIC, key, None)},
        },
    )


def sent(producer: MemoryProducer, key: str) -> list[bytes | None]:
    return [record.value for record in producer.sent if record.key == key]


async def test_entries_go_out_in_order_and_leave_the_document() -> None:
    collection, producer = MemoryCollection("trunks"), MemoryProducer()
    for key in ("a", "b"):
        await create(collection, key)
        for version in (2, 3):
            await change(collection, key, version)
    async with running(OutboxRelay(collection, producer)):
        await until(lambda: len(producer.sent) == 6)
    assert sent(producer, "a") == sent(producer, "b") == [b"1", b"2", b"3"]
    assert producer.sent[0].headers == {"ce_id": "a:1"}
    for document in await collection.find({}):
        assert (document["version"], document["outbox"]) == (3, [])


async def test_waking_relays_at_once() -> None:
    collection, producer = MemoryCollection("trunks"), MemoryProducer()
    relay = OutboxRelay(collection, producer)
    async with running(relay):
        await asyncio.sleep(0)
        await create(collection, "a")
        relay.wake()
        await until(lambda: producer.sent, within=0.5)


async def test_a_change_by_another_process_is_found_without_waking() -> None:
    collection, producer = MemoryCollection("trunks"), MemoryProducer()
    async with running(OutboxRelay(collection, producer, look_every=0.05)):
        await asyncio.sleep(0)
        await create(collection, "a")
        await until(lambda: producer.sent)


async def test_a_deleted_document_goes_when_its_tombstone_is_out() -> None:
    collection, producer = MemoryCollection("trunks"), MemoryProducer()
    await create(collection, "a")
    await delete(collection, "a", 2)
    producer.broker.away = True
    relay = OutboxRelay(collection, producer)
    async with running(relay):
        await until(lambda: relay.problem() != "")
        assert await collection.count_documents({}) == 1
        producer.broker.away = False
        await until(lambda: len(producer.sent) == 2)
        await until(lambda: relay.problem() == "")
    assert sent(producer, "a") == [b"1", None]
    assert await collection.find({}) == []


@pytest.mark.parametrize("which", ["broker", "database"])
async def test_an_absence_is_waited_out_and_told(which: str) -> None:
    collection, producer = MemoryCollection("trunks"), MemoryProducer()
    await create(collection, "a")
    producer.broker.away = which == "broker"
    collection.away = which == "database"
    relay = OutboxRelay(collection, producer)
    async with running(relay):
        await until(lambda: relay.problem() != "")
        producer.broker.away = collection.away = False
        await until(lambda: relay.problem() == "" and len(producer.sent) == 1)


class Crashing(MemoryProducer):
    """The database goes away between produce and pull, as when the process is killed there."""

    def __init__(self, collection: MemoryCollection, crashes: int) -> None:
        super().__init__()
        self._collection = collection
        self._crashes = crashes

    async def send_many(self, records: Sequence[Outgoing]) -> None:
        await super().send_many(records)
        if self._crashes:
            self._crashes -= 1
            self._collection.away = True


async def test_a_crash_between_produce_and_pull_sends_again_and_loses_nothing() -> None:
    collection = MemoryCollection("trunks")
    producer = Crashing(collection, crashes=3)
    await create(collection, "a")
    await change(collection, "a", 2)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await OutboxRelay(collection, producer).relay_once()
        collection.away = False
    await OutboxRelay(collection, producer).relay_once()
    assert sent(producer, "a") == [b"1", b"2"] * 4
    assert [document["outbox"] for document in await collection.find({})] == [[]]


class Meanwhile(MemoryProducer):
    """Something is written while the relay is producing."""

    collection: MemoryCollection

    async def send_many(self, records: Sequence[Outgoing]) -> None:
        await super().send_many(records)
        if len(self.sent) == 1:
            await change(self.collection, "a", 2)
            await delete(self.collection, "a", 3)


async def test_what_is_written_while_relaying_is_neither_lost_nor_removed_early() -> None:
    producer = Meanwhile()
    producer.collection = collection = MemoryCollection("trunks")
    await create(collection, "a")
    relay = OutboxRelay(collection, producer)
    assert await relay.relay_once() == 1
    assert [e["seq"] for e in (await collection.find({}))[0]["outbox"]] == [2, 3]
    assert await relay.relay_once() == 2
    assert sent(producer, "a") == [b"1", b"2", None]
    assert await collection.find({}) == []


async def test_one_pass_is_bounded_and_a_long_outbox_goes_out_by_parts() -> None:
    collection, producer = MemoryCollection("trunks"), MemoryProducer()
    long = [entry(n, TOPIC, "a", b"%d" % n) for n in range(1, 1201)]
    await collection.insert_one({"_id": "a", "outbox": long, "deleted": True})
    relay = OutboxRelay(collection, producer)
    carried = [await relay.relay_once() for _ in range(4)]
    assert carried == [500, 500, 200, 0]
    assert sent(producer, "a") == [b"%d" % n for n in range(1, 1201)]
    assert await collection.find({}) == []


def test_an_entry_that_the_broker_would_refuse_is_refused_when_it_is_written() -> None:
    with pytest.raises(ValueError, match="larger"):
        entry(1, TOPIC, "a", b"x" * (2 << 20))
