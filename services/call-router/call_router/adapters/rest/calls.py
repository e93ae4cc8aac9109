"""/api/v1/calls over the call log."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from call_router.adapters.call_event_shape import CallEvents, events_document
from call_router.adapters.call_shape import CALLS, CallBody, CallPage, call_document
from call_router.adapters.latest_shape import KINDS, MOST, LatestCallsBody, latest_asked, latest_document
from call_router.app.call_log import CallLog
from servicekit.api import described, rest
from servicekit.auth import reading_tenant

PATH = "/api/v1/calls"
EVENTS = tuple(CallEvents.model_fields)


def router(log: CallLog) -> APIRouter:
    routes = APIRouter(prefix=PATH, tags=["calls"])

    @routes.get(
        "", response_model=CallPage, summary="Your calls, newest first", openapi_extra=described.lists(CALLS)
    )
    async def list_calls(request: Request) -> Response:
        tenant_id = reading_tenant("calls")
        asked = rest.list_asked(request, CALLS)
        page = await log.list(tenant_id, asked)
        return rest.page("calls", map(call_document, page.items), page.next_page_token, asked.fields)

    @routes.get(
        "/latest",
        response_model=LatestCallsBody,
        summary="The newest call of each of these numbers, or of each of these trunks",
        openapi_extra=described.asks_of_any(KINDS, MOST),
    )
    async def get_latest_calls(request: Request) -> Response:
        tenant_id = reading_tenant("calls")
        by, values = latest_asked(rest.parameters(request))
        return rest.shown(latest_document(by, await log.latest(tenant_id, by, values)))

    @routes.get(
        "/{call_id}",
        response_model=CallBody,
        summary="One call with its decision and its legs",
        openapi_extra=described.reads(CALLS.fields),
    )
    async def get_call(call_id: str, request: Request) -> Response:
        tenant_id = reading_tenant("calls")
        fields = rest.fields_asked(request, CALLS.fields)
        kept = await log.get(tenant_id, call_id)
        return rest.one(request, call_document(kept.record), kept.revision, fields=fields)

    @routes.get(
        "/{call_id}/events",
        response_model=CallEvents,
        summary="What happened to a call, in order",
        openapi_extra=described.reads(EVENTS),
    )
    async def get_call_events(call_id: str, request: Request) -> Response:
        tenant_id = reading_tenant("calls")
        fields = rest.fields_asked(request, EVENTS)
        kept = await log.kept(tenant_id, call_id)
        return rest.one(request, events_document(kept.history), kept.revision, fields=fields)

    return routes
