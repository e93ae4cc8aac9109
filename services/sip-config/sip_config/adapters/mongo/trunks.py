"""Trunks in the collection sip_trunks, each with its outbox.

State and outbox entry are written in one update, guarded by the version.
"""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from servicekit.clock import Clock
from servicekit.documents import Collection, Document, DuplicateKey
from servicekit.kafka import cloud_event
from servicekit.outbox import entry
from sip_config.adapters.messages.trunks import state_value
from sip_config.domain.trunk import Endpoint, Trunk, TrunkFields
from sip_config.ports import Deleted, Usage
from siptypes.endpoints import Transport

TOPIC = "keepline.sip.trunk.state.v1"
_KIND = "keepline.sip.v1.TrunkState"
_ALIVE = {"deleted": False}


@dataclass(frozen=True, slots=True)
class TrunkDocuments:
    """Implements TrunkStore; `wrote` is told after each write."""

    collection: Collection
    clock: Clock
    wrote: Callable[[], None]

    async def prepare(self) -> None:
        await self.collection.create_index([("tenant_id", 1), ("_id", 1)])
        await self.collection.create_index([("outbox.seq", 1)])
        # a label is free again as soon as its trunk is deleted
        await self.collection.create_index([("domain", 1)], unique=True, partial=_ALIVE)

    async def add(self, trunk: Trunk) -> bool:
        document = {"_id": trunk.id, **trunk_fields(trunk), "deleted": False, "outbox": [self._entry(trunk)]}
        try:
            await self.collection.insert_one(document)
        except DuplicateKey:
            return False
        self.wrote()
        return True

    async def get(self, tenant_id: str, trunk_id: str) -> Trunk | None:
        found = await self.collection.find_one({"_id": trunk_id, "tenant_id": tenant_id, **_ALIVE})
        return None if found is None else _trunk(found)

    async def page(self, tenant_id: str, query: str, after: str | None, limit: int) -> Sequence[Trunk]:
        wanted: dict[str, Any] = {"tenant_id": tenant_id, **_ALIVE}
        if after is not None:
            wanted["_id"] = {"$gt": after}
        if query:
            part = {"$regex": re.escape(query), "$options": "i"}
            wanted["$or"] = [{"name": part}, {"domain": part}]
        return [_trunk(found) for found in await self.collection.find(wanted, limit=limit)]

    async def replace(self, trunk: Trunk) -> bool:
        matched = await self.collection.update_one(
            self._version_before(trunk.tenant_id, trunk.id, trunk.version),
            {"$set": trunk_fields(trunk), "$push": {"outbox": self._entry(trunk)}},
        )
        self.wrote()
        return matched == 1

    async def remove(self, tenant_id: str, trunk_id: str, version: int) -> bool:
        after, now = version + 1, self.clock.now()
        headers = cloud_event("sip-config", _KIND, f"{trunk_id}:{after}", now, subject=trunk_id)
        tombstone = entry(after, TOPIC, trunk_id, None, headers, at=now)
        matched = await self.collection.update_one(
            self._version_before(tenant_id, trunk_id, after),
            {"$set": {"deleted": True, "version": after}, "$push": {"outbox": tombstone}},
        )
        self.wrote()
        return matched == 1

    async def all(self) -> AsyncIterator[Trunk]:
        async for found in self.collection.scan(_ALIVE):
            yield _trunk(found)

    async def waiting(self, most: int) -> Sequence[Trunk | Deleted]:
        found = await self.collection.find({"outbox.seq": {"$gt": 0}}, limit=most)
        return [Deleted(one["_id"]) if one["deleted"] else _trunk(one) for one in found]

    async def usage(self, tenant_id: str) -> Usage:
        wanted = {"tenant_id": tenant_id, **_ALIVE}
        found = await self.collection.find(wanted, projection={"endpoints": 1})
        return Usage(len(found), sum(len(one["endpoints"]) for one in found))

    def _version_before(self, tenant_id: str, trunk_id: str, version: int) -> Document:
        return {"_id": trunk_id, "tenant_id": tenant_id, "version": version - 1, **_ALIVE}

    def _entry(self, trunk: Trunk) -> Document:
        event_id = f"{trunk.id}:{trunk.version}"
        headers = cloud_event("sip-config", _KIND, event_id, trunk.updated_at, subject=trunk.id)
        return entry(trunk.version, TOPIC, trunk.id, state_value(trunk), headers, at=trunk.updated_at)


def trunk_fields(trunk: Trunk) -> Document:
    fields = trunk.fields
    return {
        "tenant_id": trunk.tenant_id,
        "version": trunk.version,
        "domain": trunk.domain,
        "name": fields.name,
        "source_cidrs": list(fields.source_cidrs),
        "country": fields.country,
        "endpoints": [
            {"host": e.host, "port": e.port, "transport": str(e.transport)} for e in fields.endpoints
        ],
        "enabled": fields.enabled,
        "created_at": trunk.created_at,
        "updated_at": trunk.updated_at,
    }


def _trunk(found: Document) -> Trunk:
    endpoints = tuple(Endpoint(e["host"], e["port"], Transport(e["transport"])) for e in found["endpoints"])
    fields = TrunkFields(
        found["name"], tuple(found["source_cidrs"]), found["country"], endpoints, found["enabled"]
    )
    return Trunk(
        found["_id"],
        found["tenant_id"],
        found["version"],
        found["domain"],
        fields,
        found["created_at"],
        found["updated_at"],
    )
