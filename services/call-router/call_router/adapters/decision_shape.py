"""A decision as JSON: in the dry run and in the call log alike."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from call_router.adapters.told import told
from call_router.app.dry_run import MAX_WRITTEN, CallDraft
from call_router.domain.explain import Explained
from call_router.domain.outcome import ALL
from servicekit.api.absent import documented, may_be_absent
from servicekit.api.asked import Asked
from servicekit.api.resource import Reading, Resource


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
    code: str = documented("routed, or why not", enum=[outcome.code for outcome in ALL])
    reason: str = Field(description="one sentence")
    sip_status: int = may_be_absent("what a refused call is answered with")
    legs: list[LegBody] = Field(description="in the order in which they are tried; none of a refused call")
    trace: list[TraceStepBody] = Field(description="what the rules looked at, in order")
    number: str = may_be_absent("the called number as recognised, E.164")
    number_id: str = may_be_absent("of that number")
    plan_id: str = may_be_absent("of the plan that names it")
    plan_version: int = may_be_absent("of that plan")
    table_version: str = Field(description="content version of the table that decided")


class CallToRoute(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"trunk_id": "trk_01kb0000000000000000000000", "called": "020 7946 0123"}
        },
    )
    trunk_id: str = documented("one of your trunks", minLength=1, maxLength=MAX_WRITTEN)
    called: str = documented("as the provider sends it", minLength=1, maxLength=MAX_WRITTEN)
    caller: str = may_be_absent("as the provider sends it", maxLength=MAX_WRITTEN)


CALL_TO_ROUTE = Resource(CallToRoute, read_only=frozenset())


def decision_document(decision: Explained) -> dict[str, Any]:
    """A DecisionBody."""
    document: dict[str, Any] = told(decision)
    return document


def asked_of(reading: Reading) -> Asked[CallDraft]:
    return Asked(CallDraft(reading["trunk_id"], reading["called"], reading["caller"]), reading.faults)
