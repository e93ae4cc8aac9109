"""Every trunk with what the edges found at its endpoints, and its status.

A reading moves the trunks that name its endpoint and no other; an edge that falls silent or comes back moves
those that it reported on. Who has to know is told in the same moment.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from health_monitor.app.probe_readings import ProbeReadings
from health_monitor.domain.advance import advance
from health_monitor.domain.judge import judge
from health_monitor.domain.reading import STALE, Prober, Reading
from health_monitor.domain.status import Status, Verdict
from health_monitor.domain.trunk import Endpoint, Trunk
from health_monitor.ports import StatusSink

# ids of deleted trunks that an older record, sent twice, must not bring back
REMEMBERED_DELETIONS = 10_000
# so long a new trunk may wait for a reading of each of its endpoints
SETTLING = timedelta(seconds=60)


class TrunkBoard:
    def __init__(
        self,
        sinks: Iterable[StatusSink],
        now: Callable[[], datetime],
        reading_back: Callable[[], bool] = lambda: False,
    ) -> None:
        """reading_back: what edges told before the start is still being read; a known status holds."""
        self._sinks = tuple(sinks)
        self._now = now
        self._reading_back = reading_back
        # silence counts from here: the start, or the return of the broker
        self._listening_since = now()
        self._held: set[str] = set()
        self._whole = True
        self._trunks: dict[str, Trunk] = {}
        self._deleted: dict[str, None] = {}
        self._named: dict[Endpoint, set[str]] = defaultdict(set)
        self._readings = ProbeReadings()
        self._statuses: dict[str, Status] = {}

    def restore(self, statuses: Iterable[Status]) -> None:
        """Of an earlier life: versions and `since` go on from there. What was told of trunks is read back
        next, deleted ones too: nobody hears of it before `trunks_read`."""
        self._whole = False
        for status in statuses:
            known = self._statuses.get(status.trunk_id)
            if known is None or known.version < status.version:
                self._statuses[status.trunk_id] = status

    def put_trunk(self, trunk: Trunk) -> None:
        known = self._trunks.get(trunk.id)
        if trunk.id in self._deleted or (known is not None and known.version >= trunk.version):
            return
        self._unname(known)
        self._trunks[trunk.id] = trunk
        for endpoint in trunk.endpoints:
            self._named[endpoint].add(trunk.id)
        self._judge(trunk.id)

    def drop_trunk(self, trunk_id: str) -> None:
        self._deleted[trunk_id] = None
        if len(self._deleted) > REMEMBERED_DELETIONS:
            del self._deleted[next(iter(self._deleted))]
        self._unname(self._trunks.pop(trunk_id, None))
        self._held.discard(trunk_id)
        status = self._statuses.pop(trunk_id, None)
        if status is not None:
            for sink in self._sinks:
                sink.removed(status)

    def hear(self, reading: Reading) -> None:
        self._readings.put(reading)
        self._judge_naming([reading.endpoint])

    def unhear(self, edge_id: str, endpoint: Endpoint) -> None:
        """The edge probes this endpoint no more."""
        if self._readings.drop(edge_id, endpoint):
            self._judge_naming([endpoint])

    def alive(self, prober: Prober) -> None:
        self._judge_naming(self._readings.alive(prober, self._now()))
        self._release_held()

    def tick(self, *, listening: bool) -> None:
        """Every second. listening: the broker is there; while it is not, silence says nothing."""
        now = self._now()
        if not listening:
            self._listening_since = now
            return
        if now - self._listening_since < STALE:
            return
        self._judge_naming(self._readings.fell_silent(now))
        self._readings.forget_old(now)
        self._release_held()

    def trunks_read(self) -> None:
        """All of them: one whose status is known and that is not among them was deleted meanwhile."""
        for trunk_id in [known for known in self._statuses if known not in self._trunks]:
            self.drop_trunk(trunk_id)
        self._whole = True
        self._release_held()

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

    def _unname(self, trunk: Trunk | None) -> None:
        for endpoint in trunk.endpoints if trunk is not None else ():
            named = self._named[endpoint]
            named.discard(trunk.id if trunk is not None else "")
            if not named:
                del self._named[endpoint]

    def _judge_naming(self, endpoints: Iterable[Endpoint]) -> None:
        for trunk_id in {t for endpoint in endpoints for t in self._named.get(endpoint, ())}:
            self._judge(trunk_id)

    def _release_held(self) -> None:
        held, self._held = self._held, set()
        for trunk_id in held:
            self._judge(trunk_id)

    def _judge(self, trunk_id: str) -> None:
        if not self._whole:
            self._held.add(trunk_id)
            return
        trunk, now = self._trunks[trunk_id], self._now()
        heard = [r for endpoint in trunk.endpoints for r in self._readings.heard(endpoint, now)]
        early = self._reading_back() or (not heard and now - self._listening_since < STALE)
        if early and trunk_id in self._statuses:
            self._held.add(trunk_id)  # what was known before holds until the edges had time to speak
            return
        alive, before = self._readings.any_alive(now), self._statuses.get(trunk_id)
        if not alive and now - self._listening_since < STALE:
            self._held.add(trunk_id)  # whether an edge is there is not known yet
            alive = True
        new = before is None or (before.verdict is Verdict.UNKNOWN and now - before.since < SETTLING)
        judged = judge(trunk, heard, edges_alive=alive, new=new)
        if new and judged.verdict is Verdict.UNKNOWN:
            self._held.add(trunk_id)
        moved = advance(before, trunk, judged, now)
        if moved is not None:
            self._statuses[trunk_id] = moved
            for sink in self._sinks:
                sink.changed(moved)
