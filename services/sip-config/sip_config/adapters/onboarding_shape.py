"""An onboarding as JSON: what may be written of it, how it is read, and how its list is asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from servicekit.api.absent import documented, may_be_absent
from servicekit.api.asked import Asked, Change
from servicekit.api.lists import ListRule
from servicekit.api.resource import Reading, Resource
from servicekit.refusals import invalid
from servicekit.timestamps import rfc3339
from sip_config.domain.onboarding.check import MOST_NUMBERS, NumberDraft, OnboardingDraft
from sip_config.domain.onboarding.onboarding import Line, Onboarding, OnboardingState, Step, TestedBy
from siptypes.faults import MAX_NAME
from siptypes.numbers import PATTERN


class NumberNamed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number_id: str = documented("one of your numbers", minLength=1, maxLength=64)
    number: str = documented("the same as E.164", pattern=PATTERN)


class OnboardingToCreate(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"line": "trunk"}})
    line: str = documented("what you have", enum=list(map(str, Line)))
    provider_name: str = may_be_absent("what you call your provider", minLength=1, maxLength=MAX_NAME)
    trunk_id: str = may_be_absent("one of your trunks; with it the step provider is done")
    numbers: list[NumberNamed] = Field(
        default=[],
        description="with one of them the step numbers is done",
        json_schema_extra={"maxItems": MOST_NUMBERS},
    )
    agent_id: str = may_be_absent("one of your agents")
    plan_id: str = may_be_absent("one of your routing plans; with both the step agent is done")
    armed: bool = Field(default=False, description='true: "call it now" is open; told as armed_at')


class StepBody(BaseModel):
    step: Step
    done_at: datetime = may_be_absent("absent: it is not done")


class TestedBody(BaseModel):
    call_id: str
    number: str = Field(description="the one of the numbers that was called, E.164")
    at: datetime = Field(description="when it was answered")
    answered_after_ms: int
    caller_heard: bool = may_be_absent("whether packets of the caller came; absent: nothing was measured")
    agent_heard: bool = may_be_absent("whether packets of the agent went to the caller; absent as above")


class OnboardingBody(BaseModel):
    id: str
    version: int
    line: Line
    state: OnboardingState = Field(
        description="abandoned: nothing changed for a day; a PATCH takes it up again"
    )
    steps: list[StepBody] = Field(description="all of them, in their order")
    next_step: Step = may_be_absent("the first that is not done; absent: none is left, or it is live")
    provider_name: str = may_be_absent("absent until it is known, as the others")
    trunk_id: str = may_be_absent("one of your trunks")
    numbers: list[NumberNamed]
    agent_id: str = may_be_absent("one of your agents")
    plan_id: str = may_be_absent("one of your routing plans")
    armed_at: datetime = may_be_absent('since when "call it now" is open')
    tested: TestedBody = may_be_absent("the newest answered call of one of the numbers; we see it ourselves")
    skipped_test_at: datetime = may_be_absent("when it was said that no test call is made")
    emergency_acknowledged_at: datetime = may_be_absent("when the word about emergency calls was given")
    live_at: datetime = may_be_absent("while it is live")
    created_at: datetime
    updated_at: datetime


class OnboardingPage(BaseModel):
    onboardings: list[OnboardingBody]
    next_page_token: str = may_be_absent("absent on the last page")


class LiveToGo(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"emergency_acknowledged": True}})
    emergency_acknowledged: bool = Field(
        default=False, description="true: you know that no emergency call goes through Keepline"
    )


FIELDS = tuple(OnboardingBody.model_fields)
ONBOARDING = Resource(
    OnboardingToCreate,
    read_only=frozenset(
        {"id", "tenant_id", "version", "state", "armed_at", "tested", "skipped_test_at"}
        | {"emergency_acknowledged_at", "live_at", "created_at", "updated_at"}
    ),
    computed=frozenset({"steps", "next_step"}),
)
LIVE = Resource(LiveToGo, read_only=frozenset())
ONBOARDINGS = ListRule(
    fields=FIELDS,
    order={"created_at": datetime, "updated_at": datetime},
    filters={"line": tuple(map(str, Line)), "state": tuple(map(str, OnboardingState)), "trunk_id": str},
    times=("created_at", "updated_at"),
    first=(("created_at", -1), ("id", -1)),
)


def asked_of(reading: Reading) -> Asked[OnboardingDraft]:
    given = reading["numbers"]
    numbers = None if given is None else [NumberDraft(one.number_id, one.number) for one in given]
    texts = (reading["line"], reading["provider_name"], reading["trunk_id"])
    draft = OnboardingDraft(*texts, numbers, reading["agent_id"], reading["plan_id"], reading["armed"])
    return Asked(draft, reading.faults)


def change_of(patch: object, found: tuple[Any, ...] = ()) -> Change[Onboarding, OnboardingDraft]:
    """patch: a merge patch; found: what is wrong with the request besides."""
    return lambda before: asked_of(ONBOARDING.patched(stored(before), patch, found))


def live_asked(reading: Reading) -> bool:
    """Whether the word about emergency calls is given. Raises Invalid."""
    if reading.faults:
        raise invalid("onboarding", reading.faults)
    return reading["emergency_acknowledged"] is True


def stored(one: Onboarding) -> dict[str, Any]:
    """As the patch of REST or gRPC may send it back."""
    armed = {"armed": True} if one.fields.armed else {}
    return {**onboarding_document(one), "tenant_id": one.tenant_id, **armed}


def onboarding_document(one: Onboarding) -> dict[str, Any]:
    """An OnboardingBody."""
    fields, step = one.fields, one.next_step
    return {
        "id": one.id,
        "version": one.version,
        "line": str(fields.line),
        "state": str(one.state),
        "steps": [{"step": str(step), **_at("done_at", one.done.get(step))} for step in Step],
        **({} if step is None else {"next_step": str(step)}),
        **_there("provider_name", fields.provider_name),
        **_there("trunk_id", fields.trunk_id),
        "numbers": [{"number_id": own.number_id, "number": own.number} for own in fields.numbers],
        **_there("agent_id", fields.agent_id),
        **_there("plan_id", fields.plan_id),
        **_at("armed_at", one.armed_at),
        **({} if one.tested is None else {"tested": _tested(one.tested)}),
        **_at("skipped_test_at", one.skipped_test_at),
        **_at("emergency_acknowledged_at", one.emergency_acknowledged_at),
        **_at("live_at", one.live_at),
        "created_at": rfc3339(one.created_at),
        "updated_at": rfc3339(one.updated_at),
    }


def _tested(by: TestedBy) -> dict[str, Any]:
    heard = {"caller_heard": by.caller_heard, "agent_heard": by.agent_heard}
    return {
        "call_id": by.call_id,
        "number": by.number,
        "at": rfc3339(by.at),
        "answered_after_ms": by.answered_after_ms,
        **{name: value for name, value in heard.items() if value is not None},
    }


def _at(name: str, at: datetime | None) -> Mapping[str, str]:
    return {} if at is None else {name: rfc3339(at)}


def _there(name: str, value: str) -> Mapping[str, str]:
    return {name: value} if value else {}
