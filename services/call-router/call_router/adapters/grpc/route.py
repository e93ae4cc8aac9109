"""keepline.routing.v1.CallRouting: the router's own answer."""

from typing import Any

import grpc

from call_router.adapters.messages.decisions import decision_message
from call_router.app.dry_run import CallDraft, DryRun
from keepline.routing.v1 import call_routing_pb2 as pb
from keepline.routing.v1 import call_routing_pb2_grpc
from servicekit.api.asked import Asked
from servicekit.auth import reading_tenant

SERVICE = "keepline.routing.v1.CallRouting"

_Context = grpc.aio.ServicerContext[Any, Any]


class CallRouting(call_routing_pb2_grpc.CallRoutingServicer):
    def __init__(self, dry_run: DryRun) -> None:
        self._dry_run = dry_run

    async def Route(self, request: pb.RouteRequest, context: _Context) -> pb.RouteResponse:
        asked = Asked(CallDraft(request.trunk_id, request.called, request.caller))
        decision = self._dry_run.route(reading_tenant("plans"), asked)
        return pb.RouteResponse(decision=decision_message(decision))
