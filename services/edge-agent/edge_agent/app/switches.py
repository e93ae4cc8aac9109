"""Keeps the edge's list of switches as wanted.

Reloads are rare and never crowd: Kamailio protects readers of the old list by time alone (reload_delta). A
switch that the edge skips is found by reading the list back.
"""

import asyncio
from collections.abc import Sequence

from edge_agent.domain.dispatcher import expected, loaded, render
from edge_agent.domain.resources import Switch
from edge_agent.ports import Edge, EdgeFile, EdgeRefused, ReloadTooSoon
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_AGAIN_SECONDS = 0.5
PATIENCE_SECONDS = 30.0
"""Several times reload_delta, which Kamailio measures by the wall clock: put back, it lasts longer."""


class Switches:
    def __init__(self, edge: Edge, file: EdgeFile) -> None:
        self._edge = edge
        self._file = file

    async def bring(self, switches: Sequence[Switch]) -> None:
        """Raises EdgeRefused, EdgeAway, FileFailed. An edge that says for too long that it was reloaded a
        moment ago has refused: it goes on with the list that it has, and is asked again later."""
        began = asyncio.get_running_loop().time()
        while not await self._loaded(switches):
            if asyncio.get_running_loop().time() - began >= PATIENCE_SECONDS:
                raise EdgeRefused(
                    f"the edge has reloaded no switches for {PATIENCE_SECONDS:g} s (ongoing reload)"
                )
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _loaded(self, switches: Sequence[Switch]) -> bool:
        """False when the edge has to be asked again later."""
        wanted = expected(switches)
        states: dict[str, str] = {}
        try:
            states = dict(await self._edge.states())
        finally:
            # also for an edge that is away: it starts with this
            await self._file.write_switches(render(switches, states))
        if loaded(states) == wanted:
            return True
        try:
            await self._edge.reload_switches()
        except ReloadTooSoon:
            return False
        now = loaded(await self._edge.states())
        _log.info("switches loaded", count=len(now), draining=sum(now.values()))
        lost = sorted(address for address in wanted if address not in now)
        if lost:
            raise EdgeRefused(f"the edge did not take the switch {', '.join(lost)}")
        return True
