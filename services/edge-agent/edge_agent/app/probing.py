"""Probes this edge's share of the endpoints of providers and agents, spread over time; tells what it finds.

At most `per_second` probes begin in a second, whatever the number of endpoints: with more than
per_second * interval of them each is probed less often. One that was named a moment ago is probed at once,
because somebody waits for it.
"""

import asyncio
import heapq
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from edge_agent.domain.probe import ProbedEndpoint, ProbeState, is_news, next_pause, observe
from edge_agent.domain.probe_shares import probers
from edge_agent.ports import OptionsProbe, ProbeReports
from servicekit.clock import Clock

AT_ONCE = 100
TELL_AGAIN = timedelta(hours=1)
ALIVE_SECONDS = 10.0


@dataclass(slots=True)
class _Probed:
    """What is known of one endpoint, and what of it was told last. awaited: its first miss is told, too."""

    awaited: bool = False
    state: ProbeState = field(default_factory=ProbeState)
    told: ProbeState | None = None
    told_at: datetime | None = None
    # the event loop's time of the next probe; None while one is under way
    due: float | None = None


class Probing:
    def __init__(
        self,
        node_id: str,
        probe: OptionsProbe,
        reports: ProbeReports,
        clock: Clock,
        chance: Callable[[], float],
        *,
        interval_seconds: float,
        per_second: int,
    ) -> None:
        self._node_id = node_id
        self._probe = probe
        self._reports = reports
        self._clock = clock
        self._chance = chance
        self._interval = interval_seconds
        self._per_second = per_second
        self._started_at = clock.now()
        self._mine: dict[ProbedEndpoint, _Probed] = {}
        self._edges: set[str] = set()
        # endpoints of the first share that are not known yet; None until there was a share
        self._awaited: set[ProbedEndpoint] | None = None
        self._due: list[tuple[float, ProbedEndpoint]] = []
        self._moved = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)

    @property
    def endpoints(self) -> Collection[ProbedEndpoint]:
        return self._mine.keys()

    def share(self, endpoints: Collection[ProbedEndpoint], edges: Collection[str]) -> None:
        """What there is to probe, and by whom; this edge counts itself in."""
        all_edges = {*edges, self._node_id}
        mine = {e for e in endpoints if self._node_id in probers(e.name, all_edges)}
        for endpoint in [e for e in self._mine if e not in mine]:
            if self._mine.pop(endpoint).told is not None:
                self._reports.gone(endpoint)
        new = sorted(mine - self._mine.keys())
        # what a start or another edge brings is nobody's news, and many at once are spread
        awaited = all_edges == self._edges and len(new) <= self._per_second
        self._edges = all_edges
        now = asyncio.get_running_loop().time()
        within = max(self._interval / 6, len(new) / self._per_second)
        for endpoint in new:
            self._mine[endpoint] = _Probed(awaited)
            # before what is late by less than an interval, so that nobody holds up others for ever
            self._plan(endpoint, now - self._interval if awaited else now + within * self._chance())
        self._awaited = set(new) if self._awaited is None else self._awaited & mine
        self._moved.set()

    async def run(self) -> None:
        """May be run again after it crashed: what was under way then is probed soon."""
        self._slots, self._due = asyncio.Semaphore(AT_ONCE), []
        soon = asyncio.get_running_loop().time() + self._interval / 6
        for endpoint, probed in self._mine.items():
            self._plan(endpoint, soon if probed.due is None else probed.due)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._say_alive())
            while True:
                endpoint = await self._next_due()
                await self._slots.acquire()
                tasks.create_task(self._ask(endpoint), name=f"probe of {endpoint.name}")
                await asyncio.sleep(1 / self._per_second)

    async def _next_due(self) -> ProbedEndpoint:
        loop = asyncio.get_running_loop()
        while True:
            self._moved.clear()
            wait = self._due[0][0] - loop.time() if self._due else self._interval
            if self._due and wait <= 0:
                due, endpoint = heapq.heappop(self._due)
                probed = self._mine.get(endpoint)
                # another time: left behind by an endpoint that went and came back
                if probed is not None and probed.due == due:
                    probed.due = None
                    return endpoint
                continue
            try:
                async with asyncio.timeout(wait):
                    await self._moved.wait()
            except TimeoutError:
                continue

    async def _ask(self, endpoint: ProbedEndpoint) -> None:
        probed = self._mine.get(endpoint)
        try:
            outcome = await self._probe.ask(endpoint)
        finally:
            self._slots.release()
        if probed is None or self._mine.get(endpoint) is not probed:
            return
        if outcome is not None:
            probed.state = observe(probed.state, outcome, self._clock.now())
            self._tell(endpoint, probed)
            if probed.state.reachable is not None and self._awaited:
                self._awaited.discard(endpoint)
        pause = next_pause(probed.state, self._interval, self._chance())
        self._plan(endpoint, asyncio.get_running_loop().time() + pause)
        self._moved.set()

    def _plan(self, endpoint: ProbedEndpoint, due: float) -> None:
        self._mine[endpoint].due = due
        heapq.heappush(self._due, (due, endpoint))

    def _tell(self, endpoint: ProbedEndpoint, probed: _Probed) -> None:
        now = self._clock.now()
        old = probed.told_at is not None and now - probed.told_at > TELL_AGAIN
        if old or is_news(probed.told, probed.state, awaited=probed.awaited):
            probed.told, probed.told_at = probed.state, now
            self._reports.reading(endpoint, probed.state, now)

    async def _say_alive(self) -> None:
        while True:
            complete = self._awaited is not None and not self._awaited
            self._reports.alive(self._clock.now(), self._started_at if complete else None, len(self._mine))
            await asyncio.sleep(min(ALIVE_SECONDS, self._interval))
