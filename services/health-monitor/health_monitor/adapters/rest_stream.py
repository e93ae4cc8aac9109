"""/api/v1/health/stream: what changes about trunks, as it changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from health_monitor.adapters.status_feed import News, StatusTopic
from health_monitor.adapters.status_shape import StatusBody, status_document
from health_monitor.domain.status import Gone
from servicekit.api import described
from servicekit.api.streaming import StreamRule, stream_asked, streamed
from servicekit.auth import reading_tenant
from servicekit.http import refuses
from servicekit.streams import Entry, Story, Told, Wants

PATH = "/api/v1/health/stream"


class StatusesNow(BaseModel):
    """How things stand, at the beginning of a stream that does not go on with an earlier one."""

    statuses: list[StatusBody] = Field(description="of all trunks that are asked for, by trunk id")


class StatusChanged(BaseModel):
    """A trunk's status is another than before; a new trunk's is there."""

    status: StatusBody


class StatusRemoved(BaseModel):
    """The trunk was deleted."""

    trunk_id: str


RULE = StreamRule(
    filters={"trunk_id": str},
    snapshot=StatusesNow,
    events={"status_changed": StatusChanged, "status_removed": StatusRemoved},
)


@dataclass(frozen=True, slots=True)
class StatusTeller:
    """Implements servicekit.streams.Teller."""

    topic: StatusTopic

    async def snapshot(self, tenant_id: str, number: int, wants: Wants) -> Mapping[str, Any]:
        shown = map(status_document, self.topic.of_tenant(tenant_id))
        return {"statuses": [one for one in shown if wants(one)]}

    async def told(self, entry: Entry[News]) -> Told:
        news = entry.value
        if isinstance(news, Gone):
            about = {"trunk_id": news.id}
            return Told("status_removed", about, about)
        shown = status_document(news)
        return Told("status_changed", shown, {"status": shown})


def router(story: Story[News]) -> APIRouter:
    routes = APIRouter(tags=["health"])

    @routes.get(
        PATH,
        response_class=Response,
        summary="What changes about your trunks, as it changes (SSE)",
        openapi_extra=described.streams(RULE),
        responses=refuses("streams_too_many", "stream_unavailable", "server_stopping"),
    )
    async def stream_statuses(request: Request) -> Response:
        tenant_id = reading_tenant("health")
        return streamed(story, tenant_id, stream_asked(request, RULE, story.name))

    return routes
