"""keepline.audit.v1.AuditLog over the use cases."""

from typing import Any

import grpc

from keepline.audit.v1 import audit_log_pb2 as pb
from keepline.audit.v1 import audit_log_pb2_grpc
from servicekit.api import messages
from sip_config.adapters.audit_shape import ENTRIES, FIELDS
from sip_config.adapters.messages.audit import entry_message
from sip_config.adapters.rest.audit import reading
from sip_config.app.audit_log import AuditLog

SERVICE = "keepline.audit.v1.AuditLog"

_Context = grpc.aio.ServicerContext[Any, Any]


class AuditLogService(audit_log_pb2_grpc.AuditLogServicer):
    def __init__(self, log: AuditLog) -> None:
        self._log = log

    async def GetEntry(self, request: pb.GetEntryRequest, context: _Context) -> pb.GetEntryResponse:
        tenant_id = reading()
        fields = messages.fields_asked(request, FIELDS)
        entry = entry_message(await self._log.get(tenant_id, request.id))
        return pb.GetEntryResponse(entry=messages.selected(entry, fields))

    async def ListEntries(self, request: pb.ListEntriesRequest, context: _Context) -> pb.ListEntriesResponse:
        tenant_id = reading()
        asked = messages.list_asked(request, ENTRIES)
        page = await self._log.list(tenant_id, asked)
        found = [messages.selected(entry_message(entry), asked.fields) for entry in page.items]
        return pb.ListEntriesResponse(entries=found, next_page_token=page.next_page_token)
