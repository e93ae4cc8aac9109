"""Turns the edge's reports of calls that it refused into events, each refusal once."""

from collections.abc import Mapping

from edge_agent.domain.rejections import News, read
from edge_agent.ports import Rejections
from servicekit.clock import Clock
from servicekit.telemetry.logging import logger

_log = logger(__name__)


class Refusals:
    def __init__(self, rejections: Rejections, clock: Clock) -> None:
        self._rejections = rejections
        self._clock = clock
        self._news = News()
        self.dropped = 0

    def take(self, report: Mapping[str, object]) -> None:
        rejection = read(report)
        if rejection is None:
            _log.warning("the edge reported something that is no refusal")
            return
        self._count_dropped(report.get("dropped"))
        if self._news.is_new(rejection, self._clock.monotonic()):
            self._rejections.tell(rejection)

    def _count_dropped(self, dropped: object) -> None:
        """The edge counts from its own start what it had no room for."""
        if isinstance(dropped, int) and dropped != self.dropped:
            if dropped > self.dropped:
                _log.warning("refusals beyond the bound are not told", count=dropped - self.dropped)
            self.dropped = dropped
