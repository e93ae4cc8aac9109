"""Looks at the edge once a second: does it answer, is it the same process, does it hold what it should?

A restarted edge carries calls from its file at once, and has the newest configuration a moment later.
"""

import asyncio

from edge_agent.app.reconcile import Reconcile
from edge_agent.app.reports import Reports
from edge_agent.ports import EdgeAway, EdgeRefused, FileFailed
from servicekit.telemetry.logging import logger

_log = logger(__name__)


class WatchingOver:
    def __init__(self, reconcile: Reconcile, reports: Reports, every_seconds: float = 1.0) -> None:
        self._reconcile = reconcile
        self._reports = reports
        self._every_seconds = every_seconds
        # the edge said how much it holds, now or in an earlier life
        self.asked = asyncio.Event()
        self.trouble = "not asked yet"

    async def run(self) -> None:
        while True:
            await self._look()
            if not self.trouble or self._reconcile.held.room:
                self.asked.set()
            await asyncio.sleep(self._every_seconds)

    async def _look(self) -> None:
        try:
            brought = await self._reconcile.look_after()
        except EdgeAway as away:
            self._tell(f"the edge does not answer: {away}")
        except (EdgeRefused, FileFailed) as refused:
            self._tell(f"the edge does not take its configuration: {refused}")
        else:
            if self.trouble:
                _log.info("the edge answers")
            self.trouble = ""
            if brought:
                await self._reports.in_force(self._reconcile.held)
            elif self._reconcile.settled:
                await self._reports.settle(self._reconcile.held)

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            _log.error("trouble with the edge", reason=trouble)
        self.trouble = trouble
