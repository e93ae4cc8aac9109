"""The store of sip-config keeps one contract over the in-memory twin and over a real database."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from harness.components.mongo import Mongo as Server
from keepline.audit.v1.audit_entry_pb2 import AuditEntry
from keepline.sip.v1.trunk_pb2 import TrunkState
from servicekit.api.lists import ListAsked
from servicekit.audit import TOPIC as AUDIT
from servicekit.documents import Collection
from servicekit.errors import Conflict
from servicekit.mongo import connect
from servicekit.outbox import OutboxRelay
from servicekit.readable import DocumentUnreadable
from servicekit.settings import MongoSettings
from servicekit.testing import FakeClock, MemoryCollection, MemoryProducer
from sip_config.adapters.messages.trunks import trunk_of
from sip_config.adapters.mongo.trunks import TOPIC, TrunkDocuments
from sip_config.adapters.trunk_shape import TRUNKS
from sip_config.domain.trunk import Endpoint, Trunk, TrunkFields
from sip_config.ports import Deleted, Usage
from siptypes.endpoints import Transport

NOW = datetime(2026, 11, 23, 9, 0, 0, 123000, tzinfo=UTC)


@dataclass
class Store:
    collection: Collection
    trunks: TrunkDocuments


@pytest.fixture(params=["memory", "mongo"])
def server(request: pytest.FixtureRequest) -> Server | None:
    return request.getfixturevalue("mongo") if request.param == "mongo" else None


@pytest_asyncio.fixture
async def store(server: Server | None) -> AsyncIterator[Store]:
    mongo = None
    collection: Collection = MemoryCollection("sip_trunks")
    if server is not None:
        mongo = await connect(MongoSettings(uri=server.uri, database=f"contract_{secrets.token_hex(4)}"))
        collection = mongo.collection("sip_trunks")
    trunks = TrunkDocuments(collection, FakeClock(NOW), lambda: None)
    await trunks.prepare()
    yield Store(collection, trunks)
    if mongo is not None:
        await mongo.close()


def trunk(place: int = 1, tenant: str = "t_a", version: int = 1, name: str = "Acme") -> Trunk:
    endpoints = (Endpoint("2001:db8::1", 5061, Transport.TLS), Endpoint("192.0.2.1", 5060, Transport.UDP))
    fields = TrunkFields(name, ("203.0.113.0/30", "2001:db8::/64"), "DE", endpoints, True)
    return Trunk(f"trk_{place}", tenant, version, f"p{place}.sip.example", fields, NOW, NOW)


async def test_a_trunk_comes_back_as_it_was_stored(store: Store) -> None:
    assert await store.trunks.add(trunk())
    assert await store.trunks.get("t_a", "trk_1") == trunk()
    assert await store.trunks.get("t_b", "trk_1") is None
    assert await store.trunks.get("t_a", "trk_2") is None


async def test_of_many_who_want_a_domain_at_once_one_gets_it(store: Store) -> None:
    wanted = [replace(trunk(tenant=f"t_{n}"), id=f"trk_{n}") for n in range(20)]
    answers = await asyncio.gather(*(store.trunks.add(one) for one in wanted))
    assert answers.count(True) == 1


async def test_a_trunk_is_replaced_only_in_the_version_before(store: Store) -> None:
    await store.trunks.add(trunk())
    assert not await store.trunks.replace(trunk(version=3))
    assert not await store.trunks.replace(trunk(tenant="t_b", version=2))
    answers = await asyncio.gather(
        *(store.trunks.replace(trunk(version=2, name=f"Acme {n}")) for n in range(10))
    )
    assert answers.count(True) == 1
    found = await store.trunks.get("t_a", "trk_1")
    assert found == trunk(version=2, name=f"Acme {answers.index(True)}")


async def test_what_is_not_written_is_told_all_the_same(store: Store) -> None:
    await store.trunks.add(trunk(1))
    trial = store.trunks.unwritten()
    assert await trial.add(trunk(2))
    assert not await trial.add(replace(trunk(2), domain=trunk(1).domain))
    assert await trial.replace(trunk(1, version=2, name="Other"))
    assert not await trial.replace(trunk(1, version=3))
    assert not await trial.replace(trunk(1, "t_b", version=2))
    assert await store.trunks.get("t_a", trunk(1).id) == trunk(1)
    assert await store.trunks.get("t_a", trunk(2).id) is None


async def test_a_deleted_trunk_is_gone_and_its_domain_free(store: Store) -> None:
    await store.trunks.add(trunk())
    assert not await store.trunks.remove("t_a", "trk_1", 2)
    assert not await store.trunks.remove("t_b", "trk_1", 1)
    assert await store.trunks.remove("t_a", "trk_1", 1)
    assert not await store.trunks.remove("t_a", "trk_1", 1)
    assert await store.trunks.get("t_a", "trk_1") is None
    assert [one async for one in store.trunks.all()] == []
    assert await store.trunks.add(replace(trunk(tenant="t_b"), id="trk_9"))


def asked(**sent: str) -> ListAsked:
    return TRUNKS.read({name: value.split("|") for name, value in sent.items()})


async def found(store: Store, **sent: str) -> list[Trunk]:
    return list((await store.trunks.page("t_a", asked(**sent))).items)


async def test_a_page_holds_the_tenants_own_by_id_and_part_of_the_name(store: Store) -> None:
    for one in (trunk(3, name="Beta (x)"), trunk(1), trunk(2, "t_b")):
        await store.trunks.add(one)
    assert await found(store) == [trunk(1), trunk(3, name="Beta (x)")]
    assert await found(store, page_size="1") == [trunk(1)]
    assert await found(store, q="ETA (") == [trunk(3, name="Beta (x)")]
    assert await found(store, q="P1.SIP") == [trunk(1)]
    assert await found(store, q=".*") == []
    assert {one.id async for one in store.trunks.all()} == {"trk_1", "trk_2", "trk_3"}


ORDERS = [
    ("", ["trk_1", "trk_2", "trk_3", "trk_4", "trk_5"]),
    ("id desc", ["trk_5", "trk_4", "trk_3", "trk_2", "trk_1"]),
    ("name", ["trk_1", "trk_4", "trk_2", "trk_5", "trk_3"]),
    ("name desc", ["trk_3", "trk_5", "trk_2", "trk_4", "trk_1"]),
    ("name desc,id", ["trk_3", "trk_2", "trk_5", "trk_1", "trk_4"]),
    ("created_at desc, name", ["trk_4", "trk_5", "trk_1", "trk_2", "trk_3"]),
]


@pytest.mark.parametrize(("order", "expected"), ORDERS)
async def test_a_list_is_whole_and_in_order_whatever_the_pages(
    store: Store, order: str, expected: list[str]
) -> None:
    names = {1: "A", 2: "B", 3: "C", 4: "A", 5: "B"}
    for place, name in names.items():
        made = replace(trunk(place, name=name), created_at=NOW + timedelta(seconds=place // 4))
        await store.trunks.add(made)
    for size in (1, 2, 5):
        seen: list[str] = []
        token = ""
        while True:
            page = await store.trunks.page(
                "t_a", asked(order_by=order, page_size=str(size), page_token=token)
            )
            seen += [one.id for one in page.items]
            token = page.next_page_token
            if not token:
                break
        assert seen == expected, size


async def test_filters_take_any_of_their_values_and_times_bound(store: Store) -> None:
    for place, country in enumerate(("DE", "FR", "GB"), start=1):
        one = trunk(place)
        fields = replace(one.fields, country=country, enabled=place != 2)
        await store.trunks.add(replace(one, fields=fields, created_at=NOW + timedelta(minutes=place)))
    assert [one.id for one in await found(store, country="DE|GB")] == ["trk_1", "trk_3"]
    assert [one.id for one in await found(store, enabled="false")] == ["trk_2"]
    assert [one.id for one in await found(store, domain="p3.sip.example")] == ["trk_3"]
    between = {
        "created_at_after": "2026-11-23T09:01:00.123Z",
        "created_at_before": "2026-11-23T10:03:30+01:00",
    }
    assert [one.id for one in await found(store, **between)] == ["trk_2", "trk_3"]
    assert await found(store, country="DE", enabled="false") == []


async def test_each_write_is_told_in_order_and_the_end_with_a_tombstone(store: Store) -> None:
    await store.trunks.add(trunk())
    await store.trunks.replace(trunk(version=2, name="Acme 2"), trunk())
    await store.trunks.remove("t_a", "trk_1", 2)
    producer = MemoryProducer()
    await OutboxRelay(store.collection, producer).relay_once()
    assert {(sent.topic, sent.key) for sent in producer.sent} == {(TOPIC, "trk_1"), (AUDIT, "t_a")}
    changes = [AuditEntry.FromString(sent.value or b"") for sent in producer.sent if sent.topic == AUDIT]
    assert [(one.action, one.version) for one in changes] == [("created", 1), ("changed", 2), ("deleted", 3)]
    assert [list(one.fields) for one in changes[1:]] == [["name"], []]
    told = [sent.value for sent in producer.sent if sent.topic == TOPIC]
    assert [value and trunk_of(TrunkState.FromString(value).trunk) for value in told] == [
        trunk(),
        trunk(version=2, name="Acme 2"),
        None,
    ]


async def test_a_trunk_that_was_deleted_is_not_made_again_under_its_id(store: Store) -> None:
    await store.trunks.add(trunk())
    await store.trunks.remove("t_a", "trk_1", 1)
    with pytest.raises(Conflict, match="idempotency_key_spent"):
        await store.trunks.add(trunk())
    with pytest.raises(Conflict, match="idempotency_key_spent"):
        await store.trunks.add(replace(trunk(), domain="other.sip.example"))


async def test_what_has_not_reached_the_broker_is_seen_by_every_replica(store: Store) -> None:
    for place in (1, 2, 3):
        await store.trunks.add(trunk(place))
    await OutboxRelay(store.collection, MemoryProducer()).relay_once()
    assert await store.trunks.waiting(10) == []
    await store.trunks.replace(trunk(2, version=2, name="Acme 2"))
    await store.trunks.remove("t_a", "trk_3", 1)
    waiting = await store.trunks.waiting(10)
    assert sorted(waiting, key=str) == sorted([trunk(2, version=2, name="Acme 2"), Deleted("trk_3")], key=str)


async def test_what_a_tenant_has_is_counted(store: Store) -> None:
    assert await store.trunks.usage("t_a") == Usage(0, 0)
    for one in (trunk(1), trunk(2), trunk(3, "t_b")):
        await store.trunks.add(one)
    await store.trunks.remove("t_a", "trk_2", 1)
    assert await store.trunks.usage("t_a") == Usage(1, 2)


async def test_a_trunk_that_cannot_be_read_hides_no_other(store: Store) -> None:
    for place in (1, 2, 3, 4):
        await store.trunks.add(trunk(place))
    await store.collection.update_one({"_id": "trk_2"}, {"$set": {"endpoints": [{"host": "192.0.2.1"}]}})
    await store.collection.update_one({"_id": "trk_3"}, {"$set": {"version": "one"}})
    assert [one.id async for one in store.trunks.all()] == ["trk_1", "trk_4"]
    assert {one.id for one in await store.trunks.waiting(10) if isinstance(one, Trunk)} == {"trk_1", "trk_4"}
    assert [one.id for one in await found(store, page_size="2")] == ["trk_1", "trk_4"]
    with pytest.raises(DocumentUnreadable):
        await store.trunks.get("t_a", "trk_2")
    assert "2 documents of sip_trunks cannot be read" in store.trunks.readable.problem()
    assert await store.trunks.usage("t_a") == Usage(4, 7)
