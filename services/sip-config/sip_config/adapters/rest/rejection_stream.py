"""/api/v1/sip/rejections/stream: what is turned away and what is mended, as it happens."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from servicekit.api import described
from servicekit.api.streaming import StreamRule, stream_asked, streamed
from servicekit.http import refuses
from servicekit.streams import Entry, Story, Told, Wants
from sip_config.adapters.kafka.rejection_feed import Changed
from sip_config.adapters.rejection_shape import REJECTIONS, RejectionBody, rejection_document
from sip_config.adapters.rest.rejections import PATH, reading
from sip_config.ports import RejectionStore

_NEWEST = REJECTIONS.read({"page_size": ["100"]})


class RejectionsNow(BaseModel):
    """How things stand, at the beginning of a stream that does not go on with an earlier one."""

    rejections: list[RejectionBody] = Field(description="the newest first, of the 100 newest")
    complete: bool = Field(description="false: there are older ones")


class RejectionTold(BaseModel):
    """Requests were turned away, or what was wrong was mended. A row that is gone by now is not told."""

    rejection: RejectionBody = Field(description="as it is now")


RULE = StreamRule(
    filters={
        "id": str,
        **{name: REJECTIONS.filters[name] for name in ("trunk_id", "code", "number", "state")},
    },
    snapshot=RejectionsNow,
    events={"rejection_changed": RejectionTold},
)


@dataclass(frozen=True, slots=True)
class RejectionTeller:
    """Implements servicekit.streams.Teller."""

    store: RejectionStore

    async def snapshot(self, tenant_id: str, number: int, wants: Wants) -> Mapping[str, Any]:
        page = await self.store.page(tenant_id, _NEWEST)
        shown = [one for one in map(rejection_document, page.items) if wants(one)]
        return {"rejections": shown, "complete": not page.next_page_token}

    async def told(self, entry: Entry[Changed]) -> Told | None:
        row = await self.store.get(entry.value.tenant_id, entry.value.rejection_id)
        if row is None:
            return None
        shown = rejection_document(row)
        return Told("rejection_changed", shown, {"rejection": shown})


def router(story: Story[Changed]) -> APIRouter:
    routes = APIRouter(tags=["rejections"])

    @routes.get(
        f"{PATH}/stream",
        response_class=Response,
        summary="What is turned away and what is mended, as it happens (SSE)",
        openapi_extra=described.streams(RULE),
        responses=refuses("streams_too_many", "stream_unavailable", "server_stopping"),
    )
    async def stream_rejections(request: Request) -> Response:
        tenant_id = reading()
        return streamed(story, tenant_id, stream_asked(request, RULE, story.name))

    return routes
