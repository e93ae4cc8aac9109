"""Writes the edge's files soon after changes, so that a restarted edge starts with them.

Rule: changes that come close together are written once, in a thread; the version is noted after the tables.
"""

import asyncio

from edge_agent.domain.configuration import Configuration
from edge_agent.domain.records import Table
from edge_agent.ports import Files, FilesFailed
from servicekit.telemetry.logging import logger

_log = logger(__name__)


class Saving:
    def __init__(self, files: Files, quiet: float = 1.0) -> None:
        self._files = files
        self._quiet = quiet
        self._dirty: set[Table] = set()
        self._content: Configuration | None = None
        self._look = asyncio.Event()
        self._writing = asyncio.Lock()
        self.trouble = ""

    def dirty(self, content: Configuration, tables: frozenset[Table]) -> None:
        self._content = content
        self._dirty |= tables
        self._look.set()

    async def leave(self) -> None:
        """Whoever asks writes all of it now; what was under way is finished."""
        async with self._writing:
            self._dirty.clear()

    async def run(self) -> None:
        while True:
            await self._look.wait()
            await asyncio.sleep(self._quiet)
            self._look.clear()
            await self.flush()

    async def flush(self) -> None:
        async with self._writing:
            if self._content is None or not self._dirty:
                return
            tables, self._dirty = self._dirty, set()
            rows = {table: self._content.rows(table) for table in tables}
            try:
                await self._files.write_tables(rows, self._content.version)
                self.trouble = ""
            except FilesFailed as error:
                self._dirty |= tables
                self._look.set()
                self.trouble = str(error)
                _log.error("the edge would restart with old files", reason=self.trouble)
