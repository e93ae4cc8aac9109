"""Numbers in the collection phone_numbers, each with its outbox.

State and outbox entry are written in one update; of all living documents one holds a number.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from phone_sources.adapters.messages import state_value
from phone_sources.domain.e164 import E164
from phone_sources.domain.number import Number, NumberFields
from phone_sources.ports import Held
from servicekit.api import pages
from servicekit.api.idempotency import refuse_spent
from servicekit.api.lists import ListAsked
from servicekit.audit import Audited
from servicekit.clock import Clock
from servicekit.documents import ALIVE, Document, DuplicateKey, Write
from servicekit.documents import Collection as Documents
from servicekit.outbox import StateTopic
from servicekit.paging import Page
from servicekit.readable import Readable

TOPIC = "keepline.phone.number.state.v1"
_STATE = StateTopic(TOPIC, "phone-sources", "keepline.phone.v1.NumberState", "keepline.phone.number")
_AUDITED = Audited("number", "phone-sources")


@dataclass(frozen=True, slots=True)
class NumberDocuments:
    """Implements NumberStore; `wrote` is told after each write."""

    collection: Documents
    clock: Clock
    wrote: Callable[[], None]
    readable: Readable[Number] = field(default_factory=lambda: Readable("phone_numbers", _number))

    async def prepare(self) -> None:
        await self.collection.create_index([("tenant_id", 1), ("_id", 1)])
        await self.collection.create_index([("tenant_id", 1), ("trunk_id", 1), ("_id", 1)])
        await self.collection.create_index([("outbox.seq", 1)])
        # a number is free again as soon as it is deleted
        await self.collection.create_index([("number", 1)], unique=True, partial=ALIVE)

    async def add(self, number: Number) -> Held | None:
        while True:
            try:
                await self.collection.insert_one(_new(number))
            except DuplicateKey:
                await refuse_spent(self.collection, "number", number.id)
                holder = await self.get(number.tenant_id, number.id) or await self.find(number.e164)
                if holder is None:  # it was deleted between the two looks
                    continue
                return Held(holder)
            self.wrote()
            return None

    async def add_all(self, numbers: Sequence[Number]) -> Mapping[int, Held]:
        refused = await self.collection.write_many([Write(_new(number)) for number in numbers])
        self.wrote()
        held: dict[int, Held] = {}
        for place, problem in refused.items():
            if not isinstance(problem, DuplicateKey):
                raise problem
            if (by := await self.add(numbers[place])) is not None:
                held[place] = by
        return held

    async def count(self, tenant_id: str) -> int:
        return await self.collection.count_documents({"tenant_id": tenant_id, **ALIVE})

    async def get(self, tenant_id: str, number_id: str) -> Number | None:
        found = await self.collection.find_one({"_id": number_id, "tenant_id": tenant_id, **ALIVE})
        return None if found is None else self.readable.one(found)

    async def find(self, e164: E164) -> Number | None:
        found = await self.collection.find_one({"number": e164.value, **ALIVE})
        return None if found is None else self.readable.one(found)

    async def find_all(self, numbers: Collection[E164]) -> Sequence[Number]:
        wanted = {"number": {"$in": [one.value for one in numbers]}, **ALIVE}
        return self.readable.all(await self.collection.find(wanted))

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[Number]:
        wanted = {"tenant_id": tenant_id, **ALIVE}
        return await pages.page(self.readable, self.collection, wanted, asked, searched=("number", "label"))

    async def replace(self, number: Number, before: Number | None = None) -> bool:
        fields = _fields(number)
        news = [_entry(number), _AUDITED.change(number.id, _fields(before or number), fields)]
        matched = await self.collection.update_one(
            {"_id": number.id, "tenant_id": number.tenant_id, "version": number.version - 1, **ALIVE},
            {"$set": fields, "$push": {"outbox": {"$each": news}}},
        )
        self.wrote()
        return matched == 1

    def unwritten(self) -> "NumberDocuments":
        return _Unwritten(self.collection, self.clock, self.wrote, self.readable)

    async def remove(self, tenant_id: str, number_id: str, version: int) -> bool:
        now = self.clock.now()
        gone = _STATE.entry(tenant_id, number_id, version + 1, None, now)
        news = [gone, _AUDITED.removal(tenant_id, number_id, version + 1, now)]
        matched = await self.collection.update_one(
            {"_id": number_id, "tenant_id": tenant_id, "version": version, **ALIVE},
            {"$set": {"deleted": True, "version": version + 1}, "$push": {"outbox": {"$each": news}}},
        )
        self.wrote()
        return matched == 1


class _Unwritten(NumberDocuments):
    async def add(self, number: Number) -> Held | None:
        by = await self.find(number.e164)
        return None if by is None else Held(by)

    async def replace(self, number: Number, before: Number | None = None) -> bool:
        current = await self.get(number.tenant_id, number.id)
        return current is not None and current.version == number.version - 1


def _new(number: Number) -> Document:
    fields = _fields(number)
    news = [_entry(number), _AUDITED.change(number.id, None, fields)]
    return {"_id": number.id, **fields, "deleted": False, "outbox": news}


def _entry(number: Number) -> Document:
    return _STATE.entry(number.tenant_id, number.id, number.version, state_value(number), number.updated_at)


def _fields(number: Number) -> Document:
    return {
        "tenant_id": number.tenant_id,
        "version": number.version,
        "number": number.e164.value,
        "source": "sip_trunk",
        "trunk_id": number.trunk_id,
        "label": number.label,
        "created_at": number.created_at,
        "updated_at": number.updated_at,
    }


def _number(found: Document) -> Number:
    return Number(
        found["_id"],
        found["tenant_id"],
        found["version"],
        E164(found["number"]),
        NumberFields(found["trunk_id"], found["label"]),
        found["created_at"],
        found["updated_at"],
    )
