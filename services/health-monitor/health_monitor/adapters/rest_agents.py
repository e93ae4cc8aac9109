"""/api/v1/health/agents over the agents' board."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from health_monitor.adapters.agent_shape import (
    AGENT_STATUSES,
    AgentStatusBody,
    AgentStatusPage,
    agent_status_document,
)
from health_monitor.app.statuses import Statuses
from health_monitor.domain.agent import Agent
from servicekit.api import described, rest
from servicekit.auth import reading_tenant

PATH = "/api/v1/health/agents"


def router(statuses: Statuses[Agent]) -> APIRouter:
    routes = APIRouter(prefix=PATH, tags=["health"])

    @routes.get(
        "",
        response_model=AgentStatusPage,
        summary="Whether your voice agents answer our probes",
        openapi_extra=described.lists(AGENT_STATUSES),
    )
    async def list_agent_statuses(request: Request) -> Response:
        tenant_id = reading_tenant("health")
        asked = rest.list_asked(request, AGENT_STATUSES)
        page = statuses.list(tenant_id, asked)
        shown = map(agent_status_document, page.items)
        return rest.page("statuses", shown, page.next_page_token, asked.fields)

    @routes.get(
        "/{agent_id}",
        response_model=AgentStatusBody,
        summary="Whether one voice agent answers our probes",
        openapi_extra=described.reads(AGENT_STATUSES.fields),
    )
    async def get_agent_status(agent_id: str, request: Request) -> Response:
        tenant_id = reading_tenant("health")
        fields = rest.fields_asked(request, AGENT_STATUSES.fields)
        status = statuses.get(tenant_id, agent_id)
        return rest.one(request, agent_status_document(status), status.version, fields=fields)

    return routes
