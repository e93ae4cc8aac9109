"""Agents of a tenant: create, read, list, update, delete.

The trunk of a person is looked at when it is named; when it goes later, the agent shows it as dangling.

An agent that a plan names is not deleted. Without transactions this takes two steps: first the agent is
closed to new plans for a while, then the plans are searched. A plan that is written at the same moment either
sees that the agent is closed, or is found by the search; the deletion itself asks that it is still closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from call_router.domain.agent import Agent, AgentDraft, AgentFields, HumanAgent, Kind, check_agent
from call_router.domain.dangling import agent_dangling, trunk_fault
from call_router.domain.plan import Plan
from call_router.domain.table import RoutingTable
from call_router.ports import AgentStore, Directory, PlanStore
from servicekit.api.asked import Asked, Change
from servicekit.api.lists import ListAsked
from servicekit.api.preconditions import Expected
from servicekit.clock import Clock
from servicekit.errors import InUse, VersionMismatch, Violation
from servicekit.ids import new_id
from servicekit.paging import Page
from servicekit.quotas import TenantLocks, check_quota
from servicekit.refusals import changed_meanwhile, invalid, not_found
from siptypes.faults import Fault
from siptypes.reachable import Reachable

ROUNDS = 10
RETIRING = timedelta(seconds=60)
"""So long an agent stays closed to plans when nobody ends its deletion."""
SLOWEST_WRITE = timedelta(seconds=20)
"""More than a write to the database may take before it is given up (servicekit.mongo: 2 s and 10 s)."""
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Agents:
    store: AgentStore
    plans: PlanStore
    directory: Directory
    table: RoutingTable
    clock: Clock
    reachable: Reachable
    quota: int = 1000  # of one tenant
    counting: TenantLocks = field(default_factory=TenantLocks)
    in_force: bool = True
    """What is written is put into the table."""

    def trial(self) -> "Agents":
        """The same checks and answers, and nothing is written."""
        return replace(self, store=self.store.unwritten(), in_force=False)

    async def create(self, tenant_id: str, asked: Asked[AgentDraft], agent_id: str = "") -> Agent:
        """agent_id: of the new one; the agent that has it already was made by an earlier try of the same
        request, and is given back."""
        agent_id = agent_id or new_id("agt")
        made = await self.store.get(tenant_id, agent_id)
        if made is not None:
            return made
        fields = await self._checked(tenant_id, asked, None)
        now = stored_time(self.clock)
        agent = Agent(agent_id, tenant_id, 1, fields.name, fields.kind, fields.ring_seconds, now, now)
        async with self.counting.of(tenant_id):
            check_quota("agents", await self.store.count(tenant_id), self.quota)
            added = await self.store.add(agent)
        if not added:
            return await self.get(tenant_id, agent_id)
        self._apply(agent)
        return agent

    async def get(self, tenant_id: str, agent_id: str) -> Agent:
        agent = await self.store.get(tenant_id, agent_id)
        if agent is None:
            raise not_found("agent", agent_id)
        return agent

    def dangling(self, agent: Agent) -> Sequence[Fault]:
        """What it names and is not there any more."""
        return agent_dangling(agent, self.table)

    async def list(self, tenant_id: str, asked: ListAsked) -> Page[Agent]:
        return await self.store.page(tenant_id, asked)

    async def update(
        self, tenant_id: str, agent_id: str, change: Change[Agent, AgentDraft], expected: Expected
    ) -> Agent:
        """Nothing is written when nothing changes."""
        for _ in range(ROUNDS):
            before = await self.get(tenant_id, agent_id)
            expected.check("agent", before.version)
            fields = await self._checked(tenant_id, change(before), before.kind)
            if fields == AgentFields(before.name, before.kind, before.ring_seconds):
                return before
            after = replace(
                before,
                version=before.version + 1,
                name=fields.name,
                kind=fields.kind,
                ring_seconds=fields.ring_seconds,
                updated_at=stored_time(self.clock),
            )
            if await self.store.replace(after, before.version, before):
                self._apply(after)
                return after
        raise changed_meanwhile("agent")

    async def delete(self, tenant_id: str, agent_id: str, expected: Expected) -> None:
        """Refused, the agent is open to plans again at once; whatever else becomes of this process meanwhile,
        after a while."""
        closed = False
        try:
            for _ in range(ROUNDS):
                current = await self.get(tenant_id, agent_id)
                expected.check("agent", current.version)
                closed = await self.store.retire(tenant_id, agent_id, stored_time(self.clock) + RETIRING)
                if closed and await self._removed(current):
                    return
            raise changed_meanwhile("agent")
        except (InUse, VersionMismatch):
            if closed:
                await self.store.retire(tenant_id, agent_id, None)
            raise

    def _apply(self, agent: Agent) -> None:
        if self.in_force:
            self.table.apply(agent)

    async def _removed(self, agent: Agent) -> bool:
        """Of one that is closed to plans. False: somebody else was faster. Raises InUse."""
        plans = await self.plans.naming(agent.tenant_id, agent.id)
        if plans:
            raise _in_use(plans)
        closed_until = stored_time(self.clock) + SLOWEST_WRITE
        if not await self.store.remove(agent.tenant_id, agent.id, agent.version, closed_until):
            return False
        self.table.delete(agent.id)
        return True

    async def _checked(self, tenant_id: str, asked: Asked[AgentDraft], before: Kind | None) -> AgentFields:
        """Raises Invalid with every fault of the request. before: how it was called until now; the address
        or trunk that it named already is not judged again."""
        checked = check_agent(asked.draft, self.reachable, before)
        faults = [] if isinstance(checked, AgentFields) else list(checked)
        for kind in asked.draft.kinds or ():
            if isinstance(kind, HumanAgent):
                known = isinstance(before, HumanAgent) and before.trunk_id == kind.trunk_id
                if not known and not await self.directory.has_trunk(tenant_id, kind.trunk_id):
                    faults.append(trunk_fault("/human/trunk_id", kind.trunk_id))
        if asked.faults or faults or not isinstance(checked, AgentFields):
            raise invalid("agent", [*asked.faults, *faults])
        return checked


def _in_use(plans: Sequence[Plan]) -> InUse:
    named = [
        Violation("", "named_by_plan", f"{one.id} ({one.name})", f"/api/v1/routing/plans/{one.id}")
        for one in plans[:_SHOWN]
    ]
    detail, hint = f"routing plans that name this agent: {len(plans)}", "give these plans another agent first"
    return InUse("agent_in_use", detail, hint=hint, violations=named)


def stored_time(clock: Clock) -> datetime:
    """Now, as exactly as the database keeps it."""
    now = clock.now()
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
