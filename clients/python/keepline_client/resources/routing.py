"""A decision: who is rung for a call, and why."""

from typing import Final, NotRequired, TypedDict

from keepline_client.resources.common import Told

ROUTE: Final = "/api/v1/routing/route"


class Leg(Told):
    agent_id: str
    agent_name: str
    uri: str
    ring_seconds: int


class TraceStep(Told):
    rule: str
    matched: bool
    detail: str


class Decision(Told):
    code: str
    """ "routed", or why not."""
    reason: str
    sip_status: int | None = None
    """What a refused call is answered with."""
    legs: tuple[Leg, ...] = ()
    trace: tuple[TraceStep, ...] = ()
    number: str | None = None
    number_id: str | None = None
    plan_id: str | None = None
    plan_version: int | None = None
    table_version: str | None = None


class CallToRoute(TypedDict):
    trunk_id: str
    called: str
    """As the provider sends it."""
    caller: NotRequired[str]
