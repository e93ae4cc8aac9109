"""Beginning, reading, changing and ending onboardings, by their tenant's word."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from servicekit.api.asked import Asked, Change
from servicekit.api.lists import ListAsked
from servicekit.api.preconditions import WHICHEVER, Expected
from servicekit.clock import Clock
from servicekit.errors import Conflict, Invalid, Violation
from servicekit.ids import new_id
from servicekit.paging import Page
from servicekit.quotas import TenantLocks, check_quota
from servicekit.refusals import changed_meanwhile, invalid, not_found
from sip_config.domain.onboarding import advance
from sip_config.domain.onboarding.check import OnboardingDraft, check_onboarding, trunk_missing
from sip_config.domain.onboarding.onboarding import Onboarding, OnboardingFields, OnboardingState, Step
from sip_config.domain.onboarding.success import Counting, Success
from sip_config.ports import OnboardingStore, TrunkStore
from siptypes.faults import Fault

MOST = 1000
"""Onboardings of one tenant."""
_TRIES = 5  # to change whichever version one has while others change it
_TO_DO = {
    Step.LINE: "say which line you have",
    Step.PROVIDER: "name your trunk",
    Step.NUMBERS: "name at least one number",
    Step.AGENT: "name an agent and a routing plan",
    Step.CALL: "call one of the numbers, or skip the test",
}


@dataclass(frozen=True, slots=True)
class Onboardings:
    """Whether its trunk is the tenant's is looked up; numbers, agents and plans are named by their ids."""

    store: OnboardingStore
    trunks: TrunkStore
    clock: Clock
    most: int = MOST
    counting: TenantLocks = field(default_factory=TenantLocks)

    async def create(
        self, tenant_id: str, asked: Asked[OnboardingDraft], onboarding_id: str = ""
    ) -> Onboarding:
        """onboarding_id: of the new one; one that is there was made by an earlier try of the request."""
        onboarding_id = onboarding_id or new_id("onb")
        fields = await self._checked(tenant_id, asked)
        made = await self.store.get(tenant_id, onboarding_id)
        if made is not None:
            return made
        one = advance.begun(onboarding_id, tenant_id, fields, self.clock.now())
        async with self.counting.of(tenant_id):
            check_quota("onboardings", await self.store.count(tenant_id), self.most)
            added = await self.store.add(one)
        return one if added else await self.get(tenant_id, onboarding_id)

    async def get(self, tenant_id: str, onboarding_id: str) -> Onboarding:
        one = await self.store.get(tenant_id, onboarding_id)
        if one is None:
            raise not_found("onboarding", onboarding_id)
        return one

    async def list(self, tenant_id: str, asked: ListAsked) -> Page[Onboarding]:
        return await self.store.page(tenant_id, asked)

    async def update(
        self,
        tenant_id: str,
        onboarding_id: str,
        change: Change[Onboarding, OnboardingDraft],
        expected: Expected,
    ) -> Onboarding:
        for _ in range(_TRIES):
            before = await self.get(tenant_id, onboarding_id)
            expected.check("onboarding", before.version)
            fields = await self._checked(tenant_id, change(before), before)
            _check_unended(before)
            after = advance.changed(before, fields, self.clock.now())
            if after is before or await self.store.replace(before, after):
                return after
        raise changed_meanwhile("onboarding")

    async def skip_test(self, tenant_id: str, onboarding_id: str) -> Onboarding:
        def skip(before: Onboarding, now: datetime) -> Onboarding:
            _check_unended(before)
            return advance.skipped(before, now)

        return await self._moved(tenant_id, onboarding_id, WHICHEVER, skip)

    async def go_live(self, tenant_id: str, onboarding_id: str, *, acknowledged: bool) -> Onboarding:
        """Again it changes nothing. acknowledged: that emergency calls stay with the provider's line."""

        def live(before: Onboarding, now: datetime) -> Onboarding:
            if not acknowledged:
                raise _unacknowledged()
            if before.state is not OnboardingState.LIVE and before.missing:
                raise _unfinished(before)
            return advance.gone_live(before, now)

        return await self._moved(tenant_id, onboarding_id, WHICHEVER, live)

    async def delete(self, tenant_id: str, onboarding_id: str, expected: Expected) -> None:
        await self._moved(tenant_id, onboarding_id, expected, advance.deleted)

    async def success(self, begin: datetime, end: datetime) -> Success:
        """Of those that were begun between."""
        counting = Counting()
        async for one in self.store.begun_between(begin, end):
            counting.add(one)
        return counting.success()

    async def _moved(
        self,
        tenant_id: str,
        onboarding_id: str,
        expected: Expected,
        move: Callable[[Onboarding, datetime], Onboarding],
    ) -> Onboarding:
        for _ in range(_TRIES):
            before = await self.get(tenant_id, onboarding_id)
            expected.check("onboarding", before.version)
            after = move(before, self.clock.now())
            if after is before or await self.store.replace(before, after):
                return after
        raise changed_meanwhile("onboarding")

    async def _checked(
        self, tenant_id: str, asked: Asked[OnboardingDraft], before: Onboarding | None = None
    ) -> OnboardingFields:
        """Raises Invalid with every fault. A trunk that was there when it was named may be gone by now."""
        checked = check_onboarding(asked.draft)
        faults: list[Violation | Fault] = [*asked.faults, *(checked if isinstance(checked, list) else ())]
        trunk_id = asked.draft.trunk_id
        named_before = before is not None and trunk_id == before.fields.trunk_id
        if trunk_id and not named_before and await self.trunks.get(tenant_id, trunk_id) is None:
            faults.append(trunk_missing(trunk_id))
        if faults or isinstance(checked, list):
            raise invalid("onboarding", faults)
        return checked


def _check_unended(before: Onboarding) -> None:
    if before.state is OnboardingState.LIVE:
        raise Conflict(
            "onboarding_live",
            "this onboarding came to its end: the number is live",
            hint="change the trunk, the numbers and the plan themselves, or begin another onboarding",
        )


def _unfinished(one: Onboarding) -> Conflict:
    steps = ", ".join(one.missing)
    hint = "; ".join(_TO_DO[step] for step in one.missing)
    return Conflict("onboarding_unfinished", f"not done yet: {steps}", hint=hint)


def _unacknowledged() -> Invalid:
    detail = "whether you know about emergency calls is not said"
    hint = "send emergency_acknowledged: true once you know that no emergency call goes through Keepline"
    wrong = Violation("/emergency_acknowledged", "emergency_unacknowledged", detail, hint)
    return Invalid("emergency_unacknowledged", detail, hint=hint, violations=[wrong])
