"""What a plan or an agent names and is not there any more.

Each name was checked when it was written; numbers and trunks are others', and may go later.
"""

from call_router.domain.agent import Agent, HumanAgent
from call_router.domain.plan import Plan
from call_router.domain.table import RoutingTable
from siptypes.faults import Fault


def agent_dangling(agent: Agent, table: RoutingTable) -> list[Fault]:
    kind = agent.kind
    if not table.ready or not isinstance(kind, HumanAgent) or _has_trunk(agent, kind, table):
        return []
    return [trunk_fault("/human/trunk_id", kind.trunk_id)]


def plan_dangling(plan: Plan, table: RoutingTable) -> list[Fault]:
    if not table.ready:
        return []
    faults = number_faults(plan, table)
    named = {"/first_agent_id": plan.first_agent_id, "/fallback_agent_id": plan.fallback_agent_id}
    for pointer, agent_id in named.items():
        agent = table.agents.get(agent_id) if agent_id else None
        if agent_id and (agent is None or agent.tenant_id != plan.tenant_id):
            faults.append(agent_fault(pointer, agent_id))
        elif agent is not None:
            faults += [
                Fault(pointer, f.code, f"{f.detail}, which agent {agent_id} is behind", f.hint)
                for f in agent_dangling(agent, table)
            ]
    return faults


def number_faults(plan: Plan, table: RoutingTable) -> list[Fault]:
    held = table.number_index.is_held
    return [
        number_fault(index, number)
        for index, number in enumerate(plan.numbers)
        if not held(plan.tenant_id, number)
    ]


def number_fault(index: int, number: str) -> Fault:
    hint = "bring the number in first; one that you brought in just now may take a moment"
    return Fault(f"/numbers/{index}", "number_not_held", f"you hold no number {number}", hint)


def agent_fault(pointer: str, agent_id: str) -> Fault:
    return Fault(pointer, "agent_not_found", f"no agent {agent_id}", "list your agents to see their ids")


def trunk_fault(pointer: str, trunk_id: str) -> Fault:
    hint = "name one of your trunks; one that you created just now may take a moment"
    return Fault(pointer, "trunk_not_found", f"no trunk {trunk_id}", hint)


def _has_trunk(agent: Agent, kind: HumanAgent, table: RoutingTable) -> bool:
    trunk = table.trunk(kind.trunk_id)
    return trunk is not None and trunk.tenant_id == agent.tenant_id
