"""/api/v1/agents over the use cases."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from call_router.app.agents import Agents
from call_router.domain.agent import Agent, AgentFields, HumanAgent, Kind, SipAgent
from servicekit.auth import principal, writing_tenant


class SipBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    uri: str = Field(description="sip:user@host[:port][;transport=udp|tcp|tls]")


class HumanBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    trunk_id: str
    target: str = Field(description="digits of an extension, or an E.164 number")


class AgentToWrite(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"name": "Receptionist", "sip": {"uri": "sip:desk@agents.example:5060;transport=udp"}}
        },
    )
    name: str
    sip: SipBody | None = None
    human: HumanBody | None = None
    ring_seconds: int = Field(default=0, description="seconds before the next leg is tried; 0 asks for 20")

    def fields(self) -> AgentFields:
        kind: Kind | None = None
        if self.sip is not None and self.human is None:
            kind = SipAgent(self.sip.uri)
        elif self.human is not None and self.sip is None:
            kind = HumanAgent(self.human.trunk_id, self.human.target)
        return AgentFields(self.name, kind, self.ring_seconds)


class AgentToUpdate(AgentToWrite):
    version: int = Field(default=0, ge=0, description="when not 0, the version that you read")


class AgentBody(BaseModel):
    id: str
    version: int
    name: str
    sip: SipBody | None = None
    human: HumanBody | None = None
    ring_seconds: int
    created_at: datetime
    updated_at: datetime


class AgentPage(BaseModel):
    agents: list[AgentBody]
    next_page_token: str = Field(description="empty on the last page")


def router(agents: Agents) -> APIRouter:
    routes = APIRouter(prefix="/api/v1/agents", tags=["agents"])

    @routes.post("", status_code=201, summary="Create an agent")
    async def create(asked: AgentToWrite, response: Response) -> AgentBody:
        tenant = writing_tenant()
        agent = await agents.create(tenant, asked.fields())
        response.headers["Location"] = f"{routes.prefix}/{agent.id}"
        return _body(agent)

    @routes.get("", summary="List your agents")
    async def list_agents(page_size: int = 0, page_token: str = "") -> AgentPage:
        page = await agents.list(principal().tenant_id, page_size, page_token)
        return AgentPage(agents=[_body(a) for a in page.items], next_page_token=page.next_page_token)

    @routes.get("/{agent_id}", summary="One agent")
    async def get(agent_id: str) -> AgentBody:
        return _body(await agents.get(principal().tenant_id, agent_id))

    @routes.put("/{agent_id}", summary="Change an agent")
    async def update(agent_id: str, asked: AgentToUpdate) -> AgentBody:
        tenant = writing_tenant()
        return _body(await agents.update(tenant, agent_id, asked.fields(), asked.version))

    @routes.delete("/{agent_id}", status_code=204, summary="Delete an agent that no plan names")
    async def delete(agent_id: str) -> None:
        await agents.delete(writing_tenant(), agent_id)

    return routes


def _body(agent: Agent) -> AgentBody:
    kind = agent.kind
    return AgentBody(
        id=agent.id,
        version=agent.version,
        name=agent.name,
        sip=SipBody(uri=kind.uri) if isinstance(kind, SipAgent) else None,
        human=HumanBody(trunk_id=kind.trunk_id, target=kind.target) if isinstance(kind, HumanAgent) else None,
        ring_seconds=agent.ring_seconds,
        created_at=agent.created_at,
        updated_at=agent.updated_at,
    )
