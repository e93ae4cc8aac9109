"""keepline.routing.v1.CallLog over the call log."""

from typing import Any

import grpc

from call_router.adapters.messages.calls import record_message
from call_router.app.call_log import CallLog
from call_router.ports import CallFilter
from keepline.routing.v1 import call_log_pb2 as pb
from keepline.routing.v1 import call_log_pb2_grpc
from servicekit.auth import principal
from servicekit.timestamps import moment

SERVICE = "keepline.routing.v1.CallLog"

_Context = grpc.aio.ServicerContext[Any, Any]


class CallLogService(call_log_pb2_grpc.CallLogServicer):
    def __init__(self, log: CallLog) -> None:
        self._log = log

    async def GetCall(self, request: pb.GetCallRequest, context: _Context) -> pb.GetCallResponse:
        record = await self._log.get(principal().tenant_id, request.id)
        return pb.GetCallResponse(call=record_message(record))

    async def ListCalls(self, request: pb.ListCallsRequest, context: _Context) -> pb.ListCallsResponse:
        wanted = CallFilter(
            request.trunk_id,
            request.number,
            moment(request.started_after) if request.HasField("started_after") else None,
            moment(request.started_before) if request.HasField("started_before") else None,
            request.answered if request.HasField("answered") else None,
        )
        asked = request.page
        page = await self._log.list(principal().tenant_id, wanted, asked.page_size, asked.page_token)
        found = [record_message(record) for record in page.items]
        return pb.ListCallsResponse(calls=found, next_page_token=page.next_page_token)
