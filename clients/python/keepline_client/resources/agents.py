"""Who answers: a voice agent at a SIP URI, or a person behind a trunk."""

from typing import NotRequired, TypedDict

from keepline_client.fields import Reset
from keepline_client.resources.common import ChangedQuery, Dangling, Told, Versioned
from keepline_client.rest.kinds import Kind


class Sip(Told):
    uri: str


class Human(Told):
    trunk_id: str
    target: str


class Agent(Versioned):
    """One of sip and human is there."""

    name: str
    sip: Sip | None = None
    human: Human | None = None
    ring_seconds: int
    dangling: tuple[Dangling, ...] = ()


class SipFields(TypedDict):
    uri: str


class HumanFields(TypedDict):
    trunk_id: str
    target: str


class NewAgent(TypedDict):
    name: str
    sip: NotRequired[SipFields]
    human: NotRequired[HumanFields]
    ring_seconds: NotRequired[int]


class AgentChange(TypedDict, total=False):
    name: str
    sip: SipFields | Reset
    human: HumanFields | Reset
    ring_seconds: int | Reset


class AgentQuery(ChangedQuery, total=False):
    name: str | list[str]


AGENTS: Kind[Agent, NewAgent, AgentChange, AgentQuery] = Kind("/api/v1/agents", Agent, "agents")
