"""As much of a voice agent as its health needs."""

from dataclasses import dataclass

from health_monitor.domain.status import Status
from health_monitor.domain.trunk import Endpoint


@dataclass(frozen=True, slots=True)
class Agent:
    """endpoint: where its SIP URI leads."""

    id: str
    tenant_id: str
    version: int
    name: str
    endpoint: Endpoint

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return (self.endpoint,)


def reachable(status: Status) -> bool | None:
    """Whether any edge's probes are answered; None before the first one has come back."""
    return any(row.reachable for row in status.endpoints) if status.endpoints else None


def latency(status: Status) -> float | None:
    """The quickest edge's, of those that reach it."""
    found = [row.latency_ms for row in status.endpoints if row.reachable and row.latency_ms is not None]
    return min(found, default=None)
