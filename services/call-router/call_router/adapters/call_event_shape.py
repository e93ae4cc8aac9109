"""What happened to a call, as JSON. The call as it then stood is told beside it, and not repeated here."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from call_router.adapters.call_shape import CallBody, PacketsBody
from call_router.adapters.told import told
from call_router.domain import call_event as e
from call_router.domain.call_history import CallHistory
from servicekit.api.absent import may_be_absent
from servicekit.timestamps import rfc3339

Name = Literal[
    "call_started",
    "call_routed",
    "leg_started",
    "leg_ringing",
    "early_media",
    "call_answered",
    "leg_failed",
    "call_heard",
    "call_ended",
]
NAMES: dict[type[e.Fact], Name] = {
    e.CallStarted: "call_started",
    e.CallRouted: "call_routed",
    e.LegStarted: "leg_started",
    e.LegRinging: "leg_ringing",
    e.EarlyMedia: "early_media",
    e.CallAnswered: "call_answered",
    e.LegFailed: "leg_failed",
    e.CallHeard: "call_heard",
    e.CallEnded: "call_ended",
}


class CallEventBody(BaseModel):
    """(call, attempt, seq) names it for ever, here as in the topic of call events."""

    attempt: int
    seq: int
    at: datetime
    switch_id: str = may_be_absent("which switch")
    edge_id: str = may_be_absent("which edge offered the call")
    leg_index: int = may_be_absent("of what is about a leg")
    agent_id: str = may_be_absent("of what is about a leg")
    sip_status: int = may_be_absent("of a leg that failed, or what the provider got in the end")
    cause: str = may_be_absent("of a leg that failed: Q.850 cause name, as the switch says it")
    reason: str = may_be_absent("of a leg that failed, in words")
    next: Literal["next_leg", "refusal", "nothing"] = may_be_absent("what follows a leg that failed")
    next_leg_index: int = may_be_absent("with next_leg")
    refusal_status: int = may_be_absent("with refusal")
    refusal_code: str = may_be_absent("with refusal")
    provider: PacketsBody = may_be_absent("RTP packets of the provider's side since the answer")
    agent: PacketsBody = may_be_absent("RTP packets of the agent's side since the answer")


class KeptEventBody(CallEventBody):
    name: Name = Field(description="as the event stream calls it")


class CallEvents(BaseModel):
    events: list[KeptEventBody] = Field(description="all of them, by attempt and seq")


class CallHappening(BaseModel):
    """Something happened to a call."""

    call: CallBody = Field(description="as it stood then")
    event: CallEventBody


class CallsGoingOn(BaseModel):
    """How things stand, at the beginning of a stream that does not go on with an earlier one."""

    calls: list[CallBody] = Field(description="that have not ended, newest first, 500 at most")
    complete: bool = Field(description="false: there are others")


def event_document(event: e.CallEvent) -> dict[str, Any]:
    """A CallEventBody."""
    around = {"attempt": event.attempt, "seq": event.seq, "at": rfc3339(event.at)}
    where = {"switch_id": event.switch_id, "edge_id": event.edge_id}
    return {**around, **{name: value for name, value in where.items() if value}, **_of_fact(event.fact)}


def events_document(history: CallHistory) -> dict[str, Any]:
    """CallEvents."""
    return {"events": [{"name": NAMES[type(one.fact)], **event_document(one)} for one in history.events]}


def _of_fact(fact: e.Fact) -> dict[str, Any]:
    match fact:
        case e.CallStarted() | e.CallRouted():
            return {}
        case e.CallEnded():
            return {"sip_status": fact.sip_status} if fact.sip_status else {}
        case e.CallHeard():
            return {"leg_index": fact.leg_index, **told(fact)}
        case e.LegFailed():
            return _of_failed(fact)
        case _:
            return {"leg_index": fact.leg_index, **({"agent_id": fact.agent_id} if fact.agent_id else {})}


def _of_failed(failed: e.LegFailed) -> dict[str, Any]:
    document: dict[str, Any] = told(failed)
    follows = {"next_leg": {"next_leg_index"}, "refusal": {"refusal_status", "refusal_code"}}
    apart = {"next_leg_index", "refusal_status", "refusal_code"} - follows.get(failed.next, set())
    return {name: value for name, value in document.items() if name not in apart}
