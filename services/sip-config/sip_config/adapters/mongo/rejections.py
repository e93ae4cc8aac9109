"""Refusals that are alike in the collection sip_rejections, one document for each row.

    {_id, version, tenant_id, trunk_id, code, window_at, others, source_address, called, number, caller, ...,
     count, first_at, last_at, state, rule, explanation, fixed, seen: [[log, position], ...], outbox}

tenant_id "": it belongs to no tenant. They are removed some days after the last refusal; each write is
guarded by the version. The outbox tells of each write, and has the entries of the audit log for fixes that
were applied.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from keepline.sip.v1.rejection_pb2 import RejectionChanged
from servicekit.api import pages
from servicekit.api.lists import ListAsked
from servicekit.audit import Audited
from servicekit.documents import Collection as Documents
from servicekit.documents import Document, DuplicateKey
from servicekit.outbox import StateTopic
from servicekit.paging import Page
from servicekit.readable import Readable
from sip_config.domain.refused.explanation import Explanation, Rule
from sip_config.domain.refused.refusal import Place, Refusal, SaidBy
from sip_config.domain.refused.rejection import Alike, Fixed, Rejection, State

COLLECTION = "sip_rejections"
TOPIC = "keepline.sip.rejection.changes.v1"
_DAY_SECONDS = 24 * 3600
_AUDITED = Audited("rejection", "sip-config")
_CHANGES = StateTopic(
    TOPIC, "sip-config", RejectionChanged.DESCRIPTOR.full_name, "keepline.sip.rejection", traced=False
)
_NO_PLACE = Place("", -1)


@dataclass(frozen=True, slots=True)
class RejectionDocuments:
    """Implements RejectionStore; `wrote` is told when something waits in an outbox."""

    collection: Documents
    days: int
    wrote: Callable[[], None] = lambda: None
    readable: Readable[Rejection] = field(default_factory=lambda: Readable(COLLECTION, _rejection))

    async def prepare(self) -> None:
        await self.collection.create_index([("tenant_id", 1), ("last_at", -1), ("_id", -1)])
        await self.collection.create_index([("tenant_id", 1), ("trunk_id", 1), ("code", 1), ("window_at", 1)])
        await self.collection.create_index([("trunk_id", 1), ("state", 1)])
        await self.collection.create_index([("outbox.seq", 1)])
        await self.collection.create_index([("last_at", 1)], expire_after_seconds=self.days * _DAY_SECONDS)

    async def get(self, tenant_id: str, rejection_id: str) -> Rejection | None:
        found = await self.collection.find_one({"_id": rejection_id, "tenant_id": tenant_id})
        return None if found is None else self.readable.one(found)

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[Rejection]:
        wanted, searched = {"tenant_id": tenant_id}, ("source_address", "called", "number")
        return await pages.page(self.readable, self.collection, wanted, asked, searched=searched)

    async def find(self, ids: Collection[str]) -> Mapping[str, Rejection]:
        found = await self.collection.find({"_id": {"$in": list(ids)}})
        return {row.id: row for row in self.readable.all(found)}

    async def count_rows(self, of: Alike) -> int:
        alike = {"tenant_id": of.tenant_id, "trunk_id": of.trunk_id, "code": of.code}
        return await self.collection.count_documents({**alike, "window_at": of.window_at, "others": False})

    async def open_of_trunks(self, trunk_ids: Collection[str], most: int) -> Sequence[Rejection]:
        wanted = {"trunk_id": {"$in": list(trunk_ids)}, "state": str(State.OPEN)}
        return self.readable.all(await self.collection.find(wanted, sort=_NEWEST, limit=most))

    async def open_of_tenants(self, tenant_ids: Collection[str], most: int) -> Sequence[Rejection]:
        rules = [str(Rule.NUMBER), str(Rule.PLAN)]
        wanted = {"tenant_id": {"$in": list(tenant_ids)}, "state": str(State.OPEN), "rule": {"$in": rules}}
        return self.readable.all(await self.collection.find(wanted, sort=_NEWEST, limit=most))

    async def write(self, row: Rejection) -> bool:
        if row.version > 0:
            written = await self._replaced(row, [])
        else:
            written = await self._added(row)
        self.wrote()
        return written

    async def fix(self, before: Rejection, after: Rejection) -> bool:
        was, now = _fields(before, before.version), _fields(after, before.version + 1)
        at = {"updated_at": after.fixed.at if after.fixed is not None else after.last.at}
        news = _AUDITED.change(after.id, _told(was), {**_told(now), **at})
        written = await self._replaced(after, [news])
        self.wrote()
        return written

    async def trim(self, tenant_id: str, most: int) -> None:
        over = await self.collection.count_documents({"tenant_id": tenant_id}) - most
        if over > 0:
            oldest = await self.collection.find(
                {"tenant_id": tenant_id}, sort=(("last_at", 1),), limit=over, projection={"_id": 1}
            )
            await self.collection.delete_many({"_id": {"$in": [one["_id"] for one in oldest]}})

    async def _added(self, row: Rejection) -> bool:
        try:
            await self.collection.insert_one({"_id": row.id, **_fields(row, 1), "outbox": [_news(row, 1)]})
        except DuplicateKey:
            return False
        return True

    async def _replaced(self, row: Rejection, besides: Sequence[Document]) -> bool:
        one, version = {"_id": row.id, "version": row.version}, row.version + 1
        told = {"outbox": {"$each": [_news(row, version), *besides]}}
        return await self.collection.update_one(one, {"$set": _fields(row, version), "$push": told}) == 1


_NEWEST = (("last_at", -1),)


def _news(row: Rejection, version: int) -> Document:
    at = row.last.at if row.fixed is None else max(row.last.at, row.fixed.at)
    told = RejectionChanged(id=row.id, tenant_id=row.alike.tenant_id, version=version)
    return _CHANGES.entry(row.alike.tenant_id, row.id, version, told.SerializeToString(), at)


def _told(fields: Document) -> Document:
    """Of what a fix changes."""
    return {name: fields[name] for name in ("tenant_id", "version", "state", "fixed")}


def _fields(row: Rejection, version: int) -> Document:
    of, last, fixed = row.alike, row.last, row.fixed
    return {
        "version": version,
        "tenant_id": of.tenant_id,
        "trunk_id": of.trunk_id,
        "code": of.code,
        "window_at": of.window_at,
        "others": of.others,
        "source_address": of.source_address,
        "called": of.called,
        "number": row.number,
        "recognised": last.number,
        "caller": last.caller,
        "sip_status": last.sip_status,
        "said_by": str(last.said_by),
        "method": last.method,
        "about": last.about,
        "call_id": last.call_id,
        "edge_id": last.edge_id,
        "count": row.count,
        "first_at": row.first_at,
        "last_at": last.at,
        "state": str(row.state),
        "rule": str(row.explanation.rule),
        "explanation": msgspec.to_builtins(row.explanation),
        "fixed": None if fixed is None else msgspec.to_builtins(fixed, builtin_types=(datetime,)),
        "seen": [[log, position] for log, position in row.seen.items()],
    }


class _Stored(msgspec.Struct):
    version: int
    tenant_id: str
    trunk_id: str
    code: str
    window_at: datetime
    others: bool
    source_address: str
    called: str
    recognised: str
    caller: str
    sip_status: int
    said_by: SaidBy
    method: str
    call_id: str
    edge_id: str
    count: int
    first_at: datetime
    last_at: datetime
    explanation: Explanation
    fixed: Fixed | None
    seen: list[tuple[str, int]]
    about: str = ""


def _rejection(found: Document) -> Rejection:
    stored = msgspec.convert(found, _Stored)
    of = Alike(
        stored.tenant_id,
        stored.trunk_id,
        stored.code,
        stored.window_at,
        stored.source_address,
        stored.called,
        stored.others,
    )
    last = Refusal(
        stored.last_at,
        stored.tenant_id,
        stored.trunk_id,
        stored.code,
        stored.sip_status,
        stored.said_by,
        stored.source_address,
        stored.called,
        stored.caller,
        stored.recognised,
        stored.call_id,
        stored.edge_id,
        _NO_PLACE,
        stored.method,
        stored.about,
    )
    return Rejection(
        str(found["_id"]),
        stored.version,
        of,
        last,
        stored.count,
        stored.first_at,
        stored.explanation,
        dict(stored.seen),
        stored.fixed,
    )
