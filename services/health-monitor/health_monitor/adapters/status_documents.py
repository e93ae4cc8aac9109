"""Statuses in the collections trunk_status and agent_status: the newest of each, with its outbox.

    {_id: id of the trunk or agent, tenant_id, version, verdict, ..., deleted, outbox: [entry]}

A status and what is told of it are written in one update. Each status is whole, so the newest takes the place
of one that still waits to be told: what waits has a bound, however long the broker is away.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from google.protobuf.message import Message

from health_monitor.adapters.agent_messages import agent_status_message
from health_monitor.adapters.messages import status_message
from health_monitor.domain.status import EndpointStatus, Gone, Status, Verdict
from health_monitor.domain.trunk import Endpoint
from keepline.health.v1.agent_health_pb2 import AgentStatus
from keepline.health.v1.trunk_health_pb2 import TrunkStatus
from servicekit.clock import Clock
from servicekit.documents import Collection, Document
from servicekit.outbox import StateTopic
from servicekit.readable import Readable

TOPIC = "keepline.trunk.status.v1"
AGENT_TOPIC = "keepline.agent.status.v1"


@dataclass(frozen=True, slots=True)
class Kept:
    """collection: its name; encode: a status as the topic tells it."""

    collection: str
    topic: StateTopic
    encode: Callable[[Status], bytes]


def _kept(topic: str, message: str, record: str, encode: Callable[[Status], Message]) -> Kept:
    told = StateTopic(topic, "health-monitor", message, record, traced=False)
    name = record.removeprefix("keepline.").replace(".", "_")
    return Kept(name, told, lambda status: encode(status).SerializeToString())


TRUNKS = _kept(TOPIC, TrunkStatus.DESCRIPTOR.full_name, "keepline.trunk.status", status_message)
AGENTS = _kept(AGENT_TOPIC, AgentStatus.DESCRIPTOR.full_name, "keepline.agent.status", agent_status_message)


class _Row(msgspec.Struct):
    host: str
    port: int
    transport: str
    edge_id: str
    reachable: bool
    latency_ms: float | None


class _Stored(msgspec.Struct):
    tenant_id: str
    version: int
    verdict: Verdict
    sentence: str
    since: datetime
    endpoints: list[_Row]


def _status(found: Document) -> Status:
    stored = msgspec.convert(found, _Stored)
    endpoints = tuple(
        EndpointStatus(
            Endpoint(row.host, row.port, row.transport), row.edge_id, row.reachable, row.latency_ms
        )
        for row in stored.endpoints
    )
    return Status(
        str(found["_id"]),
        stored.tenant_id,
        stored.version,
        stored.verdict,
        stored.sentence,
        stored.since,
        endpoints,
    )


@dataclass(frozen=True, slots=True)
class StatusDocuments:
    """Implements StatusStore; `wrote` is told after each write."""

    collection: Collection
    clock: Clock
    wrote: Callable[[], None]
    kept: Kept = TRUNKS
    readable: Readable[Status] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "readable", Readable(self.kept.collection, _status))

    async def prepare(self) -> None:
        await self.collection.create_index([("outbox.seq", 1)])

    async def load(self) -> Sequence[Status]:
        """Without those that cannot be read: they are judged anew."""
        return self.readable.all([found async for found in self.collection.scan({"deleted": {"$ne": True}})])

    async def keep(self, status: Status) -> None:
        news = self._entry(status, self.kept.encode(status))
        kept = {**_fields(status), "deleted": False, "outbox": [news]}
        await self.collection.update_one({"_id": status.id}, {"$set": kept}, upsert=True)
        self._wrote(status.id)

    async def forget(self, gone: Gone) -> None:
        """What was never kept was never told."""
        end = {"version": gone.version, "deleted": True, "outbox": [self._entry(gone, None)]}
        await self.collection.update_one({"_id": gone.id}, {"$set": end})
        self._wrote(gone.id)

    def _entry(self, news: Status | Gone, value: bytes | None) -> Document:
        return self.kept.topic.entry(news.tenant_id, news.id, news.version, value, self.clock.now())

    def _wrote(self, subject_id: str) -> None:
        self.readable.replaced(subject_id)
        self.wrote()


def _fields(status: Status) -> Document:
    return {
        "tenant_id": status.tenant_id,
        "version": status.version,
        "verdict": status.verdict.value,
        "sentence": status.sentence,
        "since": status.since,
        "endpoints": [
            {
                "host": row.endpoint.host,
                "port": row.endpoint.port,
                "transport": row.endpoint.transport,
                "edge_id": row.edge_id,
                "reachable": row.reachable,
                "latency_ms": row.latency_ms,
            }
            for row in status.endpoints
        ],
    }
