"""The relay sends every entry, in order for each document, and forgets nothing that was not taken."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from servicekit.documents import Collection
from servicekit.errors import Unavailable
from servicekit.kafka import Outgoing, RecordsRefused
from servicekit.lease import Lease
from servicekit.outbox import OutboxRelay, entry
from servicekit.outbox.carrying import Pass
from servicekit.testing import FakeClock, MemoryCollection, MemoryProducer, until

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
    relay = OutboxRelay(collection, producer, look_every_seconds=60)
    async with running(relay):
        await asyncio.sleep(0)
        await create(collection, "a")
        relay.wake()
        await until(lambda: producer.sent)


async def test_a_change_by_another_process_is_found_without_waking() -> None:
    collection, producer = MemoryCollection("trunks"), MemoryProducer()
    async with running(OutboxRelay(collection, producer, look_every_seconds=0.05)):
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


async def test_a_record_that_the_broker_refuses_is_put_aside_and_stops_nothing() -> None:
    collection, dead, producer = MemoryCollection("trunks"), MemoryCollection("dead"), MemoryProducer()
    producer.broker.refuses = lambda record: record.value == b"2"
    for key in ("a", "b"):
        await create(collection, key)
    for version in (2, 3):
        await change(collection, "a", version)
    relay = OutboxRelay(collection, producer, dead_letters=dead)
    async with running(relay):
        await until(lambda: len(producer.sent) >= 3)
        await until(lambda: not any(found["outbox"] for found in collection._documents.values()))
        assert relay.problem() == ""
        assert sent(producer, "a")[-1] == b"3"
        assert sent(producer, "b")[-1] == b"1"
    assert [document["outbox"] for document in await collection.find({})] == [[], []]
    put_aside = await dead.find({})
    assert [(d["_id"], d["document"], d["entry"]["value"]) for d in put_aside] == [("trunks:a:2", "a", b"2")]


class Batches(MemoryProducer):
    """Refuses the first two for the first one's sake, as a broker does, and takes the third."""

    async def send_many(self, records: Sequence[Outgoing]) -> None:
        if len(records) == 1:
            await super().send_many(records)
            return
        await super().send_many(records[2:])
        raise RecordsRefused([0, 1], "MessageSizeTooLargeError")


async def test_what_was_refused_for_its_neighbours_sake_goes_out_in_order() -> None:
    collection, dead, producer = MemoryCollection("trunks"), MemoryCollection("dead"), Batches()
    producer.broker.refuses = lambda record: record.value == b"1"
    await create(collection, "a")
    for version in (2, 3):
        await change(collection, "a", version)
    assert await OutboxRelay(collection, producer, dead_letters=dead).relay_once() == 3
    assert sent(producer, "a") == [b"3", b"2", b"3"]  # the newest is the last, whatever went before
    assert [d["_id"] for d in await dead.find({})] == ["trunks:a:1"]


