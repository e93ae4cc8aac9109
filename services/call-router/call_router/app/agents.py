"""Agents of a tenant: create, read, list, update, delete.

An agent that a plan names is not deleted. Without transactions this takes two steps: first the agent is
closed to new plans for a while, then the plans are searched. A plan that is written at the same moment either
sees that the agent is closed, or is found by the search; the deletion itself asks that it is still closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from call_router.domain.agent import Agent, AgentFields, CheckedAgent, HumanAgent, read_agent
from call_router.domain.plan import Plan
from call_router.domain.table import RoutingTable
from call_router.ports import AgentStore, PlanStore, TrunkDirectory
from servicekit.clock import Clock
from servicekit.errors import Conflict
from servicekit.ids import new_id
from servicekit.paging import Page, decode_token, encode_token, page_of, page_size
from servicekit.quotas import TenantLocks, check_quota
from servicekit.refusals import changed_meanwhile, invalid, not_found
from siptypes.address_policy import AddressPolicy
from siptypes.faults import Fault

ROUNDS = 10
RETIRING = timedelta(seconds=60)
"""So long an agent stays closed to plans when nobody ends its deletion."""
SLOWEST_WRITE = timedelta(seconds=20)
"""More than a write to the database may take before it is given up (servicekit.mongo: 2 s and 10 s)."""


@dataclass(frozen=True, slots=True)
class Agents:
    store: AgentStore
    plans: PlanStore
    trunks: TrunkDirectory
    table: RoutingTable
    clock: Clock
    addresses: AddressPolicy
    quota: int = 1000  # of one tenant
    counting: TenantLocks = field(default_factory=TenantLocks)

    async def create(self, tenant_id: str, fields: AgentFields) -> Agent:
        checked = await self._checked(tenant_id, fields)
        now = stored_time(self.clock)
        agent = Agent(new_id("agt"), tenant_id, 1, checked.name, checked.kind, checked.ring_seconds, now, now)
        async with self.counting.of(tenant_id):
            check_quota("agents", await self.store.count(tenant_id), self.quota)
            await self.store.add(agent)
        self.table.apply(agent)
        return agent

    async def get(self, tenant_id: str, agent_id: str) -> Agent:
        agent = await self.store.get(tenant_id, agent_id)
        if agent is None:
            raise not_found("agent", agent_id)
        return agent

    async def list(self, tenant_id: str, size: int, token: str) -> Page[Agent]:
        limit = page_size(size)
        found = await self.store.page(tenant_id, decode_token(token, "agt"), limit + 1)
        return page_of(found, limit, lambda last: encode_token(last.id))

    async def update(self, tenant_id: str, agent_id: str, fields: AgentFields, version: int) -> Agent:
        """`version`, when not 0, must be the current one."""
        current = await self.get(tenant_id, agent_id)
        if version not in (0, current.version):
            raise changed_meanwhile("agent", current.version)
        checked = await self._checked(tenant_id, fields)
        agent = replace(
            current,
            version=current.version + 1,
            name=checked.name,
            kind=checked.kind,
            ring_seconds=checked.ring_seconds,
            updated_at=stored_time(self.clock),
        )
        if not await self.store.replace(agent, current.version):
            raise changed_meanwhile("agent", (await self.get(tenant_id, agent_id)).version)
        self.table.apply(agent)
        return agent

    async def delete(self, tenant_id: str, agent_id: str) -> None:
        """Whatever becomes of this process meanwhile, the agent is open to plans again after a while."""
        for _ in range(ROUNDS):
            now = stored_time(self.clock)
            if not await self.store.retire(tenant_id, agent_id, now + RETIRING):
                raise not_found("agent", agent_id)
            plans = await self.plans.naming(tenant_id, agent_id)
            if plans:
                await self.store.retire(tenant_id, agent_id, None)
                raise _in_use(plans)
            current = await self.get(tenant_id, agent_id)
            closed_until = stored_time(self.clock) + SLOWEST_WRITE
            if await self.store.remove(tenant_id, agent_id, current.version, closed_until):
                self.table.delete(agent_id)
                return
        raise changed_meanwhile("agent", (await self.get(tenant_id, agent_id)).version)

    async def _checked(self, tenant_id: str, fields: AgentFields) -> CheckedAgent:
        checked = read_agent(fields, self.addresses)
        if not isinstance(checked, CheckedAgent):
            raise invalid("agent", checked)
        kind = checked.kind
        if isinstance(kind, HumanAgent) and not await self.trunks.exists(tenant_id, kind.trunk_id):
            hint = "name one of your trunks; one that you created just now may take a moment"
            detail = f"no trunk {kind.trunk_id}"
            raise invalid("agent", [Fault("/human/trunk_id", "trunk_not_found", detail, hint)])
        return checked


def _in_use(plans: Sequence[Plan]) -> Conflict:
    named = ", ".join(plan.id for plan in plans[:3])
    hint = f"give these plans another agent first: {named}"
    return Conflict("agent_in_use", f"{len(plans)} routing plans name this agent", hint=hint)


def stored_time(clock: Clock) -> datetime:
    """Now, as exactly as the database keeps it."""
    now = clock.now()
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
