"""Statuses as messages, and back."""

from health_monitor.domain.status import EndpointStatus, Status, Verdict
from health_monitor.domain.trunk import Endpoint
from keepline.health.v1 import trunk_health_pb2 as pb
from servicekit.timestamps import moment, timestamp
from siptypes.endpoints import Transport
from siptypes.messages import endpoint_message, transport_of

_VERDICT = {
    Verdict.UNKNOWN: pb.TRUNK_VERDICT_UNKNOWN,
    Verdict.HEALTHY: pb.TRUNK_VERDICT_HEALTHY,
    Verdict.DEGRADED: pb.TRUNK_VERDICT_DEGRADED,
    Verdict.DOWN: pb.TRUNK_VERDICT_DOWN,
    Verdict.DISABLED: pb.TRUNK_VERDICT_DISABLED,
}


_VERDICT_OF = {message: verdict for verdict, message in _VERDICT.items()}


def status_message(status: Status) -> pb.TrunkStatus:
    return pb.TrunkStatus(
        trunk_id=status.id,
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


def status_of(message: pb.TrunkStatus) -> Status:
    """A verdict that is not known here is unknown."""
    return Status(
        message.trunk_id,
        message.tenant_id,
        message.version,
        _VERDICT_OF.get(message.verdict, Verdict.UNKNOWN),
        message.sentence,
        moment(message.since),
        tuple(_row(one) for one in message.endpoints),
    )


def _row(message: pb.EndpointStatus) -> EndpointStatus:
    where = message.endpoint
    return EndpointStatus(
        Endpoint(where.host, where.port, transport_of(where) or Transport.UDP),
        message.edge_id,
        message.reachable,
        message.latency_ms if message.HasField("latency_ms") else None,
    )
