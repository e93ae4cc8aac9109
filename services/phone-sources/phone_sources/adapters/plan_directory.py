"""Which routing plans name a number, as the state topic tells it.

A plan that let a number go a moment ago is still told as naming it: that is waited for, for a second.
"""

import asyncio
from collections.abc import Sequence

from keepline.routing.v1.plan_pb2 import RoutingState
from phone_sources.domain.e164 import E164
from servicekit.errors import Unavailable

TOPIC = "keepline.routing.plan.state.v1"
_WITHIN = 1.0
_LOOK_EVERY = 0.05


class PlanDirectory:
    """Implements PlanLookup. `heard` is the handler of the state topic."""

    def __init__(self, within_seconds: float = _WITHIN) -> None:
        self._looks = max(1, round(within_seconds / _LOOK_EVERY))
        self._whole = False
        # by plan id: its version, its tenant and the numbers that it names
        self._plans: dict[str, tuple[int, str, tuple[str, ...]]] = {}
        self._naming: dict[tuple[str, str], tuple[str, ...]] = {}

    def heard(self, key: str, value: bytes | None) -> None:
        if value is None:
            self._forget(key)
            return
        state = RoutingState.FromString(value)
        if state.WhichOneof("state") != "plan":
            return
        plan = state.plan
        known = self._plans.get(key)
        if known is not None and known[0] > plan.version:
            return
        self._forget(key)
        self._plans[key] = (plan.version, plan.tenant_id, tuple(plan.numbers))
        for number in plan.numbers:
            place = (plan.tenant_id, number)
            self._naming[place] = (*self._naming.get(place, ()), key)

    def caught_up(self) -> None:
        """The topic was read to its end."""
        self._whole = True

    async def naming(self, tenant_id: str, e164: E164) -> Sequence[str]:
        if not self._whole:
            raise Unavailable(
                "references_unknown",
                "what names this number is not known yet: still reading routing plans",
                hint="try again in a moment; nothing was deleted",
                retry_after=2,
            )
        for _ in range(self._looks - 1):
            if (tenant_id, e164.value) not in self._naming:
                return ()
            await asyncio.sleep(_LOOK_EVERY)
        return self._naming.get((tenant_id, e164.value), ())

    def _forget(self, plan_id: str) -> None:
        _, tenant_id, numbers = self._plans.pop(plan_id, (0, "", ()))
        for number in numbers:
            others = tuple(one for one in self._naming[tenant_id, number] if one != plan_id)
            if others:
                self._naming[tenant_id, number] = others
            else:
                del self._naming[tenant_id, number]
