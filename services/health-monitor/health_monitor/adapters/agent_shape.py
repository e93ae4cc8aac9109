"""An agent's status as JSON, and how the list of them is asked."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from health_monitor.domain.agent import latency, reachable
from health_monitor.domain.status import EndpointStatus, Status, Verdict
from servicekit.api.absent import documented, may_be_absent
from servicekit.api.lists import ListRule
from servicekit.timestamps import rfc3339

VERDICTS = [verdict.value for verdict in (Verdict.UNKNOWN, Verdict.HEALTHY, Verdict.DOWN)]


class ProbingEdgeBody(BaseModel):
    edge_id: str
    reachable: bool
    latency_ms: float = may_be_absent("round trip of OPTIONS; absent before the first answer")


class AgentStatusBody(BaseModel):
    agent_id: str
    version: int
    verdict: str = documented(enum=VERDICTS)
    sentence: str = Field(description="the cause, in words")
    since: datetime = Field(description="since when the verdict holds")
    reachable: bool = may_be_absent(
        "whether an edge's probes are answered; absent before the first one has come back. "
        "False beside unknown: the first was not answered, the next ones are under way"
    )
    latency_ms: float = may_be_absent("the quickest edge's round trip of OPTIONS; absent without an answer")
    edges: list[ProbingEdgeBody] = Field(description="what each edge that probes it finds")


class AgentStatusPage(BaseModel):
    statuses: list[AgentStatusBody]
    next_page_token: str = may_be_absent("absent on the last page")


AGENT_STATUSES = ListRule(
    fields=tuple(AgentStatusBody.model_fields),
    order={"agent_id": str, "since": datetime},
    filters={"agent_id": str, "verdict": VERDICTS},
    times=("since",),
    first=(("agent_id", 1),),
    key="agent_id",
)


def agent_status_document(status: Status) -> dict[str, Any]:
    """An AgentStatusBody."""
    return {
        "agent_id": status.id,
        "version": status.version,
        "verdict": status.verdict.value,
        "sentence": status.sentence,
        "since": rfc3339(status.since),
        **_present(reachable=reachable(status), latency_ms=latency(status)),
        "edges": [_edge(row) for row in status.endpoints],
    }


def _edge(row: EndpointStatus) -> dict[str, Any]:
    return {"edge_id": row.edge_id, "reachable": row.reachable, **_present(latency_ms=row.latency_ms)}


def _present(**values: object) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
