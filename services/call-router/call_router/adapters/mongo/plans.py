"""Plans in the collection routing_plans, each with its outbox.

A unique index over (tenant, number) lets a number be in one plan only. A plan without numbers, and a
deleted one, has no field `numbers` and so no place in that index.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from call_router.adapters.mongo.outbox import AUDITED_PLANS, PLANS
from call_router.adapters.mongo.plan_document import (
    fields_document,
    numbers_document,
    of_version,
    plan_of,
    read_passing,
    replacement,
    state_entry,
)
from call_router.domain.passing import Passing
from call_router.domain.plan import Plan
from call_router.ports import Planned
from servicekit.api import pages
from servicekit.api.idempotency import refuse_spent
from servicekit.api.lists import ListAsked
from servicekit.clock import Clock
from servicekit.documents import ALIVE, Collection, DuplicateKey
from servicekit.paging import Page
from servicekit.readable import Readable


@dataclass(frozen=True, slots=True)
class PlanDocuments:
    """Implements PlanStore; `wrote` is told after each write."""

    collection: Collection
    clock: Clock
    wrote: Callable[[], None]
    readable: Readable[Plan] = field(default_factory=lambda: Readable("routing_plans", plan_of))

    async def prepare(self) -> None:
        await self.collection.create_index([("tenant_id", 1), ("_id", 1)])
        await self.collection.create_index([("outbox.seq", 1)])
        under_way = {"passing": {"$exists": True}}
        await self.collection.create_index([("passing.at", 1)], partial=under_way)
        held = {"numbers": {"$exists": True}}
        await self.collection.create_index([("tenant_id", 1), ("numbers", 1)], unique=True, partial=held)

    async def add(self, plan: Plan) -> Planned | None:
        fields = {**fields_document(plan), **numbers_document(plan)}
        news = [state_entry(plan), AUDITED_PLANS.change(plan.id, None, fields)]
        document = {"_id": plan.id, **fields, "deleted": False, "outbox": news}
        try:
            await self.collection.insert_one(document)
        except DuplicateKey:
            await refuse_spent(self.collection, "plan", plan.id)
            if await self.get(plan.tenant_id, plan.id) is not None:
                return Planned("", plan.id)
            return await self._taken(plan)
        self.wrote()
        return None

    async def get(self, tenant_id: str, plan_id: str) -> Plan | None:
        found = await self.collection.find_one({"_id": plan_id, "tenant_id": tenant_id, **ALIVE})
        return None if found is None else self.readable.one(found)

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[Plan]:
        query = {"tenant_id": tenant_id, **ALIVE}
        return await pages.page(self.readable, self.collection, query, asked, searched=("name",))

    async def replace(self, plan: Plan, expected_version: int, before: Plan | None = None) -> Planned | bool:
        try:
            matched = await self.collection.update_one(
                of_version(plan, expected_version), replacement(plan, before or plan)
            )
        except DuplicateKey:
            return await self._taken(plan)
        self.wrote()
        return matched == 1

    async def pass_on(self, plan: Plan, before: Plan, passing: Passing) -> bool:
        update = replacement(plan, before)
        update["$set"]["passing"] = {
            "to": passing.taker_id,
            "numbers": list(passing.numbers),
            "at": passing.at,
        }
        only = {**of_version(plan, before.version), "passing": {"$exists": False}}
        matched = await self.collection.update_one(only, update)
        self.wrote()
        return matched == 1

    async def passing_of(self, plan_id: str) -> Passing | None:
        found = await self.collection.find_one({"_id": plan_id, "passing": {"$exists": True}})
        return None if found is None else read_passing(found)

    async def passings(self, until: datetime) -> Sequence[Passing]:
        return [read_passing(one) for one in await self.collection.find({"passing.at": {"$lt": until}})]

    async def passed(self, passing: Passing) -> None:
        only = {"_id": passing.giver_id, "passing.to": passing.taker_id, "passing.at": passing.at}
        await self.collection.update_one(only, {"$unset": {"passing": ""}})

    async def having(self, tenant_id: str, numbers: Sequence[str]) -> Sequence[Plan]:
        query = {"tenant_id": tenant_id, "numbers": {"$in": list(numbers)}, **ALIVE}
        return self.readable.all(await self.collection.find(query))

    def unwritten(self) -> "PlanDocuments":
        return _Unwritten(self.collection, self.clock, self.wrote, self.readable)

    async def count(self, tenant_id: str) -> int:
        return await self.collection.count_documents({"tenant_id": tenant_id, **ALIVE})

    async def remove(self, tenant_id: str, plan_id: str, version: int) -> bool:
        now = self.clock.now()
        gone = PLANS.entry(tenant_id, plan_id, version + 1, None, now)
        news = [gone, AUDITED_PLANS.removal(tenant_id, plan_id, version + 1, now)]
        matched = await self.collection.update_one(
            {
                "_id": plan_id,
                "tenant_id": tenant_id,
                "version": version,
                "passing": {"$exists": False},
                **ALIVE,
            },
            {
                "$set": {"deleted": True, "version": version + 1},
                "$unset": {"numbers": ""},
                "$push": {"outbox": {"$each": news}},
            },
        )
        self.wrote()
        return matched == 1

    async def naming(self, tenant_id: str, agent_id: str) -> Sequence[Plan]:
        either = [{"first_agent_id": agent_id}, {"fallback_agent_id": agent_id}]
        query = {"tenant_id": tenant_id, "$or": either, **ALIVE}
        return self.readable.all(await self.collection.find(query))

    async def _taken(self, plan: Plan) -> Planned:
        return await self._planned(plan) or Planned("", "that was just deleted")

    async def _planned(self, plan: Plan) -> Planned | None:
        """Another plan that has one of its numbers."""
        query = {
            "tenant_id": plan.tenant_id,
            "numbers": {"$in": list(plan.numbers)},
            "_id": {"$ne": plan.id},
        }
        other = await self.collection.find_one(query)
        if other is None:
            return None
        number = next(number for number in plan.numbers if number in other["numbers"])
        return Planned(number, other["_id"])


class _Unwritten(PlanDocuments):
    async def add(self, plan: Plan) -> Planned | None:
        return await self._planned(plan)

    async def replace(self, plan: Plan, expected_version: int, before: Plan | None = None) -> Planned | bool:
        current = await self.get(plan.tenant_id, plan.id)
        if current is None or current.version != expected_version:
            return False
        return await self._planned(plan) or True

    async def remove(self, tenant_id: str, plan_id: str, version: int) -> bool:
        return True
