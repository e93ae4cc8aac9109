"""Onboardings in the collection sip_onboardings, each with its outbox.

    {_id, version, revision, tenant_id, line, provider_name, trunk_id, numbers, agent_id, plan_id, armed,
     state, done: {step: at}, armed_at, tested, skipped_test_at, emergency_acknowledged_at, live_at,
     created_at, updated_at, refused: [{rejection_id, code, at, fix, fixed_at}], removed, outbox}

Each write is guarded by the revision; the version is of what the tenant reads. A deleted one stays without
what tells of its line, for the statistics, until it is removed with the others by its age.
"""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from servicekit.api import pages
from servicekit.api.idempotency import refuse_spent
from servicekit.api.lists import ListAsked
from servicekit.audit import Audited
from servicekit.documents import Collection as Documents
from servicekit.documents import Document, DuplicateKey
from servicekit.paging import Page
from servicekit.readable import Readable
from sip_config.adapters.messages.onboarding_events import entries
from sip_config.domain.onboarding.news import news_of
from sip_config.domain.onboarding.onboarding import (
    Line,
    OnboardedNumber,
    Onboarding,
    OnboardingFields,
    OnboardingState,
    Refused,
    Step,
    TestedBy,
)

COLLECTION = "sip_onboardings"
_DAY_SECONDS = 24 * 3600
OPEN_LOOKED_AT = 100
"""Of each tenant: one that has more of them keeps nobody else's from being seen."""
_AUDITED = Audited("onboarding", "sip-config")
_OURS = frozenset({"revision", "refused", "done", "armed", "removed"})
_SHOWN = {"removed": False}
"""Not `deleted`, which has a relay take the document away."""


@dataclass(frozen=True, slots=True)
class OnboardingDocuments:
    """Implements OnboardingStore; `wrote` is told after each write."""

    collection: Documents
    days: int
    wrote: Callable[[], None] = lambda: None
    readable: Readable[Onboarding] = field(default_factory=lambda: Readable(COLLECTION, _onboarding))

    async def prepare(self) -> None:
        await self.collection.create_index([("tenant_id", 1), ("created_at", -1), ("_id", -1)])
        await self.collection.create_index([("tenant_id", 1), ("refused.rejection_id", 1)])
        await self.collection.create_index([("state", 1), ("tenant_id", 1)])
        await self.collection.create_index([("state", 1), ("updated_at", 1)])
        await self.collection.create_index([("created_at", 1)])
        await self.collection.create_index([("outbox.seq", 1)])
        await self.collection.create_index([("updated_at", 1)], expire_after_seconds=self.days * _DAY_SECONDS)

    async def add(self, one: Onboarding) -> bool:
        fields = _fields(one)
        news = [*entries(one, news_of(None, one)), _AUDITED.change(one.id, None, _told(fields))]
        try:
            await self.collection.insert_one({"_id": one.id, **fields, "outbox": news})
        except DuplicateKey:
            await refuse_spent(self.collection, "onboarding", one.id, "removed")
            return False
        self.wrote()
        return True

    async def get(self, tenant_id: str, onboarding_id: str) -> Onboarding | None:
        found = await self.collection.find_one({"_id": onboarding_id, "tenant_id": tenant_id, **_SHOWN})
        return None if found is None else self.readable.one(found)

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[Onboarding]:
        return await pages.page(self.readable, self.collection, {"tenant_id": tenant_id, **_SHOWN}, asked)

    async def count(self, tenant_id: str) -> int:
        return await self.collection.count_documents({"tenant_id": tenant_id, **_SHOWN})

    async def replace(self, before: Onboarding, after: Onboarding) -> bool:
        if after.deleted:
            audit = _AUDITED.removal(after.tenant_id, after.id, after.version, after.updated_at)
        else:
            audit = _AUDITED.change(after.id, _told(_fields(before)), _told(_fields(after)))
        return await self._written(before, after, [audit])

    async def note(self, before: Onboarding, after: Onboarding) -> bool:
        return await self._written(before, after, [])

    async def open_of(self, tenant_ids: Collection[str]) -> Sequence[Onboarding]:
        wanted: Document = {"state": str(OnboardingState.OPEN), "tenant_id": {"$in": list(tenant_ids)}}
        having = await self.collection.find(wanted, projection={"tenant_id": 1})
        found: list[Onboarding] = []
        for tenant_id in sorted({one["tenant_id"] for one in having}):
            own = {"state": str(OnboardingState.OPEN), "tenant_id": tenant_id}
            newest = await self.collection.find(own, sort=[("_id", -1)], limit=OPEN_LOOKED_AT)
            found += self.readable.all(newest)
        return found

    async def that_met(self, tenant_id: str, rejection_id: str) -> Sequence[Onboarding]:
        wanted = {"tenant_id": tenant_id, "refused.rejection_id": rejection_id}
        return self.readable.all(await self.collection.find(wanted))

    async def idle(self, since: datetime, most: int) -> Sequence[Onboarding]:
        wanted = {"state": str(OnboardingState.OPEN), "updated_at": {"$lte": since}}
        return self.readable.all(await self.collection.find(wanted, sort=[("updated_at", 1)], limit=most))

    async def begun_between(self, begin: datetime, end: datetime) -> AsyncIterator[Onboarding]:
        async for found in self.collection.scan({"created_at": {"$gte": begin, "$lt": end}}):
            for one in self.readable.all([found]):
                yield one

    async def _written(self, before: Onboarding, after: Onboarding, besides: Sequence[Document]) -> bool:
        one = {"_id": before.id, "tenant_id": before.tenant_id, "revision": before.revision, **_SHOWN}
        news = [*entries(after, news_of(before, after)), *besides]
        update = {"$set": _fields(after), "$push": {"outbox": {"$each": news}}}
        matched = await self.collection.update_one(one, update)
        self.wrote()
        return matched == 1


