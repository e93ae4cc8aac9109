"""API keys in the collection api_keys, each with its outbox: its state, and who changed it.

Of a key's secret only the keyed hash is there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from servicekit.api import pages
from servicekit.api.idempotency import refuse_spent
from servicekit.api.lists import ListAsked
from servicekit.audit import Audited
from servicekit.auth.api_keys.known_keys import RECORD, TOPIC
from servicekit.clock import Clock
from servicekit.documents import ALIVE, Collection, Document, DuplicateKey
from servicekit.outbox import StateTopic
from servicekit.paging import Page
from servicekit.readable import Readable
from sip_config.domain.api_key import ApiKey, KeyFields

COLLECTION = "api_keys"
_STATE = StateTopic(TOPIC, "sip-config", "keepline.auth.v1.ApiKeyState", RECORD)
_AUDITED = Audited("key", "sip-config")


@dataclass(frozen=True, slots=True)
class KeyDocuments:
    """Implements KeyStore; `wrote` is told after each write. told: what the topic says of a key; None where
    API keys are not set up: then they can be revoked, and nothing else."""

    collection: Collection
    clock: Clock
    wrote: Callable[[], None]
    told: Callable[[ApiKey], bytes] | None
    readable: Readable[ApiKey] = field(default_factory=lambda: Readable(COLLECTION, _key))

    async def prepare(self) -> None:
        await self.collection.create_index([("tenant_id", 1), ("_id", 1)])
        await self.collection.create_index([("outbox.seq", 1)])

    async def add(self, key: ApiKey) -> bool:
        fields = _fields(key)
        news = [self._entry(key), _AUDITED.change(key.id, None, fields)]
        document = {"_id": key.id, **fields, "digest": key.digest, "created_by": key.created_by}
        try:
            await self.collection.insert_one({**document, "deleted": False, "outbox": news})
        except DuplicateKey:
            await refuse_spent(self.collection, "key", key.id)
            return False
        self.wrote()
        return True

    async def get(self, tenant_id: str, key_id: str) -> ApiKey | None:
        found = await self.collection.find_one({"_id": key_id, "tenant_id": tenant_id, **ALIVE})
        return None if found is None else self.readable.one(found)

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[ApiKey]:
        wanted = {"tenant_id": tenant_id, **ALIVE}
        return await pages.page(self.readable, self.collection, wanted, asked, searched=("name",))

    async def count(self, tenant_id: str) -> int:
        return await self.collection.count_documents({"tenant_id": tenant_id, **ALIVE})

    async def replace(self, before: ApiKey, after: ApiKey) -> bool:
        fields = _fields(after)
        news = [self._entry(after), _AUDITED.change(after.id, _fields(before), fields)]
        return await self._written(before, {"$set": fields, "$push": {"outbox": {"$each": news}}})

    async def remove(self, key: ApiKey) -> bool:
        version, now = key.version + 1, self.clock.now()
        gone = _STATE.entry(key.tenant_id, key.id, version, None, now)
        news = [gone, _AUDITED.removal(key.tenant_id, key.id, version, now)]
        end = {"deleted": True, "version": version}
        return await self._written(key, {"$set": end, "$push": {"outbox": {"$each": news}}})

    async def tell_again(self, knows: Callable[[str, int], bool]) -> int:
        """Every key that the topic does not hold, as after the loss of a broker: how many."""
        told = 0
        async for found in self.collection.scan({**ALIVE, "outbox.0": {"$exists": False}}):
            for key in self.readable.all([found]):
                if not knows(key.id, key.version):
                    still = {"_id": key.id, "version": key.version, "outbox.0": {"$exists": False}, **ALIVE}
                    told += await self.collection.update_one(still, {"$push": {"outbox": self._entry(key)}})
        self.wrote()
        return told

    async def used(self, key_id: str, at: datetime) -> None:
        """No change of the key: its version stays."""
        await self.collection.update_one({"_id": key_id}, {"$max": {"last_used_at": at}})

    async def _written(self, before: ApiKey, update: Document) -> bool:
        one = {"_id": before.id, "tenant_id": before.tenant_id, "version": before.version, **ALIVE}
        matched = await self.collection.update_one(one, update)
        self.wrote()
        return matched == 1

    def _entry(self, key: ApiKey) -> Document:
        if self.told is None:
            raise LookupError("there is no secret to seal a key's state with")
        return _STATE.entry(key.tenant_id, key.id, key.version, self.told(key), key.updated_at)


def _fields(key: ApiKey) -> Document:
    return {
        "tenant_id": key.tenant_id,
        "version": key.version,
        "name": key.fields.name,
        "role": key.fields.role,
        "scopes": list(key.fields.scopes),
        "expires_at": key.fields.expires_at,
        "created_at": key.created_at,
        "updated_at": key.updated_at,
    }


class _News(msgspec.Struct):
    at: datetime | None = None


class _Stored(msgspec.Struct):
    tenant_id: str
    version: int
    name: str
    role: str
    scopes: list[str]
    expires_at: datetime | None
    digest: bytes
    created_by: str
    created_at: datetime
    updated_at: datetime
    last_used_at: datetime | None = None
    outbox: list[_News] = []


def _key(found: Document) -> ApiKey:
    stored = msgspec.convert(found, _Stored)
    fields = KeyFields(stored.name, stored.role, tuple(stored.scopes), stored.expires_at)
    return ApiKey(
        str(found["_id"]),
        stored.tenant_id,
        stored.version,
        fields,
        stored.digest,
        stored.created_by,
        stored.created_at,
        stored.updated_at,
        stored.last_used_at,
        min((news.at for news in stored.outbox if news.at), default=None),
    )
