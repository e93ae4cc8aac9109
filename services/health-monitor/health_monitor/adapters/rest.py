"""/api/v1/health/trunks over the board."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from health_monitor.adapters.status_shape import STATUSES, StatusBody, StatusPage, status_document
from health_monitor.app.statuses import Statuses
from health_monitor.domain.trunk import Trunk
from servicekit.api import described, rest
from servicekit.auth import reading_tenant

PATH = "/api/v1/health/trunks"


def router(statuses: Statuses[Trunk]) -> APIRouter:
    routes = APIRouter(prefix=PATH, tags=["health"])

    @routes.get(
        "",
        response_model=StatusPage,
        summary="The state of your trunks",
        openapi_extra=described.lists(STATUSES),
    )
    async def list_statuses(request: Request) -> Response:
        tenant_id = reading_tenant("health")
        asked = rest.list_asked(request, STATUSES)
        page = statuses.list(tenant_id, asked)
        return rest.page("statuses", map(status_document, page.items), page.next_page_token, asked.fields)

    @routes.get(
        "/{trunk_id}",
        response_model=StatusBody,
        summary="The state of one trunk",
        openapi_extra=described.reads(STATUSES.fields),
    )
    async def get_status(trunk_id: str, request: Request) -> Response:
        tenant_id = reading_tenant("health")
        fields = rest.fields_asked(request, STATUSES.fields)
        status = statuses.get(tenant_id, trunk_id)
        return rest.one(request, status_document(status), status.version, fields=fields)

    return routes
