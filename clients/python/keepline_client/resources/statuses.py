"""What a trunk can do now: read only."""

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
