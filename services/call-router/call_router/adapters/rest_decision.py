"""A decision as REST shows it: in the dry run and in the call log alike."""

from pydantic import BaseModel, Field

from call_router.domain.explain import Explained


class LegBody(BaseModel):
    agent_id: str
    agent_name: str
    uri: str
    ring_seconds: int


class TraceStepBody(BaseModel):
    rule: str
    matched: bool
    detail: str


class DecisionBody(BaseModel):
    code: str = Field(description="routed, or why not: number_unknown, plan_missing, ...")
    reason: str = Field(description="one sentence")
    sip_status: int = Field(description="what a refused call is answered with; 0 when there is a leg")
    legs: list[LegBody]
    trace: list[TraceStepBody]
    number: str = Field(description="the called number as recognised, E.164; empty when it was not")
    number_id: str
    plan_id: str
    plan_version: int
    table_version: str


def decision_body(decision: Explained) -> DecisionBody:
    return DecisionBody(
        code=decision.code,
        reason=decision.reason,
        sip_status=decision.sip_status,
        legs=[
            LegBody(
                agent_id=leg.agent_id, agent_name=leg.agent_name, uri=leg.uri, ring_seconds=leg.ring_seconds
            )
            for leg in decision.legs
        ],
        trace=[
            TraceStepBody(rule=step.rule, matched=step.matched, detail=step.detail) for step in decision.trace
        ],
        number=decision.number,
        number_id=decision.number_id,
        plan_id=decision.plan_id,
        plan_version=decision.plan_version,
        table_version=decision.table_version,
    )
