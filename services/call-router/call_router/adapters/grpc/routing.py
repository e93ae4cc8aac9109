"""keepline.routing.v1.CallRoutingManager over the use cases."""

from typing import Any

import grpc

from call_router.adapters.messages.decisions import decision_message
from call_router.adapters.messages.routing import (
    agent_fields,
    agent_message,
    plan_fields,
    plan_message,
)
from call_router.app.agents import Agents
from call_router.app.dry_run import DryRun
from call_router.app.plans import Plans
from keepline.routing.v1 import routing_service_pb2 as pb
from keepline.routing.v1 import routing_service_pb2_grpc
from servicekit.auth import principal, writing_tenant

SERVICE = "keepline.routing.v1.CallRoutingManager"

_Context = grpc.aio.ServicerContext[Any, Any]


class CallRoutingManager(routing_service_pb2_grpc.CallRoutingManagerServicer):
    def __init__(self, agents: Agents, plans: Plans, dry_run: DryRun) -> None:
        self._agents = agents
        self._plans = plans
        self._dry_run = dry_run

    async def Simulate(self, request: pb.SimulateRequest, context: _Context) -> pb.SimulateResponse:
        tenant = principal().tenant_id
        decision = self._dry_run.route(tenant, request.trunk_id, request.called, request.caller)
        return pb.SimulateResponse(decision=decision_message(decision))

    async def CreateAgent(self, request: pb.CreateAgentRequest, context: _Context) -> pb.CreateAgentResponse:
        agent = await self._agents.create(writing_tenant(), agent_fields(request))
        return pb.CreateAgentResponse(agent=agent_message(agent))

    async def GetAgent(self, request: pb.GetAgentRequest, context: _Context) -> pb.GetAgentResponse:
        agent = await self._agents.get(principal().tenant_id, request.id)
        return pb.GetAgentResponse(agent=agent_message(agent))

    async def ListAgents(self, request: pb.ListAgentsRequest, context: _Context) -> pb.ListAgentsResponse:
        asked = request.page
        page = await self._agents.list(principal().tenant_id, asked.page_size, asked.page_token)
        found = [agent_message(agent) for agent in page.items]
        return pb.ListAgentsResponse(agents=found, next_page_token=page.next_page_token)

    async def UpdateAgent(self, request: pb.UpdateAgentRequest, context: _Context) -> pb.UpdateAgentResponse:
        asked = request.agent
        agent = await self._agents.update(writing_tenant(), asked.id, agent_fields(asked), asked.version)
        return pb.UpdateAgentResponse(agent=agent_message(agent))

    async def DeleteAgent(self, request: pb.DeleteAgentRequest, context: _Context) -> pb.DeleteAgentResponse:
        await self._agents.delete(writing_tenant(), request.id)
        return pb.DeleteAgentResponse()

    async def CreatePlan(self, request: pb.CreatePlanRequest, context: _Context) -> pb.CreatePlanResponse:
        plan = await self._plans.create(writing_tenant(), plan_fields(request))
        return pb.CreatePlanResponse(plan=plan_message(plan))

    async def GetPlan(self, request: pb.GetPlanRequest, context: _Context) -> pb.GetPlanResponse:
        plan = await self._plans.get(principal().tenant_id, request.id)
        return pb.GetPlanResponse(plan=plan_message(plan))

    async def ListPlans(self, request: pb.ListPlansRequest, context: _Context) -> pb.ListPlansResponse:
        asked = request.page
        page = await self._plans.list(principal().tenant_id, asked.page_size, asked.page_token)
        found = [plan_message(plan) for plan in page.items]
        return pb.ListPlansResponse(plans=found, next_page_token=page.next_page_token)

    async def UpdatePlan(self, request: pb.UpdatePlanRequest, context: _Context) -> pb.UpdatePlanResponse:
        asked = request.plan
        plan = await self._plans.update(writing_tenant(), asked.id, plan_fields(asked), asked.version)
        return pb.UpdatePlanResponse(plan=plan_message(plan))

    async def DeletePlan(self, request: pb.DeletePlanRequest, context: _Context) -> pb.DeletePlanResponse:
        await self._plans.delete(writing_tenant(), request.id)
        return pb.DeletePlanResponse()
