"""Calls in the collection call_records.

    {_id: call id, revision, tenant_id, trunk_id, started_at, number, answered_at, events: [...]}

The events are the call; what stands beside them is read off them and is there for the filters. A document is
replaced only in the revision that it was read in.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from call_router.adapters.mongo.events import event_document, event_of_document
from call_router.domain.call_history import CallHistory
from call_router.domain.call_record import keys_of
from call_router.ports import CallFilter, Change, Kept
from servicekit.documents import Collection, Document, DuplicateKey, Write
from servicekit.readable import Readable

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

    async def page(
        self, tenant_id: str, wanted: CallFilter, after: tuple[datetime, str] | None, limit: int
    ) -> Sequence[CallHistory]:
        conditions: list[dict[str, Any]] = [{"tenant_id": tenant_id}, *_conditions(wanted)]

        async def ask(last: Document | None, most: int) -> Sequence[Document]:
            place = after if last is None else (last.get("started_at"), last["_id"])
            behind = [] if place is None else [_behind(*place)]
            query = {"$and": [*conditions, *behind]}
            return await self.collection.find(query, sort=_NEWEST_FIRST, limit=most)

        return [kept.history for kept in await self.readable.page(ask, limit)]


def _behind(started_at: datetime | None, call_id: str) -> dict[str, Any]:
    older = {"started_at": {"$lt": started_at}}
    return {"$or": [older, {"started_at": started_at, "_id": {"$lt": call_id}}]}


def _conditions(wanted: CallFilter) -> list[dict[str, Any]]:
    conditions: list[dict[str, Any]] = []
    if wanted.trunk_id:
        conditions.append({"trunk_id": wanted.trunk_id})
    if wanted.number:
        conditions.append({"number": wanted.number})
    if wanted.started_after is not None:
        conditions.append({"started_at": {"$gt": wanted.started_after}})
    if wanted.started_before is not None:
        conditions.append({"started_at": {"$lt": wanted.started_before}})
    if wanted.answered is not None:
        conditions.append({"answered_at": {"$ne": None}} if wanted.answered else {"answered_at": None})
    return conditions


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
        "answered_at": keys.answered_at,
        "events": [event_document(event) for event in history.events],
    }


def _kept(found: Document) -> Kept:
    head = found["_id"], found["tenant_id"], found["trunk_id"]
    events = tuple(event_of_document(*head, event) for event in found["events"])
    if not events:
        raise ValueError("a call without an event")
    return Kept(CallHistory(events), int(found["revision"]))
