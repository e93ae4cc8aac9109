"""Routing plans of a tenant: create, read, list, update, delete.

A plan names agents of its own tenant that exist, and a number is in one plan only. The agents are
looked at again after the plan was written (see agents.py); a plan that lost the race is taken back.
"""

from dataclasses import dataclass, field, replace

from call_router.app.agents import ROUNDS, stored_time
from call_router.domain.plan import Plan, PlanFields, plan_faults
from call_router.domain.table import RoutingTable
from call_router.ports import AgentStore, Planned, PlanStore
from servicekit.clock import Clock
from servicekit.errors import Conflict, Violation
from servicekit.ids import new_id
from servicekit.paging import Page, decode_token, encode_token, page_of, page_size
from servicekit.quotas import TenantLocks, check_quota
from servicekit.refusals import changed_meanwhile, invalid, not_found
from siptypes.faults import Fault


@dataclass(frozen=True, slots=True)
class Plans:
    store: PlanStore
    agents: AgentStore
    table: RoutingTable
    clock: Clock
    quota: int = 1000  # of one tenant
    counting: TenantLocks = field(default_factory=TenantLocks)

    async def create(self, tenant_id: str, fields: PlanFields) -> Plan:
        await self._check(tenant_id, fields)
        now = stored_time(self.clock)
        plan = Plan(
            new_id("pln"),
            tenant_id,
            1,
            fields.name,
            fields.numbers,
            fields.first_agent_id,
            fields.fallback_agent_id,
            fields.fallback_on_busy,
            now,
            now,
        )
        async with self.counting.of(tenant_id):
            check_quota("plans", await self.store.count(tenant_id), self.quota)
            taken = await self.store.add(plan)
        if taken is not None:
            raise _taken(fields, taken)
        faults = await self._agent_faults(tenant_id, fields)
        if faults:
            await self.store.remove(tenant_id, plan.id, plan.version)
            raise invalid("plan", faults)
        self.table.apply(plan)
        return plan

    async def get(self, tenant_id: str, plan_id: str) -> Plan:
        plan = await self.store.get(tenant_id, plan_id)
        if plan is None:
            raise not_found("plan", plan_id)
        return plan

    async def list(self, tenant_id: str, size: int, token: str) -> Page[Plan]:
        limit = page_size(size)
        found = await self.store.page(tenant_id, decode_token(token, "pln"), limit + 1)
        return page_of(found, limit, lambda last: encode_token(last.id))

    async def update(self, tenant_id: str, plan_id: str, fields: PlanFields, version: int) -> Plan:
        """`version`, when not 0, must be the current one."""
        current = await self.get(tenant_id, plan_id)
        if version not in (0, current.version):
            raise changed_meanwhile("plan", current.version)
        await self._check(tenant_id, fields)
        plan = self._changed(current, fields)
        await self._replace(plan, current.version, fields)
        faults = await self._agent_faults(tenant_id, fields)
        if faults:
            before = replace(current, version=plan.version + 1)
            await self._replace(before, plan.version, fields)
            raise invalid("plan", faults)
        self.table.apply(plan)
        return plan

    async def delete(self, tenant_id: str, plan_id: str) -> None:
        for _ in range(ROUNDS):
            current = await self.get(tenant_id, plan_id)
            if await self.store.remove(tenant_id, plan_id, current.version):
                self.table.delete(plan_id)
                return
        raise changed_meanwhile("plan", (await self.get(tenant_id, plan_id)).version)

    def _changed(self, current: Plan, fields: PlanFields) -> Plan:
        return replace(
            current,
            version=current.version + 1,
            name=fields.name,
            numbers=fields.numbers,
            first_agent_id=fields.first_agent_id,
            fallback_agent_id=fields.fallback_agent_id,
            fallback_on_busy=fields.fallback_on_busy,
            updated_at=stored_time(self.clock),
        )

    async def _replace(self, plan: Plan, expected_version: int, fields: PlanFields) -> None:
        replaced = await self.store.replace(plan, expected_version)
        if isinstance(replaced, Planned):
            raise _taken(fields, replaced)
        if not replaced:
            raise changed_meanwhile("plan", (await self.get(plan.tenant_id, plan.id)).version)

    async def _check(self, tenant_id: str, fields: PlanFields) -> None:
        faults = [*plan_faults(fields), *await self._agent_faults(tenant_id, fields)]
        if faults:
            raise invalid("plan", faults)

    async def _agent_faults(self, tenant_id: str, fields: PlanFields) -> tuple[Fault, ...]:
        named = {"/first_agent_id": fields.first_agent_id, "/fallback_agent_id": fields.fallback_agent_id}
        known = await self.agents.assignable(tenant_id, [agent_id for agent_id in named.values() if agent_id])
        return tuple(
            Fault(pointer, "agent_not_found", f"no agent {agent_id}", "list your agents to see their ids")
            for pointer, agent_id in named.items()
            if agent_id and agent_id not in known
        )


def _taken(fields: PlanFields, taken: Planned) -> Conflict:
    index = fields.numbers.index(taken.number) if taken.number in fields.numbers else 0
    detail = f"plan {taken.plan_id} has {taken.number or 'one of the numbers'} already"
    hint = "take the number out of that plan first"
    violation = Violation(f"/numbers/{index}", "number_planned", detail, hint)
    return Conflict("number_planned", detail, hint=hint, violations=[violation])
