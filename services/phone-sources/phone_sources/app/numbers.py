"""Bringing a number in, listing them, moving one to another trunk, letting it go."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from phone_sources.domain.e164 import E164
from phone_sources.domain.judgement import taken_fault
from phone_sources.domain.number import (
    Number,
    NumberDraft,
    NumberFields,
    check_number,
    label_faults,
    trunk_fault,
)
from phone_sources.ports import NumberStore, PlanLookup, TrunkLookup
from servicekit.api.asked import Asked, Change
from servicekit.api.lists import ListAsked
from servicekit.api.preconditions import Expected
from servicekit.clock import Clock
from servicekit.errors import Conflict, InUse, Violation
from servicekit.ids import new_id
from servicekit.paging import Page
from servicekit.quotas import TenantLocks, check_quota
from servicekit.refusals import changed_meanwhile, invalid, not_found
from siptypes.faults import Fault

_TRIES = 10
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Numbers:
    store: NumberStore
    trunks: TrunkLookup
    plans: PlanLookup
    clock: Clock
    max_numbers: int = 10_000  # of one tenant
    counting: TenantLocks = field(default_factory=TenantLocks)

    def trial(self) -> "Numbers":
        """The same checks and answers, and nothing is written."""
        return replace(self, store=self.store.unwritten())

    async def create(self, tenant_id: str, asked: Asked[NumberDraft], number_id: str = "") -> Number:
        """number_id: of the new one; the number that has it already was made by an earlier try of the same
        request, and is given back."""
        number_id = number_id or new_id("num")
        made = await self.store.get(tenant_id, number_id)
        if made is not None:
            return made
        e164, fields = await self._checked(tenant_id, asked)
        await self._check_room(fields.trunk_id)
        now = self.clock.now()
        number = Number(number_id, tenant_id, 1, e164, fields, now, now)
        async with self.counting.of(tenant_id):
            check_quota("numbers", await self.store.count(tenant_id), self.max_numbers)
            held = await self.store.add(number)
        if held is not None and held.by.id != number_id:
            raise taken(held.by, tenant_id)
        return number if held is None else held.by

    async def get(self, tenant_id: str, number_id: str) -> Number:
        number = await self.store.get(tenant_id, number_id)
        if number is None:
            raise not_found("number", number_id)
        return number

    def dangling(self, number: Number) -> Sequence[Fault]:
        """What it names and is not there any more."""
        gone = self.trunks.is_gone(number.tenant_id, number.trunk_id)
        return [trunk_fault(number.trunk_id)] if gone else []

    async def list(self, tenant_id: str, asked: ListAsked) -> Page[Number]:
        return await self.store.page(tenant_id, asked)

    async def update(
        self, tenant_id: str, number_id: str, change: Change[Number, NumberDraft], expected: Expected
    ) -> Number:
        """On its way to another trunk the number stays the tenant's. Nothing is written when nothing
        changes."""
        for _ in range(_TRIES):
            before = await self.get(tenant_id, number_id)
            expected.check("number", before.version)
            fields = await self._changed(before, change(before))
            if fields == before.fields:
                return before
            after = replace(before, version=before.version + 1, fields=fields, updated_at=self.clock.now())
            if await self.store.replace(after, before):
                return after
        raise changed_meanwhile("number")

    async def delete(self, tenant_id: str, number_id: str, expected: Expected) -> None:
        """A number that a routing plan names is not deleted."""
        for _ in range(_TRIES):
            before = await self.get(tenant_id, number_id)
            expected.check("number", before.version)
            naming = await self.plans.naming(tenant_id, before.e164)
            if naming:
                raise _in_use(before, naming)
            if await self.store.remove(tenant_id, number_id, before.version):
                return
        raise changed_meanwhile("number")

    async def _checked(self, tenant_id: str, asked: Asked[NumberDraft]) -> tuple[E164, NumberFields]:
        """Raises Invalid with every fault of the request."""
        draft, trunk = asked.draft, None
        faults = label_faults(draft.label)
        if draft.trunk_id is not None:
            trunk = await self.trunks.find(tenant_id, draft.trunk_id)
            faults += [trunk_fault(draft.trunk_id)] if trunk is None else []
        e164 = check_number(draft.number, trunk)
        found = e164 if isinstance(e164, list) else []
        if asked.faults or faults or found or isinstance(e164, list) or draft.trunk_id is None:
            raise invalid("number", [*asked.faults, *found, *faults])
        return e164, NumberFields(draft.trunk_id, (draft.label or "").strip())

    async def _changed(self, before: Number, asked: Asked[NumberDraft]) -> NumberFields:
        """As above; a trunk that the number is on already is not looked for again."""
        draft = asked.draft
        faults = label_faults(draft.label)
        trunk_id = before.trunk_id if draft.trunk_id is None else draft.trunk_id
        moves = trunk_id != before.trunk_id
        if moves and await self.trunks.find(before.tenant_id, trunk_id) is None:
            faults.append(trunk_fault(trunk_id))
        if asked.faults or faults:
            raise invalid("number", [*asked.faults, *faults])
        if moves and self.trunks.is_gone(before.tenant_id, before.trunk_id):
            await self._check_room(trunk_id)  # the edges do not hold it now
        return NumberFields(trunk_id, (draft.label or "").strip())

    async def _check_room(self, trunk_id: str) -> None:
        if await self.trunks.numbers_left(trunk_id) == 0:
            raise edges_full()


def taken(by: Number, tenant_id: str) -> Conflict:
    fault = taken_fault(by, tenant_id)
    violation = Violation(fault.pointer, fault.code, fault.detail, fault.hint)
    return Conflict("number_taken", fault.detail, hint=fault.hint, violations=[violation])


def edges_full() -> Conflict:
    return Conflict(
        "edges_full",
        "the edges hold as many numbers as they can",
        hint="delete a number that you do not use, or ask the operator for larger edges",
    )


def _in_use(number: Number, plan_ids: Sequence[str]) -> InUse:
    named = [Violation("", "named_by_plan", one, f"/api/v1/routing/plans/{one}") for one in plan_ids[:_SHOWN]]
    return InUse(
        "number_in_use",
        f"routing plans that name {number.e164.value}: {len(plan_ids)}",
        hint="take it out of their numbers first (they may be shown for a moment longer)",
        violations=named,
    )
