"""What the edges say of endpoints, heard once for all boards.

A reading moves what names its endpoint and nothing else; an edge that falls silent or comes back moves what
it reported on.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from health_monitor.app.probe_readings import ProbeReadings
from health_monitor.domain.reading import STALE, Prober, Reading
from health_monitor.domain.trunk import Endpoint


class Judging(Protocol):
    """A board, as far as it is moved from here."""

    def judge_naming(self, endpoints: Iterable[Endpoint]) -> None: ...

    def judge_held(self) -> None:
        """Those whose judgement was put off."""


class Hearing:
    def __init__(self, now: Callable[[], datetime], reading_back: Callable[[], bool] = lambda: False) -> None:
        """reading_back: what edges told before the start is still being read."""
        self.now = now
        self.reading_back = reading_back
        self._readings = ProbeReadings()
        self._boards: list[Judging] = []
        # silence counts from here: the start, or the return of the broker
        self._listening_since = now()

    def join(self, board: Judging) -> None:
        self._boards.append(board)

    @property
    def just_begun(self) -> bool:
        """Whether edges had no time to speak yet."""
        return self.now() - self._listening_since < STALE

    @property
    def any_alive(self) -> bool:
        return self._readings.any_alive(self.now())

    def of(self, endpoints: Iterable[Endpoint]) -> Sequence[Reading]:
        """From edges that are alive."""
        now = self.now()
        return [reading for endpoint in endpoints for reading in self._readings.heard(endpoint, now)]

    def hear(self, reading: Reading) -> None:
        self._readings.put(reading)
        self._judge_naming([reading.endpoint])

    def unhear(self, edge_id: str, endpoint: Endpoint) -> None:
        """The edge probes this endpoint no more."""
        if self._readings.drop(edge_id, endpoint):
            self._judge_naming([endpoint])

    def alive(self, prober: Prober) -> None:
        self._judge_naming(self._readings.alive(prober, self.now()))
        self._judge_held()

    def tick(self, *, listening: bool) -> None:
        """Every second. listening: the broker is there; while it is not, silence says nothing."""
        now = self.now()
        if not listening:
            self._listening_since = now
            return
        if self.just_begun:
            return
        self._judge_naming(self._readings.fell_silent(now))
        self._readings.forget_old(now)
        self._judge_held()

    def _judge_naming(self, endpoints: Sequence[Endpoint]) -> None:
        for board in self._boards:
            board.judge_naming(endpoints)

    def _judge_held(self) -> None:
        for board in self._boards:
            board.judge_held()
