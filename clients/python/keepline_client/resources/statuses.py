"""What a trunk can do now, and whether a voice agent answers: read only."""

from datetime import datetime

from keepline_client.resources.common import ListQuery, Told
from keepline_client.rest.kinds import ReadKind


class EndpointStatus(Told):
    host: str
    port: int
    transport: str
    edge_id: str
    reachable: bool
    latency_ms: float | None = None
    """None before the first answer."""


class TrunkStatus(Told):
    trunk_id: str
    version: int
    verdict: str
    """ "unknown", "healthy", "degraded", "down", "disabled"."""
    sentence: str
    since: datetime
    endpoints: tuple[EndpointStatus, ...] = ()


class StatusQuery(ListQuery, total=False):
    trunk_id: str | list[str]
    verdict: str | list[str]
    since_after: datetime
    since_before: datetime


STATUSES: ReadKind[TrunkStatus, StatusQuery] = ReadKind("/api/v1/health/trunks", TrunkStatus, "statuses")


class ProbingEdge(Told):
    edge_id: str
    reachable: bool
    latency_ms: float | None = None
    """None before the first answer."""


class AgentStatus(Told):
    agent_id: str
    version: int
    verdict: str
    """ "unknown", "healthy", "down"; calls are offered to it whatever it is."""
    sentence: str
    since: datetime
    reachable: bool | None = None
    """None before the first probe has come back."""
    latency_ms: float | None = None
    edges: tuple[ProbingEdge, ...] = ()


class AgentStatusQuery(ListQuery, total=False):
    agent_id: str | list[str]
    verdict: str | list[str]
    since_after: datetime
    since_before: datetime


AGENT_STATUSES: ReadKind[AgentStatus, AgentStatusQuery] = ReadKind(
    "/api/v1/health/agents", AgentStatus, "statuses"
)
