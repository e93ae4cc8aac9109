"""Looks at the edge once a second: does it answer, is it the same process, does it hold what it should?

Rule: a restarted edge carries calls from its files at once, and has the newest configuration a moment later.
"""

import asyncio

from edge_agent.app.acknowledging import Acknowledgements
from edge_agent.app.keeper import Keeper
from edge_agent.ports import EdgeAway, EdgeRefused
from servicekit.telemetry.logging import logger

_log = logger(__name__)


class WatchingOver:
    def __init__(self, keeper: Keeper, acknowledgements: Acknowledgements, every: float = 1.0) -> None:
        self._keeper = keeper
        self._acks = acknowledgements
        self._every = every
        self.trouble = "not asked yet"

    async def run(self) -> None:
        while True:
            await self._look()
            await asyncio.sleep(self._every)

    async def _look(self) -> None:
        try:
            brought = await self._keeper.look_after()
        except EdgeAway as away:
            self._tell(f"the edge does not answer: {away}")
        except EdgeRefused as refused:
            self._tell(f"the edge does not take its configuration: {refused}")
        else:
            if self.trouble:
                _log.info("the edge answers")
            self.trouble = ""
            if brought:
                self._acks.in_force(self._keeper.version)
            elif self._keeper.settled:
                self._acks.settle(self._keeper.version)

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            _log.error("trouble with the edge", reason=trouble)
        self.trouble = trouble
