"""Calls in the collection call_records.

    {_id: call id, revision, tenant_id, trunk_id, started_at, number, answered, ended, direction, agent_id,
     events: [...]}

The events are the call; what stands beside them is read off them and is there for the filters. A document is
replaced only in the revision that it was read in.
"""

import asyncio
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from call_router.adapters.mongo.events import event_document, event_of_document
from call_router.domain.call_history import CallHistory
from call_router.domain.call_record import keys_of
from call_router.ports import Change, Kept, LatestBy
from servicekit.api import pages
from servicekit.api.lists import ListAsked
from servicekit.documents import Collection, Document, DuplicateKey, Write
from servicekit.paging import Page
from servicekit.readable import Readable

_AT_ONCE = 20
_NEWEST_FIRST = (("started_at", -1), ("_id", -1))


@dataclass(frozen=True, slots=True)
class RecordDocuments:
    """Implements CallStore."""

    collection: Collection
    # calls that started so long ago are removed; 0 keeps all
    keep_days: int = 0
    readable: Readable[Kept] = field(default_factory=lambda: Readable("call_records", _kept))

    async def prepare(self) -> None:
        for path in ((), ("trunk_id",), ("number",)):
            await self.collection.create_index(
                [("tenant_id", 1), *((name, 1) for name in path), *_NEWEST_FIRST]
            )
        await self.collection.create_index(
            [("tenant_id", 1), ("ended", 1), *_NEWEST_FIRST], partial={"ended": False}
        )
        if self.keep_days:
            await self.collection.create_index(
                [("started_at", 1)], expire_after_seconds=self.keep_days * 86_400
            )

    async def find(self, call_ids: Sequence[str]) -> Mapping[str, Kept]:
        found = await self.collection.find({"_id": {"$in": list(call_ids)}})
        return {one["_id"]: kept for one, kept in self.readable.pairs(found)}

    async def write(self, changes: Sequence[Change]) -> Set[str]:
        writes = [Write(_document(change), _over(change)) for change in changes]
        lost: set[str] = set()
        for place, problem in (await self.collection.write_many(writes)).items():
            if not isinstance(problem, DuplicateKey):
                raise problem
            lost.add(changes[place].history.call_id)
        return lost

    async def going_on(self, tenant_id: str, most: int) -> Sequence[Kept]:
        query = {"tenant_id": tenant_id, "ended": False}
        return self.readable.all(await self.collection.find(query, sort=_NEWEST_FIRST, limit=most))

    async def latest(self, tenant_id: str, by: LatestBy, values: Sequence[str]) -> Mapping[str, Kept]:
        async def newest(value: str) -> list[Kept]:
            query = {"tenant_id": tenant_id, by: value}
            return self.readable.all(await self.collection.find(query, sort=_NEWEST_FIRST, limit=1))

        kept: dict[str, Kept] = {}
        for start in range(0, len(values), _AT_ONCE):
            some = values[start : start + _AT_ONCE]
            found = await asyncio.gather(*map(newest, some))
            kept |= {value: calls[0] for value, calls in zip(some, found, strict=True) if calls}
        return kept

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[Kept]:
        return await pages.page(self.readable, self.collection, {"tenant_id": tenant_id}, asked)


def _over(change: Change) -> Mapping[str, Any] | None:
    """When the revision has moved on, the insertion that follows finds the id taken."""
    if change.over_revision == 0:
        return None
    return {"_id": change.history.call_id, "revision": change.over_revision}


def _document(change: Change) -> Document:
    history, keys = change.history, keys_of(change.history)
    return {
        "_id": history.call_id,
        "revision": change.over_revision + 1,
        "tenant_id": history.tenant_id,
        "trunk_id": history.events[0].trunk_id,
        "started_at": keys.started_at,
        "number": keys.number,
        "answered": keys.answered_at is not None,
        "ended": keys.ended,
        "direction": keys.direction,
        "agent_id": keys.agent_id,
        "events": [event_document(event) for event in history.events],
    }


def _kept(found: Document) -> Kept:
    head = found["_id"], found["tenant_id"], found["trunk_id"]
    events = tuple(event_of_document(*head, event) for event in found["events"])
    if not events:
        raise ValueError("a call without an event")
    return Kept(CallHistory(events), int(found["revision"]))