def _told(fields: Document) -> Document:
    """Of what its tenant changes."""
    return {name: value for name, value in fields.items() if name not in _OURS}


def _fields(one: Onboarding) -> Document:
    written: Document = {
        "version": one.version,
        "revision": one.revision,
        "tenant_id": one.tenant_id,
        "state": str(one.state),
        **msgspec.to_builtins(one.fields),
        "done": {str(step): at for step, at in one.done.items()},
        "armed_at": one.armed_at,
        "tested": None if one.tested is None else msgspec.to_builtins(one.tested, builtin_types=(datetime,)),
        "skipped_test_at": one.skipped_test_at,
        "emergency_acknowledged_at": one.emergency_acknowledged_at,
        "live_at": one.live_at,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "refused": msgspec.to_builtins(one.refused, builtin_types=(datetime,)),
        "removed": one.deleted,
    }
    return written


class _Stored(msgspec.Struct):
    version: int
    revision: int
    tenant_id: str
    state: OnboardingState
    line: Line
    provider_name: str
    trunk_id: str
    numbers: list[OnboardedNumber]
    agent_id: str
    plan_id: str
    armed: bool
    done: dict[Step, datetime]
    armed_at: datetime | None
    tested: TestedBy | None
    skipped_test_at: datetime | None
    emergency_acknowledged_at: datetime | None
    live_at: datetime | None
    created_at: datetime
    updated_at: datetime
    refused: list[Refused]
    removed: bool


def _onboarding(found: Document) -> Onboarding:
    stored = msgspec.convert(found, _Stored)
    fields = OnboardingFields(
        stored.line,
        stored.provider_name,
        stored.trunk_id,
        tuple(stored.numbers),
        stored.agent_id,
        stored.plan_id,
        stored.armed,
    )
    return Onboarding(
        str(found["_id"]),
        stored.tenant_id,
        stored.version,
        stored.revision,
        fields,
        stored.state,
        stored.done,
        stored.created_at,
        stored.updated_at,
        stored.armed_at,
        stored.tested,
        stored.skipped_test_at,
        stored.emergency_acknowledged_at,
        stored.live_at,
        tuple(stored.refused),
        stored.removed,
    )
