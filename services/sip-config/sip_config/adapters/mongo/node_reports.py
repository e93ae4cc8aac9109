"""Node reports in the collection node_reports, one document a node; those that are away for a week go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from servicekit.documents import Collection, Document
from sip_config.domain.node_report import Held, Limits, NodeReport

FORGET_AFTER = 7 * 86400  # seconds


@dataclass(frozen=True, slots=True)
class ReportDocuments:
    """Implements NodeReportStore."""

    collection: Collection

    async def prepare(self) -> None:
        await self.collection.create_index([("at", 1)], expire_after_seconds=FORGET_AFTER)

    async def get(self, node_id: str) -> NodeReport | None:
        found = await self.collection.find_one({"_id": node_id})
        return None if found is None else _report(found)

    async def all(self, most: int) -> Sequence[NodeReport]:
        return [_report(found) for found in await self.collection.find({}, limit=most)]

    async def put(self, report: NodeReport) -> None:
        await self.collection.replace_one({"_id": report.node_id}, _document(report), upsert=True)

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


def _report(found: Document) -> NodeReport:
    return NodeReport(
        node_id=found["_id"],
        kind=found["kind"],
        held=Held(found["version"], dict(found["revision"])),
        at=found["at"],
        nack_reason=found["nack_reason"],
        refused=tuple(found["refused"]),
        set_aside=dict(found["set_aside"]),
        set_aside_count=found["set_aside_count"],
        limits=Limits(*found["limits"]),
        capabilities=tuple(found["capabilities"]),
        schema=found["schema"],
    )
