"""What one edge says about one endpoint, and how long it has said so."""

from dataclasses import dataclass, replace
from datetime import datetime

from health_monitor.domain.trunk import Endpoint


@dataclass(frozen=True, slots=True)
class Reading:
    """reachable: the edge's own verdict, reached after several probes; None while it is still trying.
    latency_ms: the edge's moving average of the round trip; None before the first answer."""

    edge_id: str
    endpoint: Endpoint
    reachable: bool | None
    latency_ms: float | None


@dataclass(frozen=True, slots=True)
class Observed:
    """A reading with its history: since when it has been so, and when it was last heard."""

    reading: Reading
    since: datetime
    heard_at: datetime


def observe(before: Observed | None, reading: Reading, now: datetime) -> Observed:
    """Folds a reading in. A trying edge (None) keeps what was known: not knowing is no change."""
    if before is None:
        return Observed(reading, now, now)
    if reading.reachable is None and before.reading.reachable is not None:
        kept = replace(reading, reachable=before.reading.reachable)
        return Observed(kept, before.since, now)
    same = reading.reachable == before.reading.reachable
    return Observed(reading, before.since if same else now, now)
