"""The board: every trunk with what was observed of it and its status.

Rule: a trunk's status moves on only by `advance`, and whoever has to know is told in the same moment.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from health_monitor.domain.advance import advance
from health_monitor.domain.judge import STALE, judge
from health_monitor.domain.reading import Observed, Reading, observe
from health_monitor.domain.status import Status
from health_monitor.domain.trunk import Endpoint, Trunk
from health_monitor.ports import StatusSink


class Board:
    def __init__(self, sinks: Iterable[StatusSink], now: Callable[[], datetime]) -> None:
        self._sinks = tuple(sinks)
        self._now = now
        self._began = now()
        self._trunks: dict[str, Trunk] = {}
        self._gone: set[str] = set()
        self._by_endpoint: dict[Endpoint, dict[str, Observed]] = {}
        self._statuses: dict[str, Status] = {}

    def restore(self, statuses: Iterable[Status]) -> None:
        """Of an earlier life: versions and `since` go on from there."""
        for status in statuses:
            known = self._statuses.get(status.trunk_id)
            if known is None or known.version < status.version:
                self._statuses[status.trunk_id] = status

    def put_trunk(self, trunk: Trunk) -> None:
        known = self._trunks.get(trunk.id)
        if trunk.id in self._gone or (known is not None and known.version >= trunk.version):
            return
        self._trunks[trunk.id] = trunk
        self._judge(trunk)

    def drop_trunk(self, trunk_id: str) -> None:
        self._gone.add(trunk_id)
        self._trunks.pop(trunk_id, None)
        if self._statuses.pop(trunk_id, None) is not None:
            for sink in self._sinks:
                sink.removed(trunk_id)

    def hear(self, readings: Iterable[Reading]) -> None:
        now = self._now()
        for reading in readings:
            seen = self._by_endpoint.setdefault(reading.endpoint, {})
            seen[reading.edge_id] = observe(seen.get(reading.edge_id), reading, now)

    def judge_all(self) -> None:
        """After each round; also when nothing was heard, because silence ages."""
        for trunk in list(self._trunks.values()):
            self._judge(trunk)

    def forget_kept(self) -> None:
        """After all trunks were read: a status whose trunk is gone was deleted while we were away."""
        for trunk_id in [known for known in self._statuses if known not in self._trunks]:
            self.drop_trunk(trunk_id)

    def of_tenant(self, tenant_id: str) -> Sequence[Status]:
        """Ordered by trunk id."""
        found = [
            s for s in self._statuses.values() if s.tenant_id == tenant_id and s.trunk_id in self._trunks
        ]
        return sorted(found, key=lambda s: s.trunk_id)

    def get(self, tenant_id: str, trunk_id: str) -> Status | None:
        status = self._statuses.get(trunk_id)
        known = status is not None and trunk_id in self._trunks and status.tenant_id == tenant_id
        return status if known else None

    def _judge(self, trunk: Trunk) -> None:
        now = self._now()
        observed = [o for e in trunk.endpoints for o in self._by_endpoint.get(e, {}).values()]
        if not observed and trunk.id in self._statuses and now - self._began < STALE:
            return  # just started: what was known before holds until the edges had time to speak
        moved = advance(self._statuses.get(trunk.id), trunk, judge(trunk, observed, now), now)
        if moved is not None:
            self._statuses[trunk.id] = moved
            for sink in self._sinks:
                sink.changed(moved)
