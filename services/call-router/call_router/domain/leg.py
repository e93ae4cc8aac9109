"""One attempt to reach one agent: whom a plan names, and how that one is called, if it can be."""

from dataclasses import dataclass
from typing import Literal

from call_router.domain.agent import Agent, SipAgent
from call_router.domain.records import Trunk
from call_router.domain.sip_uri import SipUri

LegKind = Literal["sip", "human"]


@dataclass(frozen=True, slots=True)
class Leg:
    agent_id: str
    agent_name: str
    uri: str
    ring_seconds: int
    # a person's line may play an announcement before it is answered, and the caller hears it
    kind: LegKind = "sip"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent that the plan names: its leg, or in a few words why it has none."""

    agent_id: str
    leg: Leg | None
    lack: str = ""


def nobody(agent_id: str) -> Candidate:
    return Candidate(agent_id, None, "does not exist")


def candidate_of(agent: Agent, trunk: Trunk | None) -> Candidate:
    """`trunk` is the one that a human agent is behind."""
    kind, agent_id = agent.kind, agent.id
    if isinstance(kind, SipAgent):
        return Candidate(agent_id, Leg(agent_id, agent.name, kind.uri, agent.ring_seconds))
    if trunk is None or trunk.tenant_id != agent.tenant_id:
        return Candidate(agent_id, None, f"is behind trunk {kind.trunk_id}, which does not exist")
    if not trunk.enabled:
        return Candidate(agent_id, None, f"is behind trunk {kind.trunk_id}, which is disabled")
    if not trunk.endpoints:
        return Candidate(agent_id, None, f"is behind trunk {kind.trunk_id}, which has no endpoint to call")
    endpoint = trunk.endpoints[0]
    uri = SipUri(kind.target, endpoint.host, endpoint.port, endpoint.transport)
    return Candidate(agent_id, Leg(agent_id, agent.name, str(uri), agent.ring_seconds, "human"))
