"""Trunks in the collection sip_trunks, each with its outbox.

State and outbox entry are written in one update, guarded by the version.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from servicekit.api import pages
from servicekit.api.idempotency import refuse_spent
from servicekit.api.lists import ListAsked
from servicekit.audit import Audited
from servicekit.clock import Clock
from servicekit.documents import ALIVE, Collection, Document, DuplicateKey
from servicekit.outbox import StateTopic
from servicekit.paging import Page
from servicekit.readable import Readable
from sip_config.adapters.messages.trunks import state_value
from sip_config.domain.trunk import Endpoint, Trunk, TrunkFields
from sip_config.ports import Deleted, Usage
from siptypes.endpoints import Transport

TOPIC = "keepline.sip.trunk.state.v1"
_STATE = StateTopic(TOPIC, "sip-config", "keepline.sip.v1.TrunkState", "keepline.sip.trunk")
_AUDITED = Audited("trunk", "sip-config")


@dataclass(frozen=True, slots=True)
class TrunkDocuments:
    """Implements TrunkStore; `wrote` is told after each write."""

    collection: Collection
    clock: Clock
    wrote: Callable[[], None]
    readable: Readable[Trunk] = field(default_factory=lambda: Readable("sip_trunks", _trunk))

    async def prepare(self) -> None:
        await self.collection.create_index([("tenant_id", 1), ("_id", 1)])
        await self.collection.create_index([("outbox.seq", 1)])
        # a label is free again as soon as its trunk is deleted
        await self.collection.create_index([("domain", 1)], unique=True, partial=ALIVE)

    async def add(self, trunk: Trunk) -> bool:
        news = [_entry(trunk), _AUDITED.change(trunk.id, None, trunk_fields(trunk))]
        document = {"_id": trunk.id, **trunk_fields(trunk), "deleted": False, "outbox": news}
        try:
            await self.collection.insert_one(document)
        except DuplicateKey:
            await refuse_spent(self.collection, "trunk", trunk.id)
            return False
        self.wrote()
        return True

    async def get(self, tenant_id: str, trunk_id: str) -> Trunk | None:
        found = await self.collection.find_one({"_id": trunk_id, "tenant_id": tenant_id, **ALIVE})
        return None if found is None else self.readable.one(found)

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[Trunk]:
        wanted = {"tenant_id": tenant_id, **ALIVE}
        return await pages.page(self.readable, self.collection, wanted, asked, searched=("name", "domain"))

    async def replace(self, trunk: Trunk, before: Trunk | None = None) -> bool:
        fields = trunk_fields(trunk)
        news = [_entry(trunk), _AUDITED.change(trunk.id, trunk_fields(before or trunk), fields)]
        matched = await self.collection.update_one(
            self._version_before(trunk.tenant_id, trunk.id, trunk.version),
            {"$set": fields, "$push": {"outbox": {"$each": news}}},
        )
        self.wrote()
        return matched == 1

    def unwritten(self) -> "TrunkDocuments":
        return _Unwritten(self.collection, self.clock, self.wrote, self.readable)

    async def remove(self, tenant_id: str, trunk_id: str, version: int) -> bool:
        after = version + 1
        now = self.clock.now()
        gone = _STATE.entry(tenant_id, trunk_id, after, None, now)
        news = [gone, _AUDITED.removal(tenant_id, trunk_id, after, now)]
        matched = await self.collection.update_one(
            self._version_before(tenant_id, trunk_id, after),
            {"$set": {"deleted": True, "version": after}, "$push": {"outbox": {"$each": news}}},
        )
        self.wrote()
        return matched == 1

    async def all(self) -> AsyncIterator[Trunk]:
        async for found in self.collection.scan(ALIVE):
            for trunk in self.readable.all([found]):
                yield trunk

    async def waiting(self, most: int) -> Sequence[Trunk | Deleted]:
        found = await self.collection.find({"outbox.seq": {"$gt": 0}}, limit=most)
        gone = [Deleted(one["_id"]) for one in found if one["deleted"]]
        return [*gone, *self.readable.all(one for one in found if not one["deleted"])]

    async def usage(self, tenant_id: str) -> Usage:
        wanted = {"tenant_id": tenant_id, **ALIVE}
        found = await self.collection.find(wanted, projection={"endpoints": 1})
        return Usage(len(found), sum(len(one.get("endpoints") or ()) for one in found))

    def _version_before(self, tenant_id: str, trunk_id: str, version: int) -> Document:
        return {"_id": trunk_id, "tenant_id": tenant_id, "version": version - 1, **ALIVE}


class _Unwritten(TrunkDocuments):
    async def add(self, trunk: Trunk) -> bool:
        return await self.collection.find_one({"domain": trunk.domain, **ALIVE}) is None

    async def replace(self, trunk: Trunk, before: Trunk | None = None) -> bool:
        wanted = self._version_before(trunk.tenant_id, trunk.id, trunk.version)
        return await self.collection.find_one(wanted) is not None


def _entry(trunk: Trunk) -> Document:
    return _STATE.entry(trunk.tenant_id, trunk.id, trunk.version, state_value(trunk), trunk.updated_at)


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


class _StoredEndpoint(msgspec.Struct):
    host: str
    port: int
    transport: Transport


class _Stored(msgspec.Struct):
    tenant_id: str
    version: int
    domain: str
    name: str
    source_cidrs: list[str]
    country: str
    endpoints: list[_StoredEndpoint]
    enabled: bool
    created_at: datetime
    updated_at: datetime


def _trunk(found: Document) -> Trunk:
    stored = msgspec.convert(found, _Stored)
    endpoints = tuple(Endpoint(e.host, e.port, e.transport) for e in stored.endpoints)
    fields = TrunkFields(stored.name, tuple(stored.source_cidrs), stored.country, endpoints, stored.enabled)
    return Trunk(
        str(found["_id"]),
        stored.tenant_id,
        stored.version,
        stored.domain,
        fields,
        stored.created_at,
        stored.updated_at,
    )
