"""/api/v1/calls/stream: what happens to calls, as it happens."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from call_router.adapters.call_event_shape import NAMES, CallHappening, CallsGoingOn, event_document
from call_router.adapters.call_shape import call_document
from call_router.adapters.number_filter import CALLED
from call_router.app.live_calls import LiveCalls
from call_router.domain.call_event import CallEvent
from call_router.domain.hidden_numbers import Hide
from servicekit.api import described
from servicekit.api.streaming import StreamRule, stream_asked, streamed
from servicekit.auth import reading_tenant
from servicekit.http import refuses
from servicekit.streams import Entry, Story, Told, Wants

PATH = "/api/v1/calls/stream"
RULE = StreamRule(
    filters={"id": str, "trunk_id": str, "number": CALLED, "agent_id": str},
    snapshot=CallsGoingOn,
    events=dict.fromkeys(NAMES.values(), CallHappening),
)


@dataclass(frozen=True, slots=True)
class CallTeller:
    """Implements servicekit.streams.Teller."""

    live: LiveCalls

    async def snapshot(self, tenant_id: str, number: int, wants: Wants) -> Mapping[str, Any]:
        going_on = await self.live.going_on(tenant_id, number)
        shown = map(call_document, going_on.calls)
        return {"calls": [one for one in shown if wants(one)], "complete": going_on.complete}

    async def told(self, entry: Entry[CallEvent]) -> Told:
        call = call_document(await self.live.after(entry))
        name = NAMES[type(entry.value.fact)]
        return Told(name, call, {"call": call, "event": event_document(entry.value)})


def router(story: Story[CallEvent], hide: Hide | None = None) -> APIRouter:
    routes = APIRouter(tags=["calls"])

    @routes.get(
        PATH,
        response_class=Response,
        summary="What happens to your calls, as it happens (SSE)",
        openapi_extra=described.streams(RULE),
        responses=refuses("streams_too_many", "stream_unavailable", "server_stopping"),
    )
    async def stream_calls(request: Request) -> Response:
        tenant_id = reading_tenant("calls")
        asked = stream_asked(request, RULE, story.name)
        if hide is not None and "number" in asked.filters:
            hidden = tuple(hide(str(number)) for number in asked.filters["number"])
            asked = replace(asked, filters={**asked.filters, "number": hidden})
        return streamed(story, tenant_id, asked)

    return routes
