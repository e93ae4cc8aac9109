"""Statuses of agents as messages."""

from health_monitor.domain.agent import latency, reachable
from health_monitor.domain.status import EndpointStatus, Status, Verdict
from keepline.health.v1 import agent_health_pb2 as pb
from servicekit.timestamps import timestamp

_VERDICT = {
    Verdict.UNKNOWN: pb.AGENT_VERDICT_UNKNOWN,
    Verdict.HEALTHY: pb.AGENT_VERDICT_HEALTHY,
    Verdict.DOWN: pb.AGENT_VERDICT_DOWN,
}


def agent_status_message(status: Status) -> pb.AgentStatus:
    return pb.AgentStatus(
        agent_id=status.id,
        tenant_id=status.tenant_id,
        version=status.version,
        verdict=_VERDICT[status.verdict],
        sentence=status.sentence,
        since=timestamp(status.since),
        reachable=reachable(status),
        latency_ms=latency(status),
        edges=[_edge(row) for row in status.endpoints],
    )


def _edge(row: EndpointStatus) -> pb.ProbingEdge:
    return pb.ProbingEdge(edge_id=row.edge_id, reachable=row.reachable, latency_ms=row.latency_ms)
