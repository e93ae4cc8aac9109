"""The store of health-monitor keeps one contract over the in-memory twin and over a real database.

A process may die between any two steps: what was written is told by the next one, and under the same name.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from harness.components.mongo import Mongo as Server
from health_monitor.adapters.status_documents import AGENT_TOPIC, AGENTS, TOPIC, StatusDocuments
from health_monitor.domain.status import EndpointStatus, Status, Verdict
from health_monitor.domain.trunk import Endpoint
from keepline.health.v1.agent_health_pb2 import AGENT_VERDICT_DOWN, AgentStatus
from keepline.health.v1.trunk_health_pb2 import TrunkStatus
from servicekit.documents import Collection
from servicekit.kafka import Outgoing
from servicekit.mongo import connect
from servicekit.outbox import OutboxRelay
from servicekit.settings import MongoSettings
from servicekit.testing import FakeClock, MemoryCollection, MemoryProducer

NOW = datetime(2026, 11, 23, 9, 0, 0, 123000, tzinfo=UTC)
ROWS = (
    EndpointStatus(Endpoint("192.0.2.1", 5060, "udp"), "edge1", True, 1.5),
    EndpointStatus(Endpoint("2001:db8::1", 5061, "tls"), "edge2", False, None),
)


class Dying(MemoryProducer):
    """Takes the records, and the process dies before it hears of it."""

    async def send_many(self, records: Sequence[Outgoing]) -> None:
        await super().send_many(records)
        raise asyncio.CancelledError


@dataclass
class Store:
    collection: Collection
    statuses: StatusDocuments
    producer: MemoryProducer = field(default_factory=MemoryProducer)

    async def told(self) -> list[tuple[str, str, int | None]]:
        """By a process that has just started: ce_id, ce_type and version of what it sends."""
        relay, before = OutboxRelay(self.collection, self.producer), len(self.producer.sent)
        while await relay.relay_once():
            pass
        return [_named(record) for record in self.producer.sent[before:]]


def _named(record: Outgoing) -> tuple[str, str, int | None]:
    assert (record.topic, record.headers["ce_tenantid"]) == (TOPIC, "t_a")
    version = None if record.value is None else TrunkStatus.FromString(record.value).version
    return record.headers["ce_id"], record.headers["ce_type"].rsplit(".", 2)[1], version


@pytest.fixture(params=["memory", "mongo"])
def server(request: pytest.FixtureRequest) -> Server | None:
    return request.getfixturevalue("mongo") if request.param == "mongo" else None


@pytest_asyncio.fixture
async def store(server: Server | None) -> AsyncIterator[Store]:
    mongo = None
    collection: Collection = MemoryCollection("trunk_status")
    if server is not None:
        mongo = await connect(MongoSettings(uri=server.uri, database=f"contract_{secrets.token_hex(4)}"))
        collection = mongo.collection("trunk_status")
    statuses = StatusDocuments(collection, FakeClock(NOW), lambda: None)
    await statuses.prepare()
    yield Store(collection, statuses)
    if mongo is not None:
        await mongo.close()


def status(version: int = 1, place: int = 1) -> Status:
    return Status(f"trk_{place}", "t_a", version, Verdict.DEGRADED, f"Version {version}.", NOW, ROWS)


async def test_a_status_comes_back_as_it_was_kept(store: Store) -> None:
    await store.statuses.keep(status())
    await store.statuses.keep(status(7, 2))
    await store.statuses.keep(status(8, 2))
    assert await store.statuses.load() == [status(), status(8, 2)]


async def test_what_was_kept_is_told_once_by_whoever_runs_next(store: Store) -> None:
    await store.statuses.keep(status())
    assert await store.told() == [("trk_1:1", "changed", 1)]
    assert await store.told() == []


async def test_a_death_between_telling_and_noting_it_tells_the_same_again(store: Store) -> None:
    await store.statuses.keep(status())
    dying = Dying()
    with pytest.raises(asyncio.CancelledError):
        await OutboxRelay(store.collection, dying).relay_once()
    assert await store.told() == [("trk_1:1", "changed", 1)]
    assert dying.sent == store.producer.sent
    assert await store.told() == []


async def test_while_the_broker_is_away_one_status_of_each_trunk_waits_and_it_is_the_newest(
    store: Store,
) -> None:
    for version in range(1, 50):
        await store.statuses.keep(status(version))
    found = await store.collection.find({})
    assert [len(one["outbox"]) for one in found] == [1]
    assert await store.told() == [("trk_1:49", "changed", 49)]


async def test_a_status_that_changes_while_it_is_told_is_told_again(store: Store) -> None:
    class Changing(MemoryProducer):
        async def send_many(self, records: Sequence[Outgoing]) -> None:
            await super().send_many(records)
            await store.statuses.keep(status(2))

    await store.statuses.keep(status(1))
    await OutboxRelay(store.collection, Changing()).relay_once()
    assert await store.told() == [("trk_1:2", "changed", 2)]


async def test_the_end_of_a_trunk_is_told_whatever_dies_and_leaves_nothing(store: Store) -> None:
    await store.statuses.keep(status(3))
    await store.told()
    await store.statuses.forget(status(3).gone())
    assert await store.statuses.load() == []
    with pytest.raises(asyncio.CancelledError):
        await OutboxRelay(store.collection, Dying()).relay_once()
    assert await store.told() == [("trk_1:4", "deleted", None)]
    assert await store.collection.find({}) == []


async def test_a_trunk_that_was_never_kept_ends_without_a_word(store: Store) -> None:
    await store.statuses.forget(replace(status(), version=1).gone())
    assert await store.told() == []


async def test_an_agents_status_is_kept_as_a_trunks_is_and_told_on_its_own_topic() -> None:
    collection, producer = MemoryCollection("agent_status"), MemoryProducer()
    statuses = StatusDocuments(collection, FakeClock(NOW), lambda: None, AGENTS)
    row = EndpointStatus(Endpoint("192.0.2.9", 5060, "udp"), "edge1", False, None)
    down = Status("agt_1", "t_a", 4, Verdict.DOWN, "Desk has not answered.", NOW, (row,))
    await statuses.keep(down)
    assert await statuses.load() == [down]
    await statuses.forget(down.gone())
    await statuses.keep(replace(down, id="agt_2"))
    while await OutboxRelay(collection, producer).relay_once():
        pass
    assert statuses.readable.name == "agent_status"
    assert {record.topic for record in producer.sent} == {AGENT_TOPIC}
    told = {record.key: record.value for record in producer.sent}
    assert told["agt_1"] is None
    message = AgentStatus.FromString(told["agt_2"] or b"")
    assert (message.verdict, message.reachable, len(message.edges)) == (AGENT_VERDICT_DOWN, False, 1)
    assert {record.headers["ce_type"] for record in producer.sent} == {
        "keepline.agent.status.changed.v1",
        "keepline.agent.status.deleted.v1",
    }
