"""The verdict on a trunk or an agent, and the sentence that says why."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from health_monitor.domain.trunk import Endpoint


class Verdict(Enum):
    UNKNOWN = "unknown"
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    DOWN = "down"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class EndpointStatus:
    endpoint: Endpoint
    edge_id: str
    reachable: bool
    latency_ms: float | None


@dataclass(frozen=True, slots=True)
class Status:
    """id: of the trunk or agent. version grows by one with each change; since: when the verdict, not the
    sentence, began."""

    id: str
    tenant_id: str
    version: int
    verdict: Verdict
    sentence: str
    since: datetime
    endpoints: tuple[EndpointStatus, ...] = ()

    def gone(self) -> "Gone":
        return Gone(self.id, self.tenant_id, self.version + 1)


@dataclass(frozen=True, slots=True)
class Gone:
    """What is left of a status when its trunk or agent is deleted. version: the one after its last."""

    id: str
    tenant_id: str
    version: int
