"""A status as JSON, and how the list of statuses is asked."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from health_monitor.domain.status import EndpointStatus, Status, Verdict
from servicekit.api.absent import documented, may_be_absent
from servicekit.api.lists import ListRule
from servicekit.timestamps import rfc3339

VERDICTS = [verdict.value for verdict in Verdict]


class EndpointBody(BaseModel):
    host: str
    port: int
    transport: Literal["udp", "tcp", "tls"]
    edge_id: str = Field(description="the edge that measured")
    reachable: bool
    latency_ms: float = may_be_absent("round trip of OPTIONS; absent before the first answer")


class StatusBody(BaseModel):
    trunk_id: str
    version: int
    verdict: str = documented(enum=VERDICTS)
    sentence: str = Field(description="the cause, in words")
    since: datetime = Field(description="since when the verdict holds")
    endpoints: list[EndpointBody]


class StatusPage(BaseModel):
    statuses: list[StatusBody]
    next_page_token: str = may_be_absent("absent on the last page")


STATUSES = ListRule(
    fields=tuple(StatusBody.model_fields),
    order={"trunk_id": str, "since": datetime},
    filters={"trunk_id": str, "verdict": VERDICTS},
    times=("since",),
    first=(("trunk_id", 1),),
    key="trunk_id",
)


def status_document(status: Status) -> dict[str, Any]:
    """A StatusBody."""
    return {
        "trunk_id": status.id,
        "version": status.version,
        "verdict": status.verdict.value,
        "sentence": status.sentence,
        "since": rfc3339(status.since),
        "endpoints": [_endpoint(row) for row in status.endpoints],
    }


def _endpoint(row: EndpointStatus) -> dict[str, Any]:
    return {
        "host": row.endpoint.host,
        "port": row.endpoint.port,
        "transport": row.endpoint.transport,
        "edge_id": row.edge_id,
        "reachable": row.reachable,
        **({} if row.latency_ms is None else {"latency_ms": row.latency_ms}),
    }
