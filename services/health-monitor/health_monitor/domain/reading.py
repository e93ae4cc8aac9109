"""What one edge's prober says about one endpoint, and whether that edge can still be heard."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from health_monitor.domain.trunk import Endpoint

# An edge gives a sign of life every 10 s (keepline.events.v1.ProbeReport).
STALE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Reading:
    """reachable: the edge's verdict, reached after several probes; None: the first one was not answered,
    which says nothing yet. since: when that began there. told_at: when the edge told it. latency_ms: moving
    average of the round trip; None before an answer."""

    edge_id: str
    endpoint: Endpoint
    reachable: bool | None
    since: datetime
    told_at: datetime
    latency_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Prober:
    """An edge's prober. heard_at: its newest sign of life. complete_since: readings told before are of an
    earlier life; None while this life has not probed every endpoint once."""

    edge_id: str
    heard_at: datetime
    complete_since: datetime | None = None

    def alive(self, now: datetime) -> bool:
        return now - self.heard_at <= STALE

    def stands_by(self, reading: Reading) -> bool:
        return self.complete_since is None or reading.told_at >= self.complete_since
