"""Statuses in the collection trunk_status: the newest of each trunk."""

from collections.abc import Sequence
from dataclasses import dataclass

from health_monitor.domain.status import EndpointStatus, Status, Verdict
from health_monitor.domain.trunk import Endpoint
from servicekit.documents import Collection, Document


@dataclass(frozen=True, slots=True)
class StatusDocuments:
    """Implements StatusStore."""

    collection: Collection

    async def load(self) -> Sequence[Status]:
        return [_status(found) async for found in self.collection.scan({})]

    async def keep(self, status: Status) -> None:
        await self.collection.replace_one(
            {"_id": status.trunk_id}, {"_id": status.trunk_id, **_fields(status)}, upsert=True
        )

    async def forget(self, trunk_id: str) -> None:
        await self.collection.delete_one({"_id": trunk_id})


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


def _status(found: Document) -> Status:
    endpoints = tuple(
        EndpointStatus(
            Endpoint(row["host"], row["port"], row["transport"]),
            row["edge_id"],
            row["reachable"],
            row["latency_ms"],
        )
        for row in found["endpoints"]
    )
    return Status(
        found["_id"],
        found["tenant_id"],
        found["version"],
        Verdict(found["verdict"]),
        found["sentence"],
        found["since"],
        endpoints,
    )
