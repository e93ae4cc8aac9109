"""A call as REST shows it. Every field of a body is the field of the same name of the domain's."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from call_router.adapters.rest.decision_body import DecisionBody
from call_router.domain.call_record import CallRecord


class PacketsBody(BaseModel):
    received: int | None
    sent: int | None


class HeardBody(BaseModel):
    """RTP packets since the answer; null where nothing was measured."""

    provider: PacketsBody
    agent: PacketsBody


class LegResultBody(BaseModel):
    attempt: int
    index: int
    agent_id: str
    uri: str
    sip_status: int = Field(description="0 while it is tried")
    cause: str
    started_at: datetime
    ringing_at: datetime | None
    early_media_at: datetime | None = Field(description="the first 183 with SDP; it is no answer")
    answered_at: datetime | None
    ended_at: datetime | None
    heard: HeardBody | None = Field(description="what was counted last; null where nobody counted")


class AttemptBody(BaseModel):
    """One offer of the call to one switch."""

    number: int
    switch_id: str
    edge_id: str
    started_at: datetime
    ended_at: datetime | None
    sip_status: int = Field(description="what the edge got of this switch in the end; 0 while it lasts")
    hangup_cause: str
    code: str = Field(description="of the decision; empty before it")


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
    direction: Literal["inbound", "outbound"]
    attempt: int = Field(description="the one that counts: the last one that was answered, else the last one")
    switch_id: str
    edge_id: str
    caller: str
    called: str = Field(description="as the provider sent it")
    source: str
    decision: DecisionBody | None
    legs: list[LegResultBody] = Field(description="of all attempts, in order")
    attempts: list[AttemptBody]
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    ended_within_ms: int | None = Field(
        description="not null: nobody saw the end, because the switch died with the call; ended_at is when "
        "it was last seen, and it ended at most so much later"
    )
    ended_by: Literal["caller", "agent", "keepline", ""] = Field(description="empty: nobody said")
    hangup_cause: str
    sip_status: int = Field(description="what the provider got in the end; 0 while the call lasts")
    setup_ms: int
    talk_ms: int
    media: MediaBody | None
    agent_id: str


def call_body(record: CallRecord) -> CallBody:
    return CallBody.model_validate(record, from_attributes=True)
