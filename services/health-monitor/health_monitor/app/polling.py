"""Looks at each edge every few seconds. One that cannot be asked is told in the log and in readiness."""

import asyncio
from collections.abc import Sequence

from health_monitor.app.board import Board
from health_monitor.ports import Edge, EdgeAway
from servicekit.telemetry.logging import logger

_log = logger(__name__)


class Polling:
    def __init__(self, edges: Sequence[Edge], board: Board, seconds: float) -> None:
        self._edges = edges
        self._board = board
        self._seconds = seconds
        self._troubles: dict[str, str] = {edge.id: "not asked yet" for edge in edges}

    def problem(self) -> str:
        """For readiness; one edge that answers is enough to have something to say."""
        troubled = [f"{edge}: {why}" for edge, why in self._troubles.items() if why]
        return "; ".join(troubled) if len(troubled) == len(self._edges) else ""

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            async with asyncio.TaskGroup() as round_:
                for edge in self._edges:
                    round_.create_task(self._ask(edge))
            self._board.judge_all()
            due = max(due + self._seconds, loop.time())
            await asyncio.sleep(due - loop.time())

    async def _ask(self, edge: Edge) -> None:
        try:
            self._board.hear(await edge.readings())
        except EdgeAway as away:
            self._note(edge.id, str(away))
        else:
            self._note(edge.id, "")

    def _note(self, edge_id: str, trouble: str) -> None:
        if self._troubles[edge_id] != trouble:
            _log.warning("asking an edge", edge=edge_id, problem=trouble or "none any more")
        self._troubles[edge_id] = trouble