class Parted(MemoryProducer):
    """Has no whole batch; alone, records of "a" meet a broker that is away, and those of "b" a slow one."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = asyncio.Event()
        self.under_way = 0

    async def send_many(self, records: Sequence[Outgoing]) -> None:
        if len(records) > 1:
            raise RecordsRefused([0, 1], "MessageSizeTooLargeError")
        if records[0].key == "a":
            raise Unavailable("broker_unavailable", "away")
        self.under_way += 1
        await self.slow.wait()
        self.under_way -= 1


async def test_a_pass_that_fails_leaves_nothing_under_way() -> None:
    collection, producer = MemoryCollection("trunks"), Parted()
    for key in ("a", "b"):
        await create(collection, key)
    one_pass = asyncio.ensure_future(OutboxRelay(collection, producer).relay_once())
    await until(lambda: producer.under_way)
    producer.slow.set()
    with pytest.raises(Unavailable):
        await one_pass
    assert producer.under_way == 0


async def test_an_entry_that_is_too_large_now_is_put_aside() -> None:
    collection, dead, producer = MemoryCollection("trunks"), MemoryCollection("dead"), MemoryProducer()
    large = {**entry(1, TOPIC, "a", b""), "value": b"x" * (1 << 20)}
    await collection.insert_one({"_id": "a", "outbox": [large, entry(2, TOPIC, "a", b"2")]})
    await OutboxRelay(collection, producer, dead_letters=dead).relay_once()
    assert sent(producer, "a") == [b"2"]
    assert await dead.count_documents({}) == 1


async def test_a_database_that_refuses_us_is_told_and_waited_out() -> None:
    collection, producer = MemoryCollection("trunks"), MemoryProducer()
    await create(collection, "a")
    collection.refusing = "AuthenticationFailed"
    relay = OutboxRelay(collection, producer)
    async with running(relay):
        await until(lambda: "AuthenticationFailed" in relay.problem())
        collection.refusing = ""
        await until(lambda: relay.problem() == "" and len(producer.sent) == 1)


def relay_by_lease(
    collection: MemoryCollection, producer: MemoryProducer, leases: MemoryCollection, clock: FakeClock
) -> OutboxRelay:
    return OutboxRelay(collection, producer, Lease(leases, "outbox trunks", clock=clock), clock=clock)


async def test_of_two_relays_one_sends_and_the_other_goes_on_when_it_is_gone() -> None:
    collection, leases, clock = MemoryCollection("trunks"), MemoryCollection("leases"), FakeClock()
    first, second = MemoryProducer(), MemoryProducer()
    await create(collection, "a")
    async with running(relay_by_lease(collection, first, leases, clock)):
        await until(lambda: first.sent)
        other = relay_by_lease(collection, second, leases, clock)
        async with running(other):
            await change(collection, "a", 2)
            await until(lambda: len(first.sent) == 2)
            assert second.sent == []
    async with running(relay_by_lease(collection, second, leases, clock)):  # the first gave its lease back
        await change(collection, "a", 3)
        await until(lambda: second.sent)
    assert [r.value for r in second.sent] == [b"3"]


class Slow(MemoryProducer):
    """Takes the records when it is told to, and then sends them."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def send_many(self, records: Sequence[Outgoing]) -> None:
        self.asked.set()
        await self.go_on.wait()
        await super().send_many(records)


async def test_a_holder_that_was_away_too_long_sends_nothing_and_settles_nothing() -> None:
    collection, leases, clock = MemoryCollection("trunks"), MemoryCollection("leases"), FakeClock()
    await create(collection, "a")
    slow, quick = Slow(), MemoryProducer()
    late = Lease(leases, "outbox trunks", clock=clock, seconds=0.3)
    stale = OutboxRelay(collection, slow, late, clock=clock)
    assert await late.keep()
    sending = asyncio.ensure_future(stale.relay_once())
    await slow.asked.wait()
    clock.advance(1)
    other = Lease(leases, "outbox trunks", clock=clock)
    assert await other.keep()
    await change(collection, "a", 2)
    assert await OutboxRelay(collection, quick, other, clock=clock).relay_once() == 2
    with pytest.raises(Unavailable) as lost:  # by its own clock, while the producer still waits
        await sending
    assert lost.value.code == "lease_lost"
    assert slow.sent == []
    with pytest.raises(Unavailable):
        await change(collection, "a", 3)
        await stale.relay_once()
    assert [e["seq"] for e in (await collection.find({}))[0]["outbox"]] == [3]


async def test_an_entry_settled_with_an_older_token_stays() -> None:
    collection, clock = MemoryCollection("trunks"), FakeClock()
    await create(collection, "a")
    carrying = Pass(collection, None, clock, MemoryProducer().send_many)
    (waiting,) = await carrying.waiting()
    await collection.update_one({"_id": "a"}, {"$set": {"outbox_fence": 8}})
    assert not await carrying.settle(waiting, token=7)
    assert [e["seq"] for e in (await collection.find({}))[0]["outbox"]] == [1]
    assert await carrying.settle(waiting, token=8)
    assert (await collection.find({}))[0]["outbox"] == []


async def test_entries_that_are_none_of_ours_stop_no_other() -> None:
    collection, producer = MemoryCollection("trunks"), MemoryProducer()
    dead_letters = MemoryCollection("outbox_dead_letters")
    strange = [{"seq": 1}, {"seq": 2, "topic": TOPIC, "key": 7, "value": "text"}, "x", {"topic": TOPIC}]
    await collection.insert_one({"_id": "0", "version": 1, "outbox": strange})
    await collection.insert_one({"_id": "1", "version": 1, "outbox": {"seq": 1}})
    await create(collection, "a")
    async with running(OutboxRelay(collection, producer, dead_letters=dead_letters)):
        await until(lambda: sent(producer, "a") == [b"1"])
        await change(collection, "a", 2)
        await until(lambda: sent(producer, "a") == [b"1", b"2"])
    assert [found["seq"] for found in await dead_letters.find({})] == [1, 2]
