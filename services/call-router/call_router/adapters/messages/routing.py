"""Agents and plans as messages, and back."""

from collections.abc import Sequence

from call_router.domain.agent import Agent, AgentDraft, AgentFields, HumanAgent, Kind, SipAgent, check_agent
from call_router.domain.plan import Plan, PlanDraft, PlanFields, check_plan
from keepline.routing.v1 import agent_pb2, plan_pb2
from servicekit.timestamps import moment, timestamp
from siptypes.faults import Fault
from siptypes.messages import dangling_message


class Unfit(ValueError):
    """A message that does not fit our types: it is skipped, and said so."""


def agent_message(agent: Agent, dangling: Sequence[Fault] = ()) -> agent_pb2.Agent:
    message = agent_pb2.Agent(
        id=agent.id,
        tenant_id=agent.tenant_id,
        version=agent.version,
        name=agent.name,
        ring_seconds=agent.ring_seconds,
        created_at=timestamp(agent.created_at),
        updated_at=timestamp(agent.updated_at),
        dangling=[dangling_message(fault) for fault in dangling],
    )
    if isinstance(agent.kind, SipAgent):
        message.sip.uri = agent.kind.uri
    else:
        message.human.trunk_id = agent.kind.trunk_id
        message.human.target = agent.kind.target
    return message


def agent_of(message: agent_pb2.Agent) -> Agent:
    kinds: list[Kind] = []
    if message.HasField("sip"):
        kinds.append(SipAgent(message.sip.uri))
    elif message.HasField("human"):
        kinds.append(HumanAgent(message.human.trunk_id, message.human.target))
    checked = check_agent(AgentDraft(message.name, tuple(kinds), message.ring_seconds))
    if not isinstance(checked, AgentFields):
        raise Unfit(f"agent {message.id}: {checked[0].detail}")
    return Agent(
        message.id,
        message.tenant_id,
        message.version,
        checked.name,
        checked.kind,
        checked.ring_seconds,
        moment(message.created_at),
        moment(message.updated_at),
    )


def plan_message(plan: Plan, dangling: Sequence[Fault] = ()) -> plan_pb2.RoutingPlan:
    return plan_pb2.RoutingPlan(
        id=plan.id,
        tenant_id=plan.tenant_id,
        version=plan.version,
        name=plan.name,
        numbers=plan.numbers,
        first_agent_id=plan.first_agent_id,
        fallback_agent_id=plan.fallback_agent_id,
        fallback_on_busy=plan.fallback_on_busy,
        created_at=timestamp(plan.created_at),
        updated_at=timestamp(plan.updated_at),
        dangling=[dangling_message(fault) for fault in dangling],
    )


def plan_of(message: plan_pb2.RoutingPlan) -> Plan:
    fallback = message.fallback_agent_id or None
    draft = PlanDraft(
        message.name, message.numbers, message.first_agent_id, fallback, message.fallback_on_busy
    )
    fields = check_plan(draft)
    if not isinstance(fields, PlanFields):
        raise Unfit(f"plan {message.id}: {fields[0].detail}")
    return Plan(
        message.id,
        message.tenant_id,
        message.version,
        fields.name,
        fields.numbers,
        fields.first_agent_id,
        fields.fallback_agent_id,
        fields.fallback_on_busy,
        moment(message.created_at),
        moment(message.updated_at),
    )
