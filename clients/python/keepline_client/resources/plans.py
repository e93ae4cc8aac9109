"""Who answers which numbers."""

from typing import NotRequired, TypedDict

from keepline_client.fields import Reset
from keepline_client.resources.common import ChangedQuery, Dangling, Versioned
from keepline_client.rest.kinds import Kind


class Plan(Versioned):
    name: str
    numbers: tuple[str, ...]
    first_agent_id: str
    fallback_agent_id: str | None = None
    fallback_on_busy: bool = False
    dangling: tuple[Dangling, ...] = ()


class NewPlan(TypedDict):
    name: str
    first_agent_id: str
    numbers: NotRequired[list[str]]
    fallback_agent_id: NotRequired[str]
    fallback_on_busy: NotRequired[bool]


class PlanChange(TypedDict, total=False):
    name: str
    first_agent_id: str
    numbers: list[str] | Reset
    fallback_agent_id: str | Reset
    fallback_on_busy: bool | Reset


class PlanQuery(ChangedQuery, total=False):
    name: str | list[str]
    numbers: str | list[str]
    first_agent_id: str | list[str]
    fallback_agent_id: str | list[str]


PLANS: Kind[Plan, NewPlan, PlanChange, PlanQuery] = Kind("/api/v1/routing/plans", Plan, "plans")
