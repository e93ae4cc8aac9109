"""The store of phone-sources keeps one contract over the in-memory twin and over a real database."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from harness.components.mongo import Mongo as Server
from keepline.audit.v1.audit_entry_pb2 import AuditEntry
from keepline.phone.v1.number_pb2 import NumberState
from phone_sources.adapters.number_documents import TOPIC, NumberDocuments
from phone_sources.adapters.number_shape import NUMBERS
from phone_sources.domain.e164 import E164
from phone_sources.domain.number import Number, NumberFields
from servicekit.api.lists import ListAsked
from servicekit.audit import TOPIC as AUDIT
from servicekit.documents import Collection
from servicekit.errors import Conflict
from servicekit.mongo import connect
from servicekit.outbox import OutboxRelay
from servicekit.settings import MongoSettings
from servicekit.testing import FakeClock, MemoryCollection, MemoryProducer

NOW = datetime(2026, 11, 23, 9, 0, 0, 123000, tzinfo=UTC)


def asked(**sent: str) -> ListAsked:
    return NUMBERS.read({name: value.split("|") for name, value in sent.items()})


async def found(store: "Store", **sent: str) -> list[Number]:
    return list((await store.numbers.page("t_a", asked(**sent))).items)


@dataclass
class Store:
    collection: Collection
    numbers: NumberDocuments


@pytest.fixture(params=["memory", "mongo"])
def server(request: pytest.FixtureRequest) -> Server | None:
    return request.getfixturevalue("mongo") if request.param == "mongo" else None


@pytest_asyncio.fixture
async def store(server: Server | None) -> AsyncIterator[Store]:
    mongo = None
    collection: Collection = MemoryCollection("phone_numbers")
    if server is not None:
        mongo = await connect(MongoSettings(uri=server.uri, database=f"contract_{secrets.token_hex(4)}"))
        collection = mongo.collection("phone_numbers")
    numbers = NumberDocuments(collection, FakeClock(NOW), lambda: None)
    await numbers.prepare()
    yield Store(collection, numbers)
    if mongo is not None:
        await mongo.close()


def number(place: int, tenant: str = "t_a", trunk: str = "trk_1") -> Number:
    fields = NumberFields(trunk, f"Desk {place}")
    return Number(f"num_{place}", tenant, 1, E164(f"+44207946000{place}"), fields, NOW, NOW)


def moved(before: Number, trunk: str) -> Number:
    fields = NumberFields(trunk, "Moved")
    return replace(before, version=before.version + 1, fields=fields, updated_at=NOW + timedelta(hours=1))


async def test_a_number_comes_back_as_it_was_stored(store: Store) -> None:
    assert await store.numbers.add(number(1)) is None
    assert await store.numbers.get("t_a", "num_1") == number(1)
    assert await store.numbers.find(E164("+442079460001")) == number(1)
    assert await store.numbers.get("t_b", "num_1") is None
    assert await store.numbers.find(E164("+442079460002")) is None


async def test_a_number_is_held_once_whoever_asks(store: Store) -> None:
    await store.numbers.add(number(1))
    held = await store.numbers.add(replace(number(1, "t_b"), id="num_2"))
    assert held is not None
    assert held.by == number(1)
    assert await store.numbers.get("t_b", "num_2") is None
    again = await store.numbers.add(number(1))
    assert again is not None
    assert again.by == number(1)


async def test_many_are_added_each_by_itself(store: Store) -> None:
    await store.numbers.add(number(2, "t_b"))
    several = [number(1), replace(number(2), id="num_9"), number(3)]
    held = await store.numbers.add_all(several)
    assert {place: one.by for place, one in held.items()} == {1: number(2, "t_b")}
    found = await store.numbers.find_all([E164(f"+44207946000{place}") for place in range(9)])
    assert sorted(one.id for one in found) == ["num_1", "num_2", "num_3"]
    again = await store.numbers.add_all(several)
    assert {place: one.by.id for place, one in again.items()} == {0: "num_1", 1: "num_2", 2: "num_3"}
    assert await store.numbers.get("t_a", "num_9") is None


async def test_what_is_not_written_is_told_all_the_same(store: Store) -> None:
    await store.numbers.add(number(1))
    trial = store.numbers.unwritten()
    assert await trial.add(number(2)) is None
    held = await trial.add(replace(number(1, "t_b"), id="num_9"))
    assert held is not None and held.by == number(1)
    assert await trial.replace(moved(number(1), "trk_2"))
    assert not await trial.replace(replace(moved(number(1), "trk_2"), version=7))
    assert not await trial.replace(replace(moved(number(1), "trk_2"), tenant_id="t_b"))
    assert await found(store) == [number(1)]


async def test_of_many_writers_at_once_one_wins(store: Store) -> None:
    wanted = [replace(number(1, f"t_{n}"), id=f"num_{n}") for n in range(20)]
    answers = await asyncio.gather(*(store.numbers.add(one) for one in wanted))
    assert sum(answer is None for answer in answers) == 1
    assert {answer.by for answer in answers if answer} == {wanted[answers.index(None)]}


async def test_a_deleted_number_is_gone_and_free(store: Store) -> None:
    await store.numbers.add(number(1))
    assert not await store.numbers.remove("t_b", "num_1", 1)
    assert not await store.numbers.remove("t_a", "num_1", 2)
    assert await store.numbers.remove("t_a", "num_1", 1)
    assert not await store.numbers.remove("t_a", "num_1", 1)
    assert await store.numbers.get("t_a", "num_1") is None
    assert await store.numbers.add(replace(number(1, "t_b"), id="num_9")) is None


async def test_a_number_that_was_deleted_is_not_made_again_under_its_id(store: Store) -> None:
    await store.numbers.add(number(1))
    await store.numbers.remove("t_a", "num_1", 1)
    async with asyncio.timeout(10):
        with pytest.raises(Conflict, match="idempotency_key_spent"):
            await store.numbers.add(number(1))


async def test_a_number_is_changed_only_in_the_version_that_was_read(store: Store) -> None:
    await store.numbers.add(number(1))
    second = moved(number(1), "trk_2")
    assert await store.numbers.replace(second)
    assert not await store.numbers.replace(moved(number(1), "trk_3"))
    assert not await store.numbers.replace(replace(moved(second, "trk_3"), tenant_id="t_b"))
    assert await store.numbers.get("t_a", "num_1") == second
    assert await store.numbers.find(second.e164) == second


async def test_of_a_change_and_a_deletion_at_once_one_wins(store: Store) -> None:
    await store.numbers.add(number(1))
    done = await asyncio.gather(
        store.numbers.replace(moved(number(1), "trk_2")), store.numbers.remove("t_a", "num_1", 1)
    )
    assert sorted(done) == [False, True]


async def test_a_page_holds_the_tenants_own_by_id_and_filter(store: Store) -> None:
    for one in (number(3, trunk="trk_2"), number(1), number(2, "t_b")):
        await store.numbers.add(one)
    one, three = number(1), number(3, trunk="trk_2")
    assert await found(store) == [one, three]
    first = await store.numbers.page("t_a", asked(page_size="1"))
    assert first.items == [one]
    assert await found(store, page_token=first.next_page_token) == [three]
    assert await found(store, order_by="number desc") == [three, one]
    assert await found(store, trunk_id="trk_1|trk_9") == [one]
    assert await found(store, number="+442079460003") == [three]
    assert await found(store, label="Desk 1|Desk 2") == [one]
    assert await found(store, q="DESK 1") == [one]
    assert await found(store, q="6000") == [one, three]
    assert await found(store, q="D.sk") == []
    assert await found(store, created_at_after="2026-11-23T09:00:00.123Z") == []


async def test_arrival_change_and_end_are_told_in_order(store: Store) -> None:
    await store.numbers.add(number(1))
    await store.numbers.replace(moved(number(1), "trk_2"), number(1))
    await store.numbers.remove("t_a", "num_1", 2)
    producer = MemoryProducer()
    await OutboxRelay(store.collection, producer).relay_once()
    changes = [AuditEntry.FromString(sent.value or b"") for sent in producer.sent if sent.topic == AUDIT]
    assert [one.action for one in changes] == ["created", "changed", "deleted"]
    assert list(changes[1].fields) == ["label", "trunk_id"]
    told = [(sent.topic, sent.key, sent.value) for sent in producer.sent if sent.topic != AUDIT]
    assert [(topic, key) for topic, key, _ in told] == [(TOPIC, "num_1")] * 3
    assert NumberState.FromString(told[0][2] or b"").number.number == "+442079460001"
    second = NumberState.FromString(told[1][2] or b"").number
    assert (second.version, second.trunk_id, second.label) == (2, "trk_2", "Moved")
    assert told[2][2] is None
