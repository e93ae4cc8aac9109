"""A routing plan as JSON: what may be written of it, how it is read, and how its list is asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from call_router.adapters.number_filter import E164
from call_router.domain.plan import MAX_NUMBERS, Plan, PlanDraft
from servicekit.api.absent import documented, may_be_absent
from servicekit.api.asked import Asked, Change
from servicekit.api.dangling import DanglingBody
from servicekit.api.faults import faults_document
from servicekit.api.lists import ListRule
from servicekit.api.resource import Reading, Resource
from servicekit.errors import Violation
from servicekit.refusals import invalid
from servicekit.timestamps import rfc3339
from siptypes.faults import MAX_NAME, Fault
from siptypes.numbers import PATTERN

_E164: dict[str, JsonValue] = {"type": "string", "pattern": PATTERN}
_ON_BUSY = "also try the fallback when the first agent is busy or declines"


class PlanToCreate(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "Front desk",
                "numbers": ["+442079460123"],
                "first_agent_id": "agt_01kb0000000000000000000000",
                "fallback_agent_id": "agt_01kb0000000000000000000001",
            }
        },
    )
    name: str = documented("what you call it", minLength=1, maxLength=MAX_NAME)
    numbers: list[str] = Field(
        default=[],
        description="E.164; numbers that you hold, each in at most one of your plans",
        json_schema_extra={"maxItems": MAX_NUMBERS, "uniqueItems": True, "items": _E164},
    )
    first_agent_id: str = documented("one of your agents", minLength=1)
    fallback_agent_id: str = may_be_absent("who is tried when that one does not answer", minLength=1)
    fallback_on_busy: bool = Field(default=False, description=_ON_BUSY)


class NumbersToTake(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"numbers": ["+442079460123"]}})
    numbers: list[str] = Field(
        description="E.164; numbers that you hold, on whichever of your plans, or on none",
        min_length=1,
        json_schema_extra={"maxItems": MAX_NUMBERS, "uniqueItems": True, "items": _E164},
    )


class PlanBody(BaseModel):
    id: str
    version: int
    name: str
    numbers: list[str] = Field(description="E.164", json_schema_extra={"items": _E164})
    first_agent_id: str
    fallback_agent_id: str = may_be_absent("who is tried when the first one does not answer")
    fallback_on_busy: bool = Field(description=_ON_BUSY)
    created_at: datetime
    updated_at: datetime
    dangling: list[DanglingBody] = Field(description="what it names and is not there any more")


class PlanPage(BaseModel):
    plans: list[PlanBody]
    next_page_token: str = may_be_absent("absent on the last page")


COMPUTED = ("dangling",)
PLAN = Resource(
    PlanToCreate,
    read_only=frozenset({"id", "tenant_id", "version", "created_at", "updated_at"}),
    computed=frozenset(COMPUTED),
)
TAKE = Resource(NumbersToTake, read_only=frozenset())
PLANS = ListRule(
    fields=tuple(PlanBody.model_fields),
    order={"name": str, "created_at": datetime, "updated_at": datetime},
    filters={"name": str, "numbers": E164, "first_agent_id": str, "fallback_agent_id": str},
    times=("created_at", "updated_at"),
    q="part of the name, in any case",
)


def asked_of(reading: Reading) -> Asked[PlanDraft]:
    first, fallback = reading["first_agent_id"], reading["fallback_agent_id"]
    draft = PlanDraft(reading["name"], reading["numbers"], first, fallback, reading["fallback_on_busy"])
    return Asked(draft, reading.faults)


def numbers_asked(reading: Reading) -> Sequence[str]:
    """Raises Invalid."""
    if reading.faults:
        raise invalid("plan", reading.faults)
    numbers: Sequence[str] = reading["numbers"]
    return numbers


def change_of(patch: object, found: Sequence[Violation] = ()) -> Change[Plan, PlanDraft]:
    """patch: a merge patch; found: what is wrong with the request besides."""
    return lambda before: asked_of(PLAN.patched(stored(before), patch, found))


def stored(plan: Plan) -> dict[str, Any]:
    """As the patch of REST or gRPC may send it back."""
    return {**plan_document(plan), "tenant_id": plan.tenant_id}


def plan_document(plan: Plan, dangling: Sequence[Fault] = ()) -> dict[str, Any]:
    """A PlanBody."""
    fallback = plan.fallback_agent_id
    return {
        "id": plan.id,
        "version": plan.version,
        "name": plan.name,
        "numbers": list(plan.numbers),
        "first_agent_id": plan.first_agent_id,
        **({"fallback_agent_id": fallback} if fallback else {}),
        "fallback_on_busy": plan.fallback_on_busy,
        "created_at": rfc3339(plan.created_at),
        "updated_at": rfc3339(plan.updated_at),
        "dangling": faults_document(dangling),
    }
