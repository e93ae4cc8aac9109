"""Gives the prober its share whenever what this edge should run has changed."""

import asyncio

from edge_agent.app.keeper import Keeper
from edge_agent.app.probing import Probing

_LOOK_SECONDS = 0.2


class ProbeShare:
    def __init__(self, keeper: Keeper, probing: Probing) -> None:
        self._keeper = keeper
        self._probing = probing
        self._shared = ""

    async def run(self) -> None:
        while True:
            if self._keeper.version != self._shared:
                self._shared = self._keeper.version
                self._probing.share(self._keeper.endpoints, self._keeper.edges)
            await asyncio.sleep(_LOOK_SECONDS)
