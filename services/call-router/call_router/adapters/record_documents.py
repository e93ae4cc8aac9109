"""Call records in the collection call_records.

Rule: a record is replaced only when it still holds the events that it was folded from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from call_router.domain.call_record import CallRecord
from call_router.ports import CallFilter
from servicekit.documents import Collection, Document, DuplicateKey


@dataclass(frozen=True, slots=True)
class RecordDocuments:
    """Implements CallStore."""

    collection: Collection

    async def prepare(self) -> None:
        newest_first = [("tenant_id", 1), ("started_at", -1), ("_id", -1)]
        await self.collection.create_index(newest_first)

    async def find(self, call_id: str) -> CallRecord | None:
        found = await self.collection.find_one({"_id": call_id})
        return None if found is None else _record(found)

    async def save(self, record: CallRecord, before: CallRecord | None) -> bool:
        document = _document(record)
        if before is None:
            try:
                await self.collection.insert_one(document)
            except DuplicateKey:
                return False
            return True
        unchanged = {"_id": record.id, "seqs": list(before.seqs)}
        return await self.collection.replace_one(unchanged, document) == 1

    async def page(
        self, tenant_id: str, wanted: CallFilter, after: tuple[datetime, str] | None, limit: int
    ) -> Sequence[CallRecord]:
        conditions: list[dict[str, Any]] = [{"tenant_id": tenant_id}, *_conditions(wanted)]
        if after is not None:
            started_at, call_id = after
            older = {"started_at": {"$lt": started_at}}
            conditions.append({"$or": [older, {"started_at": started_at, "_id": {"$lt": call_id}}]})
        newest_first = (("started_at", -1), ("_id", -1))
        found = await self.collection.find({"$and": conditions}, sort=newest_first, limit=limit)
        return [_record(document) for document in found]


def _conditions(wanted: CallFilter) -> list[dict[str, Any]]:
    conditions: list[dict[str, Any]] = []
    if wanted.trunk_id:
        conditions.append({"trunk_id": wanted.trunk_id})
    if wanted.number:
        conditions.append({"decision.number": wanted.number})
    if wanted.started_after is not None:
        conditions.append({"started_at": {"$gt": wanted.started_after}})
    if wanted.started_before is not None:
        conditions.append({"started_at": {"$lt": wanted.started_before}})
    if wanted.answered is not None:
        conditions.append({"answered_at": {"$ne": None}} if wanted.answered else {"answered_at": None})
    return conditions


def _document(record: CallRecord) -> Document:
    plain: Document = msgspec.to_builtins(record, builtin_types=(datetime,))
    return {"_id": plain.pop("id"), **plain}


def _record(found: Document) -> CallRecord:
    plain = {**found, "id": found["_id"]}
    return msgspec.convert(plain, CallRecord)
