"""A call as JSON, and how the list of calls is asked. What is not known, or not yet, is absent."""

from datetime import datetime
from typing import Any, Literal, get_args

from pydantic import BaseModel, Field

from call_router.adapters.decision_shape import DecisionBody
from call_router.adapters.number_filter import CALLED
from call_router.adapters.told import told
from call_router.domain.call_event import Direction
from call_router.domain.call_record import CallRecord
from servicekit.api.absent import may_be_absent
from servicekit.api.lists import ListRule


class PacketsBody(BaseModel):
    received: int = may_be_absent("absent where nothing was measured")
    sent: int = may_be_absent("absent where nothing was measured")


class HeardBody(BaseModel):
    """RTP packets since the answer."""

    provider: PacketsBody
    agent: PacketsBody


class LegResultBody(BaseModel):
    attempt: int = Field(description="of the attempts")
    index: int
    agent_id: str = may_be_absent("who was rung")
    uri: str = may_be_absent("where")
    sip_status: int = may_be_absent("absent while it is tried")
    cause: str = may_be_absent("Q.850 cause name, as the switch says it")
    started_at: datetime
    ringing_at: datetime = may_be_absent("when it rang first")
    early_media_at: datetime = may_be_absent("the first 183 with SDP; it is no answer")
    answered_at: datetime = may_be_absent("when it was answered")
    ended_at: datetime = may_be_absent("absent while it lasts")
    heard: HeardBody = may_be_absent("what was counted last; absent where nobody counted")


class AttemptBody(BaseModel):
    """One offer of the call to one switch."""

    attempt: int = Field(description="1, 2, ...")
    switch_id: str = may_be_absent("which switch")
    edge_id: str = may_be_absent("which edge offered it")
    started_at: datetime
    ended_at: datetime = may_be_absent("absent while it lasts")
    sip_status: int = may_be_absent("what the edge got of this switch in the end")
    hangup_cause: str = may_be_absent("Q.850 cause name, as the switch says it")
    code: str = may_be_absent("of the decision; absent before it")


class MediaBody(BaseModel):
    """RTP of the provider's side as the switch counted it; absent where nothing was measured."""

    packets_received: int = may_be_absent("from the provider")
    packets_sent: int = may_be_absent("to the provider")
    packets_lost: int = may_be_absent("on the way from the provider; absent where none came")
    jitter_max_ms: float = may_be_absent("interarrival jitter variance, the switch's own maximum")
    codec: str = may_be_absent("of the provider's side at the end, as SDP names it")
    leg_codec: str = may_be_absent(
        "of the leg that was answered, at its answer; where it is not `codec`, the switch transcoded"
    )


class CallBody(BaseModel):
    id: str
    trunk_id: str
    direction: Direction
    attempt: int = Field(description="the one that counts: the last one that was answered, else the last one")
    switch_id: str = may_be_absent("of that attempt")
    edge_id: str = may_be_absent("of that attempt")
    caller: str = may_be_absent("as the provider sent it; absent where the number is withheld")
    called: str = may_be_absent("as the provider sent it")
    number: str = may_be_absent("the called number as recognised, E.164")
    source_address: str = may_be_absent("address and port that the INVITE came from")
    decision: DecisionBody = may_be_absent("absent before it")
    legs: list[LegResultBody] = Field(description="of all attempts, in order")
    attempts: list[AttemptBody]
    started_at: datetime = Field(description="the INVITE at the switch, in that attempt")
    answered: bool
    answered_at: datetime = may_be_absent("when an agent answered")
    ended_at: datetime = may_be_absent("absent while the call lasts")
    estimated_within_ms: int = may_be_absent(
        "present when nobody saw the end: ended_at is when it was last seen, it ended at most so much later"
    )
    ended_by: Literal["caller", "agent", "keepline"] = may_be_absent("absent where nobody said")
    hangup_cause: str = may_be_absent(
        "Q.850 cause name of the end, as the switch says it: MEDIA_TIMEOUT where no packet came for five "
        "minutes, MANAGER_REQUEST where an operator ended it; ack_missing is ours, of a call whose answer "
        "the provider never acknowledged, and session_expired, of one whose session one side did not refresh "
        "in time, or that did not answer when we did; "
        "with estimated_within_ms it is ours: node_lost when the switch died with the call, unknown when it "
        "ended and left no word"
    )
    sip_status: int = may_be_absent("what the provider got in the end")
    refusal_code: str = may_be_absent("why the caller was refused; absent of an answered or given up call")
    setup_ms: int = may_be_absent("from the INVITE to the answer, or to the end of an unanswered call")
    talk_ms: int = may_be_absent("from the answer to the end; 0 of a call that was not answered")
    media: MediaBody = may_be_absent("absent where nothing was measured")
    agent_id: str = may_be_absent("of the leg that was answered")


class CallPage(BaseModel):
    calls: list[CallBody]
    next_page_token: str = may_be_absent("absent on the last page")


CALLS = ListRule(
    fields=tuple(CallBody.model_fields),
    order={"started_at": datetime},
    filters={
        "trunk_id": str,
        "number": CALLED,
        "agent_id": str,
        "direction": get_args(Direction),
        "answered": bool,
    },
    times=("started_at",),
    first=(("started_at", -1), ("id", -1)),
)


def call_document(record: CallRecord) -> dict[str, Any]:
    """A CallBody."""
    document: dict[str, Any] = told(record)
    if record.ended_at is None:
        del document["talk_ms"]
        if record.answered_at is None:
            del document["setup_ms"]
    return document
