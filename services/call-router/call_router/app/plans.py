"""Routing plans of a tenant: create, read, list, update, delete.

A plan names agents of its own tenant that exist, and a number is in one plan only. The agents are
looked at again after the plan was written (see agents.py); a plan that lost the race is taken back.
A number must be held when it is newly named; when it goes later, the plan shows it as dangling.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from call_router.app.agents import ROUNDS, stored_time
from call_router.domain.dangling import agent_fault, number_fault, plan_dangling
from call_router.domain.plan import MAX_NUMBERS, Plan, PlanDraft, PlanFields, check_plan
from call_router.domain.table import RoutingTable
from call_router.ports import AgentStore, Directory, Planned, PlanStore
from servicekit.api.asked import Asked, Change
from servicekit.api.lists import ListAsked
from servicekit.api.preconditions import Expected
from servicekit.clock import Clock
from servicekit.errors import Conflict, Violation
from servicekit.ids import new_id
from servicekit.paging import Page
from servicekit.quotas import TenantLocks, check_quota
from servicekit.refusals import changed_meanwhile, invalid, not_found
from siptypes.faults import Fault
from siptypes.numbers import is_e164


@dataclass(frozen=True, slots=True)
class Plans:
    store: PlanStore
    agents: AgentStore
    directory: Directory
    table: RoutingTable
    clock: Clock
    quota: int = 1000  # of one tenant
    counting: TenantLocks = field(default_factory=TenantLocks)
    in_force: bool = True
    """What is written is put into the table."""

    def trial(self) -> "Plans":
        """The same checks and answers, and nothing is written."""
        return replace(self, store=self.store.unwritten(), in_force=False)

    async def create(self, tenant_id: str, asked: Asked[PlanDraft], plan_id: str = "") -> Plan:
        """plan_id: of the new one; the plan that has it already was made by an earlier try of the same
        request, and is given back."""
        plan_id = plan_id or new_id("pln")
        made = await self.store.get(tenant_id, plan_id)
        if made is not None:
            return made
        fields = await self._checked(tenant_id, asked, None)
        now = stored_time(self.clock)
        plan = _plan(Plan(plan_id, tenant_id, 1, "", (), "", "", False, now, now), fields)
        async with self.counting.of(tenant_id):
            check_quota("plans", await self.store.count(tenant_id), self.quota)
            taken = await self.store.add(plan)
        if taken is not None and taken.plan_id == plan_id:
            return await self.get(tenant_id, plan_id)
        if taken is not None:
            raise _taken(fields, taken)
        faults = await self._agent_faults(tenant_id, fields.first_agent_id, fields.fallback_agent_id, None)
        if faults:
            await self.store.remove(tenant_id, plan.id, plan.version)
            raise invalid("plan", faults)
        self.apply(plan)
        return plan

    async def get(self, tenant_id: str, plan_id: str) -> Plan:
        plan = await self.store.get(tenant_id, plan_id)
        if plan is None:
            raise not_found("plan", plan_id)
        return plan

    def dangling(self, plan: Plan) -> Sequence[Fault]:
        """What it names and is not there any more."""
        return plan_dangling(plan, self.table)

    async def list(self, tenant_id: str, asked: ListAsked) -> Page[Plan]:
        return await self.store.page(tenant_id, asked)

    async def update(
        self, tenant_id: str, plan_id: str, change: Change[Plan, PlanDraft], expected: Expected
    ) -> Plan:
        """Nothing is written when nothing changes."""
        for _ in range(ROUNDS):
            before = await self.get(tenant_id, plan_id)
            expected.check("plan", before.version)
            fields = await self._checked(tenant_id, change(before), before)
            if _plan(before, fields) == before:
                return before
            now = stored_time(self.clock)
            after = replace(_plan(before, fields), version=before.version + 1, updated_at=now)
            if not await self._replaced(after, before, fields):
                continue
            faults = await self._agent_faults(
                tenant_id, fields.first_agent_id, fields.fallback_agent_id, before
            )
            if faults:
                # where another plan took a number of it meanwhile, the agent is shown as dangling
                await self.store.replace(replace(before, version=after.version + 1), after.version, after)
                raise invalid("plan", faults)
            self.apply(after)
            return after
        raise changed_meanwhile("plan")

    async def delete(self, tenant_id: str, plan_id: str, expected: Expected) -> None:
        for _ in range(ROUNDS):
            current = await self.get(tenant_id, plan_id)
            expected.check("plan", current.version)
            if await self.store.remove(tenant_id, plan_id, current.version):
                self.table.delete(plan_id)
                return
        raise changed_meanwhile("plan")

    def apply(self, plan: Plan) -> None:
        if self.in_force:
            self.table.apply(plan)

    async def _replaced(self, plan: Plan, before: Plan, fields: PlanFields) -> bool:
        replaced = await self.store.replace(plan, before.version, before)
        if isinstance(replaced, Planned):
            raise _taken(fields, replaced)
        return replaced

    async def _checked(self, tenant_id: str, asked: Asked[PlanDraft], before: Plan | None) -> PlanFields:
        """Raises Invalid with every fault of the request. before: the plan until now; what it names already
        is not looked for again."""
        draft, checked = asked.draft, check_plan(asked.draft)
        faults = [] if isinstance(checked, PlanFields) else list(checked)
        faults += await self._agent_faults(tenant_id, draft.first_agent_id, draft.fallback_agent_id, before)
        faults += await self.number_faults(tenant_id, draft.numbers or (), before.numbers if before else ())
        if asked.faults or faults or not isinstance(checked, PlanFields):
            raise invalid("plan", [*asked.faults, *faults])
        return checked

    async def number_faults(
        self, tenant_id: str, numbers: Sequence[str], before: Sequence[str]
    ) -> Sequence[Fault]:
        known = set(before)
        new = {
            index: number
            for index, number in enumerate(numbers[:MAX_NUMBERS])
            if is_e164(number) and number not in known
        }
        held = await self.directory.held(tenant_id, list(new.values())) if new else set()
        return [number_fault(index, number) for index, number in new.items() if number not in held]

    async def _agent_faults(
        self, tenant_id: str, first: str | None, fallback: str | None, before: Plan | None
    ) -> Sequence[Fault]:
        known_before = {before.first_agent_id, before.fallback_agent_id} if before else set()
        named = {"/first_agent_id": first, "/fallback_agent_id": fallback}
        wanted = {
            pointer: agent_id
            for pointer, agent_id in named.items()
            if agent_id and agent_id not in known_before
        }
        if not wanted:
            return []
        known = await self.agents.assignable(tenant_id, list(wanted.values()))
        return [agent_fault(pointer, one) for pointer, one in wanted.items() if one not in known]


def _plan(plan: Plan, fields: PlanFields) -> Plan:
    return replace(
        plan,
        name=fields.name,
        numbers=fields.numbers,
        first_agent_id=fields.first_agent_id,
        fallback_agent_id=fields.fallback_agent_id,
        fallback_on_busy=fields.fallback_on_busy,
    )


def _taken(fields: PlanFields, taken: Planned) -> Conflict:
    index = fields.numbers.index(taken.number) if taken.number in fields.numbers else 0
    detail = f"plan {taken.plan_id} has {taken.number or 'one of the numbers'} already"
    hint = "take the number out of that plan first"
    violation = Violation(f"/numbers/{index}", "number_planned", detail, hint)
    return Conflict("number_planned", detail, hint=hint, violations=[violation])
