"""Node reports in the collection node_reports, one document a node; those that are away for a week go."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from servicekit.documents import Collection, Document
from servicekit.readable import Readable
from sip_config.domain.node_report import Held, Limits, NodeReport

FORGET_AFTER = 7 * 86400  # seconds


@dataclass(frozen=True, slots=True)
class ReportDocuments:
    """Implements NodeReportStore."""

    collection: Collection
    readable: Readable[NodeReport] = field(default_factory=lambda: Readable("node_reports", _report))

    async def prepare(self) -> None:
        await self.collection.create_index([("at", 1)], expire_after_seconds=FORGET_AFTER)

    async def get(self, node_id: str) -> NodeReport | None:
        found = await self.collection.find_one({"_id": node_id})
        reports = self.readable.all([found] if found is not None else [])
        return reports[0] if reports else None

    async def all(self, most: int) -> Sequence[NodeReport]:
        return self.readable.all(await self.collection.find({}, limit=most))

    async def put(self, report: NodeReport) -> None:
        await self.collection.replace_one({"_id": report.node_id}, _document(report), upsert=True)
        self.readable.replaced(report.node_id)

    async def seen(self, node_id: str, at: datetime) -> None:
        await self.collection.update_one({"_id": node_id}, {"$max": {"at": at}})


def _document(report: NodeReport) -> Document:
    return {
        "kind": report.kind,
        "version": report.held.version,
        # pairs, because a log's name may hold what a field's name may not
        "revision": [[log, position] for log, position in report.held.revision.items()],
        "at": report.at,
        "nack_reason": report.nack_reason,
        "refused": list(report.refused),
        "set_aside": [[name, reason] for name, reason in report.set_aside.items()],
        "set_aside_count": report.set_aside_count,
        "limits": [report.limits.trunks, report.limits.numbers, report.limits.destinations],
        "capabilities": list(report.capabilities),
        "schema": report.schema,
    }


class _Stored(msgspec.Struct):
    kind: str
    version: str
    revision: list[tuple[str, int]]
    at: datetime
    nack_reason: str
    refused: list[str]
    set_aside: list[tuple[str, str]]
    set_aside_count: int
    limits: tuple[int, int, int]
    capabilities: list[str]
    schema: int


def _report(found: Document) -> NodeReport:
    stored = msgspec.convert(found, _Stored)
    return NodeReport(
        node_id=str(found["_id"]),
        kind=stored.kind,
        held=Held(stored.version, dict(stored.revision)),
        at=stored.at,
        nack_reason=stored.nack_reason,
        refused=tuple(stored.refused),
        set_aside=dict(stored.set_aside),
        set_aside_count=stored.set_aside_count,
        limits=Limits(*stored.limits),
        capabilities=tuple(stored.capabilities),
        schema=stored.schema,
    )
