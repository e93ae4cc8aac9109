"""The newest reading of each edge and endpoint, and which edges are alive."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from health_monitor.domain.reading import Prober, Reading
from health_monitor.domain.trunk import Endpoint

# Readings are told again every hour (keepline.events.v1.ProbeReport).
KEPT = timedelta(hours=2)
_LOOK_EVERY = timedelta(minutes=5)


class ProbeReadings:
    def __init__(self) -> None:
        self._by_endpoint: dict[Endpoint, dict[str, Reading]] = defaultdict(dict)
        self._of_edge: dict[str, set[Endpoint]] = defaultdict(set)
        self._probers: dict[str, Prober] = {}
        self._silent: set[str] = set()
        self._looked: datetime | None = None

    def put(self, reading: Reading) -> None:
        known = self._by_endpoint[reading.endpoint].get(reading.edge_id)
        if known is None or known.told_at <= reading.told_at:
            self._by_endpoint[reading.endpoint][reading.edge_id] = reading
            self._of_edge[reading.edge_id].add(reading.endpoint)

    def drop(self, edge_id: str, endpoint: Endpoint) -> bool:
        """False when there was none."""
        self._of_edge[edge_id].discard(endpoint)
        of_endpoint = self._by_endpoint.get(endpoint, {})
        if of_endpoint.pop(edge_id, None) is None:
            return False
        if not of_endpoint:
            del self._by_endpoint[endpoint]
        return True

    def alive(self, prober: Prober, now: datetime) -> Sequence[Endpoint]:
        """The endpoints about which something else holds now."""
        known = self._probers.get(prober.edge_id)
        self._probers[prober.edge_id] = prober
        if not prober.alive(now):
            self._silent.add(prober.edge_id)
            return []
        same = known is not None and known.alive(now) and known.complete_since == prober.complete_since
        if same and prober.edge_id not in self._silent:
            return []
        self._silent.discard(prober.edge_id)
        return list(self._of_edge[prober.edge_id])

    def fell_silent(self, now: datetime) -> Sequence[Endpoint]:
        """The endpoints of edges that gave no sign of life for too long; each edge once."""
        fallen = [e for e, prober in self._probers.items() if e not in self._silent and not prober.alive(now)]
        self._silent.update(fallen)
        return [endpoint for edge in fallen for endpoint in self._of_edge[edge]]

    def heard(self, endpoint: Endpoint, now: datetime) -> Sequence[Reading]:
        """From edges that are alive, and not of an earlier life of theirs; ordered by edge."""
        found = self._by_endpoint.get(endpoint, {})
        return [found[edge] for edge in sorted(found) if self._counts(found[edge], now)]

    def any_alive(self, now: datetime) -> bool:
        return any(prober.alive(now) for prober in self._probers.values())

    def forget_old(self, now: datetime) -> None:
        if self._looked is not None and now - self._looked < _LOOK_EVERY:
            return
        self._looked = now
        old = [
            reading
            for of_endpoint in self._by_endpoint.values()
            for reading in of_endpoint.values()
            if now - reading.told_at > KEPT
        ]
        for reading in old:
            self.drop(reading.edge_id, reading.endpoint)
        for edge in [e for e, prober in self._probers.items() if now - prober.heard_at > KEPT]:
            del self._probers[edge]
            self._silent.discard(edge)
            self._of_edge.pop(edge, None)

    def _counts(self, reading: Reading, now: datetime) -> bool:
        prober = self._probers.get(reading.edge_id)
        return prober is not None and prober.alive(now) and prober.stands_by(reading)
