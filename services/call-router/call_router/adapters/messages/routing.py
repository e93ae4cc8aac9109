"""Agents and plans as messages, and back."""

from call_router.domain.agent import Agent, AgentFields, CheckedAgent, HumanAgent, Kind, SipAgent, read_agent
from call_router.domain.plan import Plan, PlanFields, plan_faults
from keepline.routing.v1 import agent_pb2, plan_pb2, routing_service_pb2
from servicekit.timestamps import moment, timestamp

_HasKind = agent_pb2.Agent | routing_service_pb2.CreateAgentRequest
_HasPlan = plan_pb2.RoutingPlan | routing_service_pb2.CreatePlanRequest


class Unfit(ValueError):
    """A message that does not fit our types: it is skipped, and said so."""


def agent_fields(message: _HasKind) -> AgentFields:
    kind: Kind | None = None
    if message.HasField("sip"):
        kind = SipAgent(message.sip.uri)
    elif message.HasField("human"):
        kind = HumanAgent(message.human.trunk_id, message.human.target)
    return AgentFields(message.name, kind, message.ring_seconds)


def plan_fields(message: _HasPlan) -> PlanFields:
    return PlanFields(
        message.name,
        tuple(message.numbers),
        message.first_agent_id,
        message.fallback_agent_id,
        message.fallback_on_busy,
    )


def agent_message(agent: Agent) -> agent_pb2.Agent:
    message = agent_pb2.Agent(
        id=agent.id,
        tenant_id=agent.tenant_id,
        version=agent.version,
        name=agent.name,
        ring_seconds=agent.ring_seconds,
        created_at=timestamp(agent.created_at),
        updated_at=timestamp(agent.updated_at),
    )
    if isinstance(agent.kind, SipAgent):
        message.sip.uri = agent.kind.uri
    else:
        message.human.trunk_id = agent.kind.trunk_id
        message.human.target = agent.kind.target
    return message


def agent_of(message: agent_pb2.Agent) -> Agent:
    checked = read_agent(agent_fields(message))
    if not isinstance(checked, CheckedAgent):
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


def plan_message(plan: Plan) -> plan_pb2.RoutingPlan:
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
    )


def plan_of(message: plan_pb2.RoutingPlan) -> Plan:
    fields = plan_fields(message)
    faults = plan_faults(fields)
    if faults:
        raise Unfit(f"plan {message.id}: {faults[0].detail}")
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
