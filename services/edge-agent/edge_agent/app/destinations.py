"""Keeps the edge's list of destinations as wanted, apart from its tables.

Rule: reloads are rare and never crowd (Kamailio protects readers of the old list by time alone), so changes
that come close together become one reload, and changes of tenants' records never wait for it unless a switch
comes or goes. A destination that the edge skips is found by reading the list back.
"""

import asyncio
from collections.abc import Mapping

from edge_agent.domain.dispatcher import SWITCHES, Sockets, reachable, render
from edge_agent.domain.records import Destination
from edge_agent.ports import Edge, EdgeAway, EdgeRefused, Files, ReloadTooSoon
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_AGAIN = 0.5


class Destinations:
    def __init__(self, edge: Edge, files: Files, sockets: Sockets) -> None:
        self._edge = edge
        self._files = files
        self._sockets = sockets
        self._wanted: tuple[Destination, ...] = ()
        self._states: Mapping[tuple[int, str], str] = {}
        self._look = asyncio.Event()
        self._bringing = asyncio.Lock()
        self.trouble = ""

    def want(self, destinations: tuple[Destination, ...]) -> None:
        """Soon, with whatever else changes by then."""
        self._wanted = destinations
        self._look.set()

    async def bring(self, destinations: tuple[Destination, ...]) -> None:
        """Now. Raises EdgeRefused, EdgeAway."""
        self._wanted = destinations
        await self._until_loaded()

    async def run(self) -> None:
        while True:
            await self._look.wait()
            self._look.clear()
            try:
                await self._until_loaded()
            except EdgeRefused as refused:
                self.trouble = str(refused)
                _log.error("destinations are not as wanted", reason=self.trouble)
            except EdgeAway as away:
                self.trouble = str(away)
                await asyncio.sleep(_AGAIN)
                self._look.set()

    async def _until_loaded(self) -> None:
        async with self._bringing:
            while True:
                if await self._loaded():
                    break
                await asyncio.sleep(_AGAIN)
        self.trouble = ""

    async def _loaded(self) -> bool:
        """False when the edge has to be asked again later."""
        wanted = self._wanted
        expected = reachable(wanted, self._sockets)
        try:
            self._states = await self._edge.states()
        finally:
            # also for an edge that is away: it starts with this
            await self._files.write_destinations(render(wanted, self._states, self._sockets))
        if set(self._states) == expected:
            return True
        try:
            await self._edge.reload_destinations()
        except ReloadTooSoon:
            return False
        missing = expected - set(await self._edge.states())
        _log.info("destinations loaded", count=len(expected) - len(missing), missing=sorted(missing))
        lost = sorted(address for set_id, address in missing if set_id == SWITCHES)
        if lost:
            raise EdgeRefused(f"the edge did not take the switch {', '.join(lost)}")
        return True
