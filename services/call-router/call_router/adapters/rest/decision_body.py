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
    """Every field is the field of the same name of the domain's."""
    return DecisionBody.model_validate(decision, from_attributes=True)
