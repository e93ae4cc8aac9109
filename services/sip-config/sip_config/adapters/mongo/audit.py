"""The audit log in the collection audit: an entry for each change, kept for a time that the settings say."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from servicekit.api import pages
from servicekit.api.lists import ListAsked
from servicekit.documents import Collection, Document, Write
from servicekit.paging import Page
from servicekit.readable import Readable
from sip_config.domain.audit import AuditEntry

COLLECTION = "audit"
_DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class AuditDocuments:
    """Implements AuditStore."""

    collection: Collection
    days: int
    readable: Readable[AuditEntry] = field(default_factory=lambda: Readable(COLLECTION, _entry))

    async def prepare(self) -> None:
        await self.collection.create_index([("tenant_id", 1), ("_id", -1)])
        await self.collection.create_index([("at", 1)], expire_after_seconds=self.days * _DAY_SECONDS)

    async def keep(self, entries: Sequence[AuditEntry]) -> None:
        """What is there already stays as it is."""
        writes = [Write(_document(entry), {"_id": entry.id}) for entry in entries]
        if writes:
            for problem in (await self.collection.write_many(writes)).values():
                raise problem

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[AuditEntry]:
        return await pages.page(self.readable, self.collection, {"tenant_id": tenant_id}, asked)

    async def get(self, tenant_id: str, entry_id: str) -> AuditEntry | None:
        found = await self.collection.find_one({"_id": entry_id, "tenant_id": tenant_id})
        return None if found is None else self.readable.one(found)


class _Stored(msgspec.Struct):
    tenant_id: str
    at: datetime
    actor: str
    role: str
    key_id: str
    address: str
    request_id: str
    action: str
    resource: str
    resource_id: str
    version: int
    fields: list[str]
    service: str


def _document(entry: AuditEntry) -> Document:
    fields: dict[str, Any] = {name: getattr(entry, name) for name in _Stored.__struct_fields__}
    return {"_id": entry.id, **fields, "fields": list(entry.fields)}


def _entry(found: Document) -> AuditEntry:
    stored = msgspec.convert(found, _Stored)
    fields = {name: getattr(stored, name) for name in _Stored.__struct_fields__}
    return AuditEntry(id=str(found["_id"]), **{**fields, "fields": tuple(stored.fields)})
