"""/api/v1/health/trunks over the board."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from health_monitor.app.statuses import Statuses
from health_monitor.domain.status import Status
from servicekit.auth import principal


class EndpointBody(BaseModel):
    host: str
    port: int
    transport: str
    edge_id: str = Field(description="the edge that measured")
    reachable: bool
    latency_ms: float | None = Field(description="round trip of OPTIONS; null before the first answer")


class StatusBody(BaseModel):
    trunk_id: str
    version: int
    verdict: str = Field(description="unknown, healthy, degraded, down or disabled")
    sentence: str = Field(description="the cause, in words")
    since: datetime
    endpoints: list[EndpointBody]


class StatusPage(BaseModel):
    statuses: list[StatusBody]
    next_page_token: str = Field(description="empty on the last page")


def router(statuses: Statuses) -> APIRouter:
    routes = APIRouter(prefix="/api/v1/health/trunks", tags=["health"])

    @routes.get("", summary="The state of your trunks")
    async def list_statuses(page_size: int = 0, page_token: str = "", verdict: str = "") -> StatusPage:
        page = statuses.list(principal().tenant_id, verdict, page_size, page_token)
        return StatusPage(statuses=[_body(s) for s in page.items], next_page_token=page.next_page_token)

    @routes.get("/{trunk_id}", summary="The state of one trunk")
    async def get(trunk_id: str) -> StatusBody:
        return _body(statuses.get(principal().tenant_id, trunk_id))

    return routes


def _body(status: Status) -> StatusBody:
    return StatusBody(
        trunk_id=status.trunk_id,
        version=status.version,
        verdict=status.verdict.value,
        sentence=status.sentence,
        since=status.since,
        endpoints=[
            EndpointBody(
                host=row.endpoint.host,
                port=row.endpoint.port,
                transport=row.endpoint.transport,
                edge_id=row.edge_id,
                reachable=row.reachable,
                latency_ms=row.latency_ms,
            )
            for row in status.endpoints
        ],
    )
