"""Statuses as messages."""

from health_monitor.domain.status import EndpointStatus, Status, Verdict
from keepline.health.v1 import trunk_health_pb2 as pb
from servicekit.timestamps import timestamp
from siptypes.messages import endpoint_message

_VERDICT = {
    Verdict.UNKNOWN: pb.TRUNK_VERDICT_UNKNOWN,
    Verdict.HEALTHY: pb.TRUNK_VERDICT_HEALTHY,
    Verdict.DEGRADED: pb.TRUNK_VERDICT_DEGRADED,
    Verdict.DOWN: pb.TRUNK_VERDICT_DOWN,
    Verdict.DISABLED: pb.TRUNK_VERDICT_DISABLED,
}


def status_message(status: Status) -> pb.TrunkStatus:
    return pb.TrunkStatus(
        trunk_id=status.trunk_id,
        tenant_id=status.tenant_id,
        version=status.version,
        verdict=_VERDICT[status.verdict],
        sentence=status.sentence,
        since=timestamp(status.since),
        endpoints=[_endpoint(row) for row in status.endpoints],
    )


def _endpoint(row: EndpointStatus) -> pb.EndpointStatus:
    where = row.endpoint
    return pb.EndpointStatus(
        endpoint=endpoint_message(where.host, where.port, where.transport),
        reachable=row.reachable,
        edge_id=row.edge_id,
        latency_ms=row.latency_ms,
    )
