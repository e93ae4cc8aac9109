"""/api/v1/routing/route: the question who would answer."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from call_router.adapters.decision_shape import CALL_TO_ROUTE, DecisionBody, asked_of, decision_document
from call_router.app.dry_run import DryRun
from servicekit.api import described, rest
from servicekit.auth import reading_tenant
from servicekit.http import refuses

PATH = "/api/v1/routing/route"


def router(dry_run: DryRun) -> APIRouter:
    routes = APIRouter(tags=["routing"])

    @routes.post(
        PATH,
        response_model=DecisionBody,
        summary="Who would answer? Decides as for a real call and calls nobody",
        openapi_extra=described.asks(CALL_TO_ROUTE),
        responses=refuses("route_invalid"),
    )
    async def route_call(request: Request) -> Response:
        tenant_id = reading_tenant("plans")
        reading = CALL_TO_ROUTE.created(await rest.document(request), rest.unknown(request))
        return JSONResponse(decision_document(dry_run.route(tenant_id, asked_of(reading))))

    return routes
