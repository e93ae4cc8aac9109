"""Puts in force at the edge what its file holds, key by key or whole, and reads back what it wrote.

An "Ok" of the edge proves nothing. A whole counts when each table was loaded from this file (its mark) with
every row (its count); a key when it reads as it was set. The version is removed before a whole and written
last: an edge that names a version holds all of it.
"""

from collections.abc import Sequence

from edge_agent.app.endpoints import Endpoints
from edge_agent.app.switches import Switches
from edge_agent.domain.admission import Counts
from edge_agent.domain.updates import Refusal
from edge_agent.ports import (
    LOADED,
    MARK,
    META,
    NUMBER,
    SERVING,
    TRUNK,
    VERSION,
    Edge,
    EdgeAway,
    EdgeFile,
    EdgeRefused,
    Row,
)

BIG_CHANGE = 2000  # from so many keys on, a reload is quicker than setting them one by one


class Enforce:
    def __init__(self, edge: Edge, file: EdgeFile, switches: Switches, endpoints: Endpoints) -> None:
        self._edge = edge
        self._file = file
        self._switches = switches
        self._endpoints = endpoints
        self._started = ""
        # whether it started with as many rows as the file had, or was loaded since
        self._whole = True
        self.in_force = ""
        self.serving = False
        self.switches_known = False

    async def look(self) -> bool:
        """Asks the edge what it holds; whether it is another process than last time.

        Raises EdgeAway, EdgeRefused, FileFailed."""
        started = await self._edge.started()
        another = started != self._started
        if another:
            self.switches_known = False
            await self._file.note_room(await self._edge.rows())
        self.in_force = await self._version()
        self.serving = await self._edge.get(META, SERVING) is not None
        if another:
            self._whole = await self._is_whole()
        if not self._whole:
            self.in_force = ""
        first, self._started = not self._started, started
        return another and not first

    async def _is_whole(self) -> bool:
        """Whether an edge that started has as many rows as the file it should have started from."""
        held = self._file.held
        if not held.version or held.base != held.version or self.in_force != held.version:
            return True
        counts = await self._edge.counts()
        return all(counts.get(table, 0) == rows for table, rows in (await self._file.rows()).items())

    async def counts_before(self) -> Counts | Refusal | None:
        """What a first whole would replace at an edge whose file holds nothing; None: the file knows."""
        if self._file.held.version:
            return None
        try:
            counts, states = await self._edge.counts(), await self._edge.states()
            marked = await self._edge.get(TRUNK, MARK) is not None
        except EdgeAway:
            # it starts with what the file holds, which is nothing
            return None
        except EdgeRefused as refused:
            return Refusal(f"the edge does not say what would be replaced: {refused}", passing=True)
        held = [max(0, counts.get(table, 0) - marked) for table in (TRUNK, NUMBER)]
        return Counts(held[0], held[1], sum(1 for state in states.values() if not state.startswith("D")))

    async def bring(self) -> None:
        """Switches first, then who may call. Raises EdgeRefused, EdgeAway, FileFailed."""
        if not self._started:
            await self.look()
        held, owed = self._file.held, await self._file.owed(BIG_CHANGE)
        known = self.in_force in {held.base, held.version}
        self.in_force = ""
        if owed.switches or owed.all or not self.switches_known:
            await self._switches.bring(await self._file.switches())
            self.switches_known = True
        if owed.all or not known or not self._whole:
            await self._load()
        elif owed.rows:
            await self._set(owed.rows)
        await self._put_version(held.version)
        await self._file.settle()
        self.in_force = held.version
        self.serving = True
        if owed.probed:
            self._endpoints.know(*await self._file.probed())

    async def _load(self) -> None:
        """From the file, with calls coming in all the while."""
        await self._edge.delete(META, VERSION)
        for table in LOADED:
            await self._edge.reload(table)
        counts, mark = await self._edge.counts(), await self._file.mark()
        for table, rows in (await self._file.rows()).items():
            if counts.get(table, 0) != rows:
                raise EdgeRefused(
                    f"{rows} rows of {table} were written and {counts.get(table, 0)} are loaded"
                )
            if await self._edge.get(table, MARK) != mark:
                raise EdgeRefused(f"the edge did not load {table} from the new file")
        self._whole = True

    async def _set(self, rows: Sequence[Row]) -> None:
        """What names a trunk goes before it, and comes after it."""
        gone = sorted((row for row in rows if row.value is None), key=lambda row: row.table == TRUNK)
        there = sorted((row for row in rows if row.value is not None), key=lambda row: row.table != TRUNK)
        for row in gone:
            await self._edge.delete(row.table, row.key)
        for row in there:
            await self._edge.put(row.table, row.key, row.value or "")
        for row in rows:
            if await self._edge.get(row.table, row.key) != row.value:
                raise EdgeRefused(f"{row.table} {row.key} does not read as it was set")

    async def _put_version(self, version: str) -> None:
        await self._edge.put(META, VERSION, version)
        if await self._version() != version:
            raise EdgeRefused("the version does not read as it was set")
        if not self.serving:
            await self._edge.put(META, SERVING, "1")

    async def _version(self) -> str:
        return await self._edge.get(META, VERSION) or ""
