"""An agent as JSON: what may be written of it, how it is read, and how its list is asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from call_router.domain.agent import (
    DEFAULT_RING_SECONDS,
    MAX_RING_SECONDS,
    MIN_RING_SECONDS,
    Agent,
    AgentDraft,
    HumanAgent,
    Kind,
    SipAgent,
)
from call_router.domain.sip_uri import MAX_URI
from servicekit.api.absent import documented, may_be_absent
from servicekit.api.asked import Asked, Change
from servicekit.api.dangling import DanglingBody
from servicekit.api.faults import faults_document
from servicekit.api.lists import ListRule
from servicekit.api.resource import Reading, Resource
from servicekit.errors import Violation
from servicekit.timestamps import rfc3339
from siptypes.faults import MAX_NAME, Fault

_RING = "seconds that it may ring before the next leg is tried"
_RING_BOUNDS = {"minimum": MIN_RING_SECONDS, "maximum": MAX_RING_SECONDS}


class Sip(BaseModel):
    """A voice agent at a SIP URI."""

    model_config = ConfigDict(extra="forbid")
    uri: str = documented(
        "sip:user@host[:port][;transport=udp|tcp|tls]",
        maxLength=MAX_URI,
        pattern=r"^[Ss][Ii][Pp]:[^@\s]+@\S+$",
    )


class Human(BaseModel):
    """A person behind a trunk."""

    model_config = ConfigDict(extra="forbid")
    trunk_id: str = documented("one of your trunks")
    target: str = documented(
        "digits of an extension, or an E.164 number", pattern=r"^([0-9]{1,15}|\+[1-9][0-9]{5,14})$"
    )


class AgentToCreate(BaseModel):
    """Either sip or human."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"name": "Receptionist", "sip": {"uri": "sip:desk@agents.example:5060;transport=udp"}}
        },
    )
    name: str = documented("what you call it", minLength=1, maxLength=MAX_NAME)
    sip: Sip = may_be_absent("for a voice agent")
    human: Human = may_be_absent("for a person")
    ring_seconds: int = Field(
        default=DEFAULT_RING_SECONDS, description=_RING, json_schema_extra=dict(_RING_BOUNDS)
    )


class AgentBody(BaseModel):
    id: str
    version: int
    name: str
    sip: Sip = may_be_absent("of a voice agent")
    human: Human = may_be_absent("of a person")
    ring_seconds: int = Field(description=_RING)
    created_at: datetime
    updated_at: datetime
    dangling: list[DanglingBody] = Field(description="what it names and is not there any more")


class AgentPage(BaseModel):
    agents: list[AgentBody]
    next_page_token: str = may_be_absent("absent on the last page")


COMPUTED = ("dangling",)
AGENT = Resource(
    AgentToCreate,
    read_only=frozenset({"id", "tenant_id", "version", "created_at", "updated_at"}),
    computed=frozenset(COMPUTED),
)
AGENTS = ListRule(
    fields=tuple(AgentBody.model_fields),
    order={"name": str, "created_at": datetime, "updated_at": datetime},
    filters={"name": str},
    times=("created_at", "updated_at"),
    q="part of the name, in any case",
)


def asked_of(reading: Reading) -> Asked[AgentDraft]:
    return Asked(AgentDraft(reading["name"], _kinds(reading), reading["ring_seconds"]), reading.faults)


def change_of(patch: object, found: Sequence[Violation] = ()) -> Change[Agent, AgentDraft]:
    """patch: a merge patch; found: what is wrong with the request besides."""
    return lambda before: asked_of(AGENT.patched(stored(before), patch, found))


def stored(agent: Agent) -> dict[str, Any]:
    """As the patch of REST or gRPC may send it back."""
    return {**agent_document(agent), "tenant_id": agent.tenant_id}


def agent_document(agent: Agent, dangling: Sequence[Fault] = ()) -> dict[str, Any]:
    """An AgentBody."""
    kind = agent.kind
    called = (
        {"sip": {"uri": kind.uri}}
        if isinstance(kind, SipAgent)
        else {"human": {"trunk_id": kind.trunk_id, "target": kind.target}}
    )
    return {
        "id": agent.id,
        "version": agent.version,
        "name": agent.name,
        **called,
        "ring_seconds": agent.ring_seconds,
        "created_at": rfc3339(agent.created_at),
        "updated_at": rfc3339(agent.updated_at),
        "dangling": faults_document(dangling),
    }


def _kinds(reading: Reading) -> tuple[Kind, ...] | None:
    if not {"sip", "human"} <= reading.values.keys():
        return None
    sip, human = reading["sip"], reading["human"]
    kinds: list[Kind] = [SipAgent(sip.uri)] if sip is not None else []
    kinds += [HumanAgent(human.trunk_id, human.target)] if human is not None else []
    return tuple(kinds)
