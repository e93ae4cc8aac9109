"""keepline.health.v1.AgentHealth over the agents' board."""

from typing import Any

import grpc

from health_monitor.adapters.agent_messages import agent_status_message
from health_monitor.adapters.agent_shape import AGENT_STATUSES
from health_monitor.app.statuses import Statuses
from health_monitor.domain.agent import Agent
from keepline.health.v1 import agent_health_pb2 as pb
from keepline.health.v1 import agent_health_pb2_grpc
from servicekit.api import messages
from servicekit.auth import reading_tenant

SERVICE = "keepline.health.v1.AgentHealth"

_Context = grpc.aio.ServicerContext[Any, Any]


class AgentHealth(agent_health_pb2_grpc.AgentHealthServicer):
    def __init__(self, statuses: Statuses[Agent]) -> None:
        self._statuses = statuses

    async def GetAgentStatus(
        self, request: pb.GetAgentStatusRequest, context: _Context
    ) -> pb.GetAgentStatusResponse:
        tenant_id = reading_tenant("health")
        fields = messages.fields_asked(request, AGENT_STATUSES.fields)
        status = agent_status_message(self._statuses.get(tenant_id, request.agent_id))
        return pb.GetAgentStatusResponse(status=messages.selected(status, fields))

    async def ListAgentStatuses(
        self, request: pb.ListAgentStatusesRequest, context: _Context
    ) -> pb.ListAgentStatusesResponse:
        tenant_id = reading_tenant("health")
        asked = messages.list_asked(request, AGENT_STATUSES)
        page = self._statuses.list(tenant_id, asked)
        found = [messages.selected(agent_status_message(one), asked.fields) for one in page.items]
        return pb.ListAgentStatusesResponse(statuses=found, next_page_token=page.next_page_token)
