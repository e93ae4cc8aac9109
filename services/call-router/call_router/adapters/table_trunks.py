"""Whether a tenant has a trunk, as the routing table knows it.

A trunk that was created a moment ago is told by a topic: it is waited for, for two seconds.
"""

import asyncio
from dataclasses import dataclass

from call_router.domain.table import RoutingTable
from servicekit.errors import Unavailable

_WITHIN = 2.0
_LOOK_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class TableTrunks:
    """Implements TrunkDirectory."""

    table: RoutingTable
    within: float = _WITHIN

    async def exists(self, tenant_id: str, trunk_id: str) -> bool:
        looks = max(1, round(self.within / _LOOK_EVERY))
        for _ in range(looks):
            trunk = self.table.trunk(trunk_id)
            if trunk is not None:
                return trunk.tenant_id == tenant_id
            await asyncio.sleep(_LOOK_EVERY)
        if not self.table.ready:
            hint = "try again in a moment; nothing was written"
            raise Unavailable("trunks_unavailable", "whether you have this trunk is not known yet", hint=hint)
        return False
