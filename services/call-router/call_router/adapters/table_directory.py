"""Which trunks and numbers a tenant has, as the routing table knows it.

What was created a moment ago is told by a topic: it is waited for, for two seconds.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from call_router.domain.table import RoutingTable
from servicekit.errors import Unavailable

_WITHIN = 2.0
_LOOK_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class TableDirectory:
    """Implements Directory."""

    table: RoutingTable
    within: float = _WITHIN

    async def has_trunk(self, tenant_id: str, trunk_id: str) -> bool:
        await self._until(lambda: self.table.trunk(trunk_id) is not None)
        trunk = self.table.trunk(trunk_id)
        return trunk is not None and trunk.tenant_id == tenant_id

    async def held(self, tenant_id: str, numbers: Sequence[str]) -> set[str]:
        await self._until(lambda: len(self._held(tenant_id, numbers)) == len(set(numbers)))
        return self._held(tenant_id, numbers)

    def _held(self, tenant_id: str, numbers: Sequence[str]) -> set[str]:
        return {one for one in numbers if self.table.number_index.is_held(tenant_id, one)}

    async def _until(self, there: Callable[[], bool]) -> None:
        """Raises Unavailable when it is not there and the table was never read."""
        looks = max(1, round(self.within / _LOOK_EVERY))
        for _ in range(looks):
            if there():
                return
            await asyncio.sleep(_LOOK_EVERY)
        if not self.table.ready:
            detail = "which trunks and numbers you have is not known yet"
            hint = "try again in a moment; nothing was written"
            raise Unavailable("records_unavailable", detail, hint=hint)
