"""What is seen of open onboardings: the calls that prove them, what was turned away, and that nobody goes on.

Nothing is asked of anybody for it. Each may be told more than once and by several replicas: an onboarding
knows what it met, and each write is guarded.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from servicekit.clock import Clock
from servicekit.errors import Unavailable
from sip_config.app.refusals_kept import row_id
from sip_config.domain.onboarding import advance
from sip_config.domain.onboarding.advance import AnsweredCall
from sip_config.domain.onboarding.onboarding import Onboarding, Refused
from sip_config.domain.refused.refusal import Refusal
from sip_config.domain.refused.rejection import alike
from sip_config.ports import OnboardingStore

_TRIES = 5
_AT_ONCE = 100
Move = Callable[[Onboarding], Onboarding]


@dataclass(frozen=True, slots=True)
class OnboardingsSeen:
    """window: in which refusals that are alike are one, as in the rejections. idle: so long without a change,
    and an onboarding is abandoned."""

    store: OnboardingStore
    clock: Clock
    window: timedelta = timedelta(hours=1)
    idle: timedelta = timedelta(hours=24)

    async def heard(self, calls: Sequence[AnsweredCall]) -> None:
        for one in await self._open({call.tenant_id for call in calls}):
            await self._noted(one, lambda before: self._tested(before, calls))

    async def refused(self, refusals: Sequence[Refusal]) -> None:
        for one in await self._open({refusal.tenant_id for refusal in refusals}):
            met = [self._met(refusal) for refusal in refusals if _concerns(one, refusal)]
            await self._noted(one, lambda before, met=met: advance.met(before, met))  # type: ignore[misc]

    async def fixed(self, tenant_id: str, rejection_id: str, fix: str) -> None:
        """fix: the kind of the one that was applied."""
        now = self.clock.now()
        for one in await self.store.that_met(tenant_id, rejection_id):
            await self._noted(one, lambda before: advance.mended(before, rejection_id, fix, now))

    async def abandon(self) -> None:
        """Those that nobody goes on with."""
        now = self.clock.now()
        while found := await self.store.idle(now - self.idle, _AT_ONCE):
            for one in found:
                await self.store.note(one, advance.abandoned(one, now))

    def _tested(self, before: Onboarding, calls: Iterable[AnsweredCall]) -> Onboarding:
        after, now = before, self.clock.now()
        for call in sorted(calls, key=lambda one: one.at):
            after = advance.heard(after, call, now)
        return after

    def _met(self, refusal: Refusal) -> Refused:
        return Refused(row_id(alike(refusal, self.window)), refusal.code, refusal.at)

    async def _open(self, tenant_ids: set[str]) -> Sequence[Onboarding]:
        known = tenant_ids - {""}
        return await self.store.open_of(known) if known else ()

    async def _noted(self, one: Onboarding, move: Move) -> None:
        before: Onboarding | None = one
        for _ in range(_TRIES):
            after = move(before) if before is not None else None
            if before is None or after is None or after is before or await self.store.note(before, after):
                return
            before = await self.store.get(one.tenant_id, one.id)
        raise Unavailable(
            "onboarding_contended",
            f"onboarding {one.id} is being changed by others",
            hint="nothing is to be repaired: it is tried again",
        )


def _concerns(one: Onboarding, refusal: Refusal) -> bool:
    fields = one.fields
    by_number = bool(refusal.number) and refusal.number in [own.number for own in fields.numbers]
    by_trunk = bool(fields.trunk_id) and refusal.trunk_id == fields.trunk_id
    return refusal.tenant_id == one.tenant_id and refusal.at >= one.created_at and (by_trunk or by_number)
