"""Carries the prober's reports to the broker: the newest of each key waits until it is there.

Implements ProbeReports. While the broker is away a report replaces the one before it of the same key, so that
what waits is bounded by what is probed.
"""

import asyncio
from datetime import datetime

from edge_agent.domain.probe import ProbedEndpoint, ProbeState
from edge_agent.domain.probe_report import AliveReport, ReadingReport, Report
from edge_agent.ports import ProbeTopic
from servicekit.backoff import Backoff
from servicekit.errors import Unavailable

_FIRST_WAIT_SECONDS = 0.2
_AT_ONCE = 200


class WaitingReports:
    def __init__(self, node_id: str, topic: ProbeTopic) -> None:
        self._node_id = node_id
        self._topic = topic
        self._waiting: dict[str, Report] = {}
        self._awake = asyncio.Event()
        self._problem = ""

    def problem(self) -> str:
        """For readiness: why reports wait; empty while they go out."""
        return self._problem

    def reading(self, endpoint: ProbedEndpoint, state: ProbeState, at: datetime) -> None:
        self._put(f"{self._node_id}/{endpoint.name}", ReadingReport(endpoint, state, at))

    def gone(self, endpoint: ProbedEndpoint) -> None:
        self._put(f"{self._node_id}/{endpoint.name}", None)

    def alive(self, at: datetime, complete_since: datetime | None, endpoints: int) -> None:
        self._put(self._node_id, AliveReport(at, complete_since, endpoints))

    async def run(self) -> None:
        backoff = Backoff(_FIRST_WAIT_SECONDS)
        while True:
            await self._awake.wait()
            self._awake.clear()
            while self._waiting:
                batch = list(self._waiting.items())[:_AT_ONCE]
                try:
                    await self._topic.send(batch)
                except Unavailable as away:
                    self._problem = away.detail
                    await backoff.pause()
                    continue
                self._problem = ""
                backoff.reset()
                for key, report in batch:
                    if self._waiting.get(key) is report:
                        del self._waiting[key]

    def _put(self, key: str, report: Report) -> None:
        # at the end of the line, so that one key that changes always does not starve the others
        self._waiting.pop(key, None)
        self._waiting[key] = report
        self._awake.set()
