"""Numbers in the collection phone_numbers, each with its outbox.

State and outbox entry are written in one update; of all living documents one holds a number.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from phone_sources.adapters.messages import state_value
from phone_sources.domain.e164 import E164
from phone_sources.domain.number import Number
from phone_sources.ports import Held, NumberFilter
from servicekit.clock import Clock
from servicekit.documents import ALIVE, Collection, Document, DuplicateKey
from servicekit.outbox import StateTopic
from servicekit.readable import Readable

TOPIC = "keepline.phone.number.state.v1"
_STATE = StateTopic(TOPIC, "phone-sources", "keepline.phone.v1.NumberState", "keepline.phone.number")


@dataclass(frozen=True, slots=True)
class NumberDocuments:
    """Implements NumberStore; `wrote` is told after each write."""

    collection: Collection
    clock: Clock
    wrote: Callable[[], None]
    readable: Readable[Number] = field(default_factory=lambda: Readable("phone_numbers", _number))

    async def prepare(self) -> None:
        await self.collection.create_index([("tenant_id", 1), ("_id", 1)])
        await self.collection.create_index([("tenant_id", 1), ("trunk_id", 1), ("_id", 1)])
        await self.collection.create_index([("outbox.seq", 1)])
        # a number is free again as soon as it is deleted
        await self.collection.create_index([("e164", 1)], unique=True, partial=ALIVE)

    async def add(self, number: Number) -> Held | None:
        document = {"_id": number.id, **_fields(number), "deleted": False, "outbox": [_entry(number)]}
        while True:
            try:
                await self.collection.insert_one(dict(document))
            except DuplicateKey:
                holder = await self.find(number.e164)
                if holder is None:  # it was deleted between the two looks
                    continue
                return Held(holder)
            self.wrote()
            return None

    async def count(self, tenant_id: str) -> int:
        return await self.collection.count_documents({"tenant_id": tenant_id, **ALIVE})

    async def get(self, tenant_id: str, number_id: str) -> Number | None:
        found = await self.collection.find_one({"_id": number_id, "tenant_id": tenant_id, **ALIVE})
        return None if found is None else self.readable.one(found)

    async def find(self, e164: E164) -> Number | None:
        found = await self.collection.find_one({"e164": e164.value, **ALIVE})
        return None if found is None else self.readable.one(found)

    async def page(
        self, tenant_id: str, wanted: NumberFilter, after: str | None, limit: int
    ) -> Sequence[Number]:
        query: dict[str, Any] = {"tenant_id": tenant_id, **ALIVE}
        if wanted.trunk_id:
            query["trunk_id"] = wanted.trunk_id
        if wanted.query:
            part = {"$regex": re.escape(wanted.query), "$options": "i"}
            query["$or"] = [{"e164": part}, {"label": part}]
        return await self.readable.page_by_id(self.collection, query, after, limit)

    async def remove(self, tenant_id: str, number_id: str) -> bool:
        while found := await self.get(tenant_id, number_id):
            version, now = found.version + 1, self.clock.now()
            tombstone = _STATE.entry(tenant_id, number_id, version, None, now)
            matched = await self.collection.update_one(
                {"_id": number_id, "tenant_id": tenant_id, "version": found.version, **ALIVE},
                {"$set": {"deleted": True, "version": version}, "$push": {"outbox": tombstone}},
            )
            if matched:
                self.wrote()
                return True
        return False  # it was never there, or somebody else removed it


def _entry(number: Number) -> Document:
    return _STATE.entry(number.tenant_id, number.id, number.version, state_value(number), number.created_at)


def _fields(number: Number) -> Document:
    return {
        "tenant_id": number.tenant_id,
        "version": number.version,
        "e164": number.e164.value,
        "source": "sip_trunk",
        "trunk_id": number.trunk_id,
        "label": number.label,
        "created_at": number.created_at,
    }


def _number(found: Document) -> Number:
    return Number(
        found["_id"],
        found["tenant_id"],
        found["version"],
        E164(found["e164"]),
        found["trunk_id"],
        found["label"],
        found["created_at"],
    )
