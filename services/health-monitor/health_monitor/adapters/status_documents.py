"""Statuses in the collection trunk_status: the newest of each trunk."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from health_monitor.domain.status import EndpointStatus, Status, Verdict
from health_monitor.domain.trunk import Endpoint
from servicekit.documents import Collection, Document
from servicekit.readable import Readable


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
    """Implements StatusStore."""

    collection: Collection
    readable: Readable[Status] = field(default_factory=lambda: Readable("trunk_status", _status))

    async def load(self) -> Sequence[Status]:
        """Without those that cannot be read: their trunks are judged anew."""
        return self.readable.all([found async for found in self.collection.scan({})])

    async def keep(self, status: Status) -> None:
        await self.collection.replace_one(
            {"_id": status.trunk_id}, {"_id": status.trunk_id, **_fields(status)}, upsert=True
        )
        self.readable.replaced(status.trunk_id)

    async def forget(self, trunk_id: str) -> None:
        await self.collection.delete_one({"_id": trunk_id})
        self.readable.replaced(trunk_id)


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
