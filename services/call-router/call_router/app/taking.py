"""A plan takes numbers from the tenant's other plans.

A number is in one plan only, so it is let go before it is taken, two writes without a transaction. With the
first one the giver remembers where its numbers go (Passing); whatever becomes of this process, they are taken
by whoever sees that next, or given back where the taker is gone.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from call_router.app.agents import ROUNDS, stored_time
from call_router.app.plans import Plans
from call_router.domain.passing import Passing
from call_router.domain.plan import MAX_NUMBERS, Plan, numbers_faults
from servicekit.api.preconditions import Expected
from servicekit.errors import Unavailable
from servicekit.refusals import changed_meanwhile, invalid
from servicekit.telemetry.logging import logger
from siptypes.faults import Fault

LOOK_SECONDS = 15.0
UNDER_WAY = timedelta(seconds=10)
"""So long whoever began it is believed to be at it."""
_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Taking:
    plans: Plans

    async def take(self, tenant_id: str, plan_id: str, numbers: Sequence[str]) -> Plan:
        """Raises Invalid, NotFound, VersionMismatch, and Unavailable; each number is then with one of the two
        plans, or soon will be."""
        plan = await self.plans.get(tenant_id, plan_id)
        await self._check(plan, numbers)
        rounds = ROUNDS
        while missing := [number for number in numbers if number not in plan.numbers]:
            before = len(missing)
            await self._take_some(plan, missing)
            plan = await self.plans.get(tenant_id, plan_id)
            if sum(number not in plan.numbers for number in numbers) >= before:
                rounds -= 1
            if rounds == 0:
                raise changed_meanwhile("plan")
        return plan

    async def delete(self, tenant_id: str, plan_id: str, expected: Expected) -> None:
        """A plan that is gone remembers nothing: what it let go arrives first. Raises NotFound,
        VersionMismatch."""
        await self.plans.get(tenant_id, plan_id)
        passing = await self.plans.store.passing_of(plan_id)
        if passing is not None:
            await self.settle(passing)
        await self.plans.delete(tenant_id, plan_id, expected)

    async def settle(self, passing: Passing, taker: Plan | None = None) -> None:
        """Ends a passing, whoever began it. taker: as it was read last."""
        store = self.plans.store
        for _ in range(ROUNDS):
            target = taker or await store.get(passing.tenant_id, passing.taker_id)
            target = target or await store.get(passing.tenant_id, passing.giver_id)
            homeless = [] if target is None else await self._homeless(passing)
            if target is None or not homeless or await self._add(target, homeless):
                await store.passed(passing)
                return
            taker = None

    async def settle_all(self) -> None:
        """Those that nobody is at any more."""
        until = stored_time(self.plans.clock) - UNDER_WAY
        for passing in await self.plans.store.passings(until):
            await self.settle(passing)

    async def run(self) -> None:
        while True:
            try:
                await self.settle_all()
            except Unavailable as problem:
                _log.debug("numbers on their way are looked for later", reason=problem.detail)
            await asyncio.sleep(LOOK_SECONDS)

    async def _check(self, plan: Plan, numbers: Sequence[str]) -> None:
        """Raises Invalid with every fault."""
        faults = numbers_faults(numbers)
        faults += await self.plans.number_faults(plan.tenant_id, numbers, plan.numbers)
        together = len({*plan.numbers, *numbers})
        if together > MAX_NUMBERS and len(numbers) <= MAX_NUMBERS:
            detail = f"{together} numbers in one plan"
            faults.append(Fault("/numbers", "numbers_too_many", detail, f"{MAX_NUMBERS} are allowed"))
        if faults:
            raise invalid("plan", faults)

    async def _take_some(self, plan: Plan, missing: Sequence[str]) -> None:
        """From one other plan, or all that no plan has."""
        others = await self.plans.store.having(plan.tenant_id, missing)
        if not others:
            await self._add(plan, missing)
            return
        giver = others[0]
        going = tuple(number for number in giver.numbers if number in missing)
        passing = Passing(plan.tenant_id, giver.id, plan.id, going, stored_time(self.plans.clock))
        kept = tuple(number for number in giver.numbers if number not in going)
        less = replace(giver, version=giver.version + 1, numbers=kept, updated_at=passing.at)
        if await self.plans.store.pass_on(less, giver, passing):
            self.plans.apply(less)
            await self.settle(passing, plan)
        elif (earlier := await self.plans.store.passing_of(giver.id)) is not None:
            await self.settle(earlier)

    async def _homeless(self, passing: Passing) -> list[str]:
        """Those that no plan has."""
        having = await self.plans.store.having(passing.tenant_id, passing.numbers)
        held = {number for plan in having for number in plan.numbers}
        return [number for number in passing.numbers if number not in held]

    async def _add(self, plan: Plan, numbers: Sequence[str]) -> bool:
        """False: the plan was changed meanwhile, or another one has one of them."""
        more = (*plan.numbers, *numbers)
        now = stored_time(self.plans.clock)
        after = replace(plan, version=plan.version + 1, numbers=more, updated_at=now)
        if await self.plans.store.replace(after, plan.version, plan) is not True:
            return False
        self.plans.apply(after)
        return True
