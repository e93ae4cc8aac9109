"""Brings the edge to a configuration: files, destinations and tables, in an order that is always safe.

Rule: the files come first, so that an edge that is away starts with them; then the switches, then who may
call. What is believed to be in force is empty while that is not known.
"""

from edge_agent.app.destinations import Destinations
from edge_agent.app.enforcing import load_whole, put_change, version_in_force, write_whole
from edge_agent.domain.change import Change
from edge_agent.domain.configuration import SWITCHES, Configuration
from edge_agent.domain.records import Table
from edge_agent.ports import MARK, Edge, Files

BIG_CHANGE = 2000  # from so many records on, a reload is quicker than setting them one by one


class Bringing:
    def __init__(self, edge: Edge, files: Files, destinations: Destinations) -> None:
        self._edge = edge
        self._files = files
        self._destinations = destinations
        self._started = ""
        self.in_force = ""
        self.serving = False

    async def whole(self, content: Configuration) -> None:
        """Raises EdgeRefused, EdgeAway."""
        self.in_force = ""
        await write_whole(self._files, content)
        await self._destinations.bring(content.destinations)
        await load_whole(self._edge, content)
        self.in_force = content.version
        self.serving = True

    async def change(self, content: Configuration, change: Change) -> None:
        """`content` holds the change already. Raises EdgeRefused, EdgeAway."""
        stands_on = self.in_force == change.from_version
        await self._files.write_change(change)
        self.in_force = ""
        if not stands_on or change.size >= BIG_CHANGE:
            await self.whole(content)
            return
        await self._move(change)
        await put_change(self._edge, change)
        self.in_force = change.to_version

    async def look(self) -> bool:
        """Asks the edge what it holds; whether it is another process than last time. Raises EdgeAway."""
        started = await self._edge.started()
        another = self._started not in ("", started)
        self._started = started
        self.in_force = await version_in_force(self._edge)
        self.serving = bool(self.in_force)
        return another

    async def counted(self) -> tuple[int, int]:
        """Trunks and switches that the edge holds, whoever put them there. Raises EdgeAway."""
        counts, states = await self._edge.counts(), await self._edge.states()
        marked = await self._edge.get(Table.TRUNK, MARK) is not None
        switches = sum(1 for set_id, _ in states if set_id == SWITCHES)
        return counts.get(Table.TRUNK, 0) - marked, switches

    async def _move(self, change: Change) -> None:
        """A switch that comes or goes matters to the next call; what is only probed can wait a little."""
        before, after = set(change.destinations_before), set(change.destinations)
        if any(one.set_id == SWITCHES for one in before ^ after):
            await self._destinations.bring(change.destinations)
        elif before != after:
            self._destinations.want(change.destinations)
