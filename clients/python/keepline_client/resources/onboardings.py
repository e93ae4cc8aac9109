"""Ways through "Connect a number", each saved at its steps."""

from datetime import datetime
from typing import NotRequired, TypedDict

from keepline_client.fields import Reset
from keepline_client.resources.common import ListQuery, Told, Versioned
from keepline_client.rest.kinds import Kind


class OnboardingStep(Told):
    step: str
    done_at: datetime | None = None
    """None: it is not done."""


class OnboardingNumber(Told):
    number_id: str
    number: str


class OnboardingTest(Told):
    """The newest answered call of one of the numbers."""

    call_id: str
    number: str
    at: datetime
    answered_after_ms: int
    caller_heard: bool | None = None
    """None, here and below: nothing was measured."""
    agent_heard: bool | None = None


class Onboarding(Versioned):
    line: str
    """ "trunk", "forward" or "port"."""
    state: str
    """ "open", "live", or "abandoned": nothing changed for a day; a change takes it up again."""
    steps: tuple[OnboardingStep, ...]
    next_step: str | None = None
    provider_name: str | None = None
    trunk_id: str | None = None
    numbers: tuple[OnboardingNumber, ...]
    agent_id: str | None = None
    plan_id: str | None = None
    armed_at: datetime | None = None
    tested: OnboardingTest | None = None
    skipped_test_at: datetime | None = None
    emergency_acknowledged_at: datetime | None = None
    live_at: datetime | None = None


class NumberNamed(TypedDict):
    number_id: str
    number: str


class NewOnboarding(TypedDict):
    line: str
    provider_name: NotRequired[str]
    trunk_id: NotRequired[str]
    numbers: NotRequired[list[NumberNamed]]
    agent_id: NotRequired[str]
    plan_id: NotRequired[str]
    armed: NotRequired[bool]


class OnboardingChange(TypedDict, total=False):
    line: str
    provider_name: str | Reset
    trunk_id: str | Reset
    numbers: list[NumberNamed] | Reset
    agent_id: str | Reset
    plan_id: str | Reset
    armed: bool | Reset


class OnboardingQuery(ListQuery, total=False):
    line: str | list[str]
    state: str | list[str]
    trunk_id: str | list[str]
    created_at_after: datetime
    created_at_before: datetime
    updated_at_after: datetime
    updated_at_before: datetime


class SecondsToLive(Told):
    p50: float
    p90: float


class StoppedAt(Told):
    step: str
    count: int


class RefusedCode(Told):
    code: str
    count: int
    fixed: int


class OnboardingSuccess(Told):
    """How onboardings go, all tenants together."""

    begun: int
    live: int
    live_untested: int
    abandoned: int
    open: int
    completion_rate: float | None = None
    """None: none was begun."""
    seconds_to_live: SecondsToLive | None = None
    stopped_at: tuple[StoppedAt, ...]
    refused: tuple[RefusedCode, ...]


ONBOARDINGS: Kind[Onboarding, NewOnboarding, OnboardingChange, OnboardingQuery] = Kind(
    "/api/v1/sip/onboardings", Onboarding, "onboardings"
)
ONBOARDING_SUCCESS = "/api/v1/sip/onboardings/success"
