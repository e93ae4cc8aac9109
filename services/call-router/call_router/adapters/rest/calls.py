"""/api/v1/calls over the call log."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from call_router.adapters.rest.call_body import CallBody, call_body
from call_router.app.call_log import CallLog
from call_router.ports import CallFilter
from servicekit.auth import principal


class CallPage(BaseModel):
    calls: list[CallBody]
    next_page_token: str = Field(description="empty on the last page")


class CallQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    page_size: int = 0
    page_token: str = ""
    trunk_id: str = ""
    number: str = Field(default="", description="E.164 of the called number")
    started_after: AwareDatetime | None = Field(default=None, description="RFC 3339, with its offset")
    started_before: AwareDatetime | None = None
    answered: bool | None = None


def router(log: CallLog) -> APIRouter:
    routes = APIRouter(prefix="/api/v1/calls", tags=["calls"])

    @routes.get("", summary="Your calls, newest first")
    async def list_calls(asked: Annotated[CallQuery, Query()]) -> CallPage:
        wanted = CallFilter(
            asked.trunk_id, asked.number, asked.started_after, asked.started_before, asked.answered
        )
        page = await log.list(principal().tenant_id, wanted, asked.page_size, asked.page_token)
        return CallPage(calls=[call_body(c) for c in page.items], next_page_token=page.next_page_token)

    @routes.get("/{call_id}", summary="One call with its decision and its legs")
    async def get(call_id: str) -> CallBody:
        return call_body(await log.get(principal().tenant_id, call_id))

    return routes
