"""keepline.routing.v1.CallLog over the call log."""

from typing import Any

import grpc

from call_router.adapters.call_shape import CALLS
from call_router.adapters.latest_shape import latest_asked
from call_router.adapters.messages.calls import latest_message, record_message
from call_router.adapters.messages.events import event_message
from call_router.app.call_log import CallLog
from keepline.routing.v1 import call_log_pb2 as pb
from keepline.routing.v1 import call_log_pb2_grpc
from servicekit.api import messages
from servicekit.auth import reading_tenant

SERVICE = "keepline.routing.v1.CallLog"

_Context = grpc.aio.ServicerContext[Any, Any]


class CallLogService(call_log_pb2_grpc.CallLogServicer):
    def __init__(self, log: CallLog) -> None:
        self._log = log

    async def GetCall(self, request: pb.GetCallRequest, context: _Context) -> pb.GetCallResponse:
        tenant_id = reading_tenant("calls")
        fields = messages.fields_asked(request, CALLS.fields)
        kept = await self._log.get(tenant_id, request.id)
        return pb.GetCallResponse(call=messages.selected(record_message(kept.record), fields))

    async def GetLatestCalls(
        self, request: pb.GetLatestCallsRequest, context: _Context
    ) -> pb.GetLatestCallsResponse:
        tenant_id = reading_tenant("calls")
        by, values = latest_asked(messages.document(request))
        return latest_message(by, await self._log.latest(tenant_id, by, values))

    async def ListCalls(self, request: pb.ListCallsRequest, context: _Context) -> pb.ListCallsResponse:
        tenant_id = reading_tenant("calls")
        asked = messages.list_asked(request, CALLS)
        page = await self._log.list(tenant_id, asked)
        found = [messages.selected(record_message(record), asked.fields) for record in page.items]
        return pb.ListCallsResponse(calls=found, next_page_token=page.next_page_token)

    async def GetCallEvents(
        self, request: pb.GetCallEventsRequest, context: _Context
    ) -> pb.GetCallEventsResponse:
        kept = await self._log.kept(reading_tenant("calls"), request.id)
        return pb.GetCallEventsResponse(events=map(event_message, kept.history.events))
