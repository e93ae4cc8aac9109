"""keepline.routing.v1.CallRoutingManager over the use cases."""

from typing import Any

import grpc

from call_router.adapters import agent_shape, plan_shape
from call_router.adapters.decision_shape import CALL_TO_ROUTE
from call_router.adapters.decision_shape import asked_of as call_of
from call_router.adapters.messages.decisions import write_decision
from call_router.adapters.messages.routing import agent_message, plan_message
from call_router.app.agents import Agents
from call_router.app.dry_run import DryRun
from call_router.app.plans import Plans
from call_router.app.taking import Taking
from call_router.domain.agent import Agent
from call_router.domain.plan import Plan
from keepline.routing.v1 import agent_pb2, plan_pb2, routing_service_pb2_grpc
from keepline.routing.v1 import routing_service_pb2 as pb
from servicekit.api import messages, preconditions
from servicekit.api.idempotency import IdempotencyKeys
from servicekit.auth import reading_tenant, writing_tenant

SERVICE = "keepline.routing.v1.CallRoutingManager"
_OTHER_KIND = {"sip": "human", "human": "sip"}

_Context = grpc.aio.ServicerContext[Any, Any]


class CallRoutingManager(routing_service_pb2_grpc.CallRoutingManagerServicer):
    def __init__(
        self, agents: Agents, plans: Plans, taking: Taking, dry_run: DryRun, keys: IdempotencyKeys
    ) -> None:
        self._taking = taking
        self._agents = agents
        self._plans = plans
        self._dry_run = dry_run
        self._keys = keys

    async def Simulate(self, request: pb.SimulateRequest, context: _Context) -> pb.SimulateResponse:
        tenant_id = reading_tenant("plans")
        reading = CALL_TO_ROUTE.created(messages.document(request))
        decision = self._dry_run.route(tenant_id, call_of(reading))
        answer = pb.SimulateResponse()
        write_decision(answer.decision, decision)
        return answer

    async def CreateAgent(self, request: pb.CreateAgentRequest, context: _Context) -> pb.CreateAgentResponse:
        tenant_id = writing_tenant("agents")
        reading = agent_shape.AGENT.created(messages.document(request, without=["validate_only"]))

        if request.validate_only:
            agent = await self._agents.trial().create(tenant_id, agent_shape.asked_of(reading))
            return pb.CreateAgentResponse(agent=messages.without(self._agent(agent), ("id",)))

        async def make(agent_id: str) -> pb.CreateAgentResponse:
            agent = await self._agents.create(tenant_id, agent_shape.asked_of(reading), agent_id)
            return pb.CreateAgentResponse(agent=self._agent(agent))

        return await messages.once(
            self._keys,
            context,
            request,
            make,
            tenant_id=tenant_id,
            prefix="agt",
            answer=pb.CreateAgentResponse,
        )

    async def GetAgent(self, request: pb.GetAgentRequest, context: _Context) -> pb.GetAgentResponse:
        tenant_id = reading_tenant("agents")
        fields = messages.fields_asked(request, agent_shape.AGENTS.fields)
        agent = await self._agents.get(tenant_id, request.id)
        return pb.GetAgentResponse(agent=messages.selected(self._agent(agent), fields))

    async def ListAgents(self, request: pb.ListAgentsRequest, context: _Context) -> pb.ListAgentsResponse:
        tenant_id = reading_tenant("agents")
        asked = messages.list_asked(request, agent_shape.AGENTS)
        page = await self._agents.list(tenant_id, asked)
        found = [messages.selected(self._agent(agent), asked.fields) for agent in page.items]
        return pb.ListAgentsResponse(agents=found, next_page_token=page.next_page_token)

    async def UpdateAgent(self, request: pb.UpdateAgentRequest, context: _Context) -> pb.UpdateAgentResponse:
        tenant_id = writing_tenant("agents")
        expected = preconditions.expected(request.expected_version, request.any_version)
        patch = messages.patch(request.agent, request.update_mask)
        for kind, other in _OTHER_KIND.items():  # of a oneof the one that is set takes the other's place
            if patch.get(kind) is not None:
                patch[other] = None
        agents = self._agents.trial() if request.validate_only else self._agents
        agent = await agents.update(tenant_id, request.agent.id, agent_shape.change_of(patch), expected)
        return pb.UpdateAgentResponse(agent=self._agent(agent))

    async def DeleteAgent(self, request: pb.DeleteAgentRequest, context: _Context) -> pb.DeleteAgentResponse:
        tenant_id = writing_tenant("agents")
        expected = preconditions.expected(request.expected_version, request.any_version)
        await self._agents.delete(tenant_id, request.id, expected)
        return pb.DeleteAgentResponse()

    async def CreatePlan(self, request: pb.CreatePlanRequest, context: _Context) -> pb.CreatePlanResponse:
        tenant_id = writing_tenant("plans")
        reading = plan_shape.PLAN.created(messages.document(request, without=["validate_only"]))

        if request.validate_only:
            plan = await self._plans.trial().create(tenant_id, plan_shape.asked_of(reading))
            return pb.CreatePlanResponse(plan=messages.without(self._plan(plan), ("id",)))

        async def make(plan_id: str) -> pb.CreatePlanResponse:
            plan = await self._plans.create(tenant_id, plan_shape.asked_of(reading), plan_id)
            return pb.CreatePlanResponse(plan=self._plan(plan))

        return await messages.once(
            self._keys,
            context,
            request,
            make,
            tenant_id=tenant_id,
            prefix="pln",
            answer=pb.CreatePlanResponse,
        )

    async def GetPlan(self, request: pb.GetPlanRequest, context: _Context) -> pb.GetPlanResponse:
        tenant_id = reading_tenant("plans")
        fields = messages.fields_asked(request, plan_shape.PLANS.fields)
        plan = await self._plans.get(tenant_id, request.id)
        return pb.GetPlanResponse(plan=messages.selected(self._plan(plan), fields))

    async def ListPlans(self, request: pb.ListPlansRequest, context: _Context) -> pb.ListPlansResponse:
        tenant_id = reading_tenant("plans")
        asked = messages.list_asked(request, plan_shape.PLANS)
        page = await self._plans.list(tenant_id, asked)
        found = [messages.selected(self._plan(plan), asked.fields) for plan in page.items]
        return pb.ListPlansResponse(plans=found, next_page_token=page.next_page_token)

    async def UpdatePlan(self, request: pb.UpdatePlanRequest, context: _Context) -> pb.UpdatePlanResponse:
        tenant_id = writing_tenant("plans")
        expected = preconditions.expected(request.expected_version, request.any_version)
        patch = messages.patch(request.plan, request.update_mask)
        plans = self._plans.trial() if request.validate_only else self._plans
        plan = await plans.update(tenant_id, request.plan.id, plan_shape.change_of(patch), expected)
        return pb.UpdatePlanResponse(plan=self._plan(plan))

    async def TakeNumbers(self, request: pb.TakeNumbersRequest, context: _Context) -> pb.TakeNumbersResponse:
        tenant_id = writing_tenant("plans")
        numbers = plan_shape.numbers_asked(
            plan_shape.TAKE.created(messages.document(request, without=["id"]))
        )

        async def make(_: str) -> pb.TakeNumbersResponse:
            return pb.TakeNumbersResponse(
                plan=self._plan(await self._taking.take(tenant_id, request.id, numbers))
            )

        return await messages.once(
            self._keys,
            context,
            request,
            make,
            tenant_id=tenant_id,
            prefix="pln",
            answer=pb.TakeNumbersResponse,
        )

    async def DeletePlan(self, request: pb.DeletePlanRequest, context: _Context) -> pb.DeletePlanResponse:
        tenant_id = writing_tenant("plans")
        expected = preconditions.expected(request.expected_version, request.any_version)
        await self._taking.delete(tenant_id, request.id, expected)
        return pb.DeletePlanResponse()

    def _agent(self, agent: Agent) -> agent_pb2.Agent:
        return agent_message(agent, self._agents.dangling(agent))

    def _plan(self, plan: Plan) -> plan_pb2.RoutingPlan:
        return plan_message(plan, self._plans.dangling(plan))
