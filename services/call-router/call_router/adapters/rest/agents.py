"""/api/v1/agents over the use cases."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from call_router.adapters.agent_shape import (
    AGENT,
    AGENTS,
    COMPUTED,
    AgentBody,
    AgentPage,
    agent_document,
    asked_of,
    change_of,
)
from call_router.app.agents import Agents
from call_router.domain.agent import Agent
from servicekit.api import described, rest
from servicekit.api.idempotency import Answer, IdempotencyKeys
from servicekit.auth import reading_tenant, writing_tenant
from servicekit.http import refuses

PATH = "/api/v1/agents"


def router(agents: Agents, keys: IdempotencyKeys) -> APIRouter:
    routes = APIRouter(prefix=PATH, tags=["agents"])

    def body(agent: Agent) -> dict[str, object]:
        return agent_document(agent, agents.dangling(agent))

    @routes.post(
        "",
        status_code=201,
        response_model=AgentBody,
        summary="Create an agent",
        openapi_extra=described.creates(AGENT, AgentBody),
        responses=refuses("quota_agents", "records_unavailable"),
    )
    async def create_agent(request: Request) -> Response:
        tenant_id = writing_tenant("agents")
        document = await rest.document(request)
        trial, found = rest.validate_only(request)
        reading = AGENT.created(document, found)
        if trial:
            agent = await agents.trial().create(tenant_id, asked_of(reading))
            return rest.as_it_would_be(body(agent), ("id",))

        async def make(agent_id: str) -> Answer:
            agent = await agents.create(tenant_id, asked_of(reading), agent_id)
            return rest.created(f"{PATH}/{agent.id}", body(agent), agent.version)

        return await rest.once(keys, request, document, make, tenant_id=tenant_id, prefix="agt")

    @routes.get(
        "", response_model=AgentPage, summary="List your agents", openapi_extra=described.lists(AGENTS)
    )
    async def list_agents(request: Request) -> Response:
        tenant_id = reading_tenant("agents")
        asked = rest.list_asked(request, AGENTS)
        page = await agents.list(tenant_id, asked)
        return rest.page("agents", map(body, page.items), page.next_page_token, asked.fields)

    @routes.get(
        "/{agent_id}",
        response_model=AgentBody,
        summary="One agent",
        openapi_extra=described.reads(AGENTS.fields),
    )
    async def get_agent(agent_id: str, request: Request) -> Response:
        tenant_id = reading_tenant("agents")
        fields = rest.fields_asked(request, AGENTS.fields)
        agent = await agents.get(tenant_id, agent_id)
        return rest.one(request, body(agent), agent.version, COMPUTED, fields)

    @routes.patch(
        "/{agent_id}",
        response_model=AgentBody,
        summary="Change an agent",
        openapi_extra=described.changes(AGENT, AgentBody, trial=True),
        responses=refuses("records_unavailable"),
    )
    async def update_agent(agent_id: str, request: Request) -> Response:
        tenant_id, expected = writing_tenant("agents"), rest.if_match(request)
        trial, found = rest.validate_only(request)
        change = change_of(await rest.document(request), found)
        if trial:
            agent = await agents.trial().update(tenant_id, agent_id, change, expected)
            return rest.as_it_would_be(body(agent))
        agent = await agents.update(tenant_id, agent_id, change, expected)
        return rest.changed(body(agent), agent.version)

    @routes.delete(
        "/{agent_id}",
        status_code=204,
        summary="Delete an agent that no plan names",
        openapi_extra=described.deletes(),
        responses=refuses("agent_in_use"),
    )
    async def delete_agent(agent_id: str, request: Request) -> Response:
        tenant_id, expected = writing_tenant("agents"), rest.if_match(request)
        rest.no_parameters(request)
        await agents.delete(tenant_id, agent_id, expected)
        return Response(status_code=204)

    return routes
