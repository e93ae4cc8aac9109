"""Decides where a call goes: `route(call, table, now, chance) -> Decision`.

    table > trunk > number > plan > agents > legs

Each step looks one thing up; the first that finds nothing ends it with a refusal, which is a value. The
decision keeps what it looked at and nothing is put into words here: words are made by `explain`, after the
call is on its way.

Rule: a number answers only on the trunk and for the tenant that hold it. What is ambiguous is refused.
"""

from dataclasses import dataclass
from datetime import datetime

from call_router.domain.agent import Agent, SipAgent
from call_router.domain.numbering import readings
from call_router.domain.outcome import (
    AGENT_MISSING,
    NUMBER_AMBIGUOUS,
    NUMBER_UNKNOWN,
    NUMBER_UNREADABLE,
    PLAN_MISSING,
    ROUTED,
    TABLE_MISSING,
    TRUNK_DISABLED,
    TRUNK_UNKNOWN,
    Outcome,
)
from call_router.domain.plan import Plan
from call_router.domain.records import Number, Trunk
from call_router.domain.sip_uri import SipUri
from call_router.domain.table import RoutingTable


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call before anything is decided; called and caller as the provider sent them."""

    tenant_id: str
    trunk_id: str
    called: str
    caller: str
    source: str
    call_id: str


@dataclass(frozen=True, slots=True)
class Leg:
    agent_id: str
    agent_name: str
    uri: str
    ring_seconds: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent that the plan names: its leg, or in a few words why it has none."""

    agent_id: str
    leg: Leg | None
    lack: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: Outcome
    call: Call
    decided_at: datetime
    table_version: int
    trunk: Trunk | None = None
    readings: tuple[str, ...] = ()
    number: Number | None = None
    plan: Plan | None = None
    candidates: tuple[Candidate, ...] = ()
    legs: tuple[Leg, ...] = ()

    @property
    def fallback_on_busy(self) -> bool:
        return self.plan is not None and self.plan.fallback_on_busy


def route(call: Call, table: RoutingTable, now: datetime, chance: float) -> Decision:
    """`chance` in [0, 1) is for rules that divide calls between agents; the rules of today do not."""
    version = table.version
    if not table.ready:
        return Decision(TABLE_MISSING, call, now, version)
    trunk, rules = table.trunks.get(call.trunk_id, (None, None))
    if trunk is None or rules is None or trunk.tenant_id != call.tenant_id:
        return Decision(TRUNK_UNKNOWN, call, now, version)
    if not trunk.enabled:
        return Decision(TRUNK_DISABLED, call, now, version, trunk)
    read = readings(call.called, rules)
    number = _number(call, table, read)
    if isinstance(number, Outcome):
        return Decision(number, call, now, version, trunk, read)
    plan = table.plans.holders.get((call.tenant_id, number.e164))
    if plan is None:
        return Decision(PLAN_MISSING, call, now, version, trunk, read, number)
    candidates = tuple([_candidate(agent_id, table, call.tenant_id) for agent_id in plan.agent_ids])
    legs = tuple([candidate.leg for candidate in candidates if candidate.leg is not None])
    outcome = ROUTED if legs else AGENT_MISSING
    return Decision(outcome, call, now, version, trunk, read, number, plan, candidates, legs)


def _number(call: Call, table: RoutingTable, read: tuple[str, ...]) -> Number | Outcome:
    if not read:
        return NUMBER_UNREADABLE
    holders = table.numbers.holders
    found: Number | None = None
    for e164 in read:
        number = holders.get((call.tenant_id, call.trunk_id, e164))
        if number is not None and found is not None:
            return NUMBER_AMBIGUOUS
        found = number or found
    return found or NUMBER_UNKNOWN


def _candidate(agent_id: str, table: RoutingTable, tenant_id: str) -> Candidate:
    agent = table.agents.get(agent_id)
    if agent is None or agent.tenant_id != tenant_id:
        return Candidate(agent_id, None, "does not exist")
    uri, lack = _target(agent, table)
    if lack:
        return Candidate(agent_id, None, lack)
    return Candidate(agent_id, Leg(agent_id, agent.name, uri, agent.ring_seconds))


def _target(agent: Agent, table: RoutingTable) -> tuple[str, str]:
    """The URI to call, or what is missing for one."""
    kind = agent.kind
    if isinstance(kind, SipAgent):
        return kind.uri, ""
    trunk, _ = table.trunks.get(kind.trunk_id, (None, None))
    if trunk is None or trunk.tenant_id != agent.tenant_id:
        return "", f"is behind trunk {kind.trunk_id}, which does not exist"
    if not trunk.enabled:
        return "", f"is behind trunk {kind.trunk_id}, which is disabled"
    if not trunk.endpoints:
        return "", f"is behind trunk {kind.trunk_id}, which has no endpoint to call"
    endpoint = trunk.endpoints[0]
    return str(SipUri(kind.target, endpoint.host, endpoint.port, endpoint.transport)), ""
