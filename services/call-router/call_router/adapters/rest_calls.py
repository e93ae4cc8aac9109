"""/api/v1/calls over the call log."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from call_router.adapters.rest_decision import DecisionBody, decision_body
from call_router.app.call_log import CallLog
from call_router.domain.call_record import CallRecord
from call_router.ports import CallFilter
from servicekit.auth import principal


class LegResultBody(BaseModel):
    index: int
    agent_id: str
    uri: str
    sip_status: int = Field(description="0 while it is tried")
    cause: str
    started_at: datetime
    ended_at: datetime | None


class MediaBody(BaseModel):
    """RTP of the provider's side as the switch counted it; null where nothing was measured."""

    packets_received: int | None
    packets_sent: int | None
    packets_lost: int | None
    jitter_max_ms: float | None
    codec: str


class CallBody(BaseModel):
    id: str
    trunk_id: str
    caller: str
    called: str = Field(description="as the provider sent it")
    source: str
    decision: DecisionBody | None
    legs: list[LegResultBody]
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    hangup_cause: str
    sip_status: int = Field(description="what the provider got in the end; 0 while the call lasts")
    setup_ms: int
    talk_ms: int
    media: MediaBody | None
    agent_id: str


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
        return CallPage(calls=[_body(c) for c in page.items], next_page_token=page.next_page_token)

    @routes.get("/{call_id}", summary="One call with its decision and its legs")
    async def get(call_id: str) -> CallBody:
        return _body(await log.get(principal().tenant_id, call_id))

    return routes


def _body(record: CallRecord) -> CallBody:
    media = record.media
    return CallBody(
        id=record.id,
        trunk_id=record.trunk_id,
        caller=record.caller,
        called=record.called,
        source=record.source,
        decision=decision_body(record.decision) if record.decision else None,
        legs=[
            LegResultBody(
                index=leg.index,
                agent_id=leg.agent_id,
                uri=leg.uri,
                sip_status=leg.sip_status,
                cause=leg.cause,
                started_at=leg.started_at,
                ended_at=leg.ended_at,
            )
            for leg in record.legs
        ],
        started_at=record.started_at,
        answered_at=record.answered_at,
        ended_at=record.ended_at,
        hangup_cause=record.hangup_cause,
        sip_status=record.sip_status,
        setup_ms=record.setup_ms,
        talk_ms=record.talk_ms,
        media=MediaBody(
            packets_received=media.packets_received,
            packets_sent=media.packets_sent,
            packets_lost=media.packets_lost,
            jitter_max_ms=media.jitter_max_ms,
            codec=media.codec,
        )
        if media
        else None,
        agent_id=record.agent_id,
    )
