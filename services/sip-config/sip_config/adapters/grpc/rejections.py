"""keepline.sip.v1.SipRejectionService over the use cases."""

from typing import Any

import grpc

from keepline.sip.v1 import rejection_service_pb2 as pb
from keepline.sip.v1 import rejection_service_pb2_grpc
from servicekit.api import messages
from servicekit.api.idempotency import IdempotencyKeys
from servicekit.auth import principal, writing_tenant
from sip_config.adapters.messages.rejections import rejection_message
from sip_config.adapters.rejection_shape import FIELDS, FIX, REJECTIONS, fix_asked
from sip_config.adapters.rest.rejections import reading
from sip_config.app.rejections import Rejections

SERVICE = "keepline.sip.v1.SipRejectionService"

_Context = grpc.aio.ServicerContext[Any, Any]


class SipRejectionService(rejection_service_pb2_grpc.SipRejectionServiceServicer):
    def __init__(self, rejections: Rejections, keys: IdempotencyKeys) -> None:
        self._rejections = rejections
        self._keys = keys

    async def GetRejection(
        self, request: pb.GetRejectionRequest, context: _Context
    ) -> pb.GetRejectionResponse:
        tenant_id = reading()
        fields = messages.fields_asked(request, FIELDS)
        row = rejection_message(await self._rejections.get(tenant_id, request.id))
        return pb.GetRejectionResponse(rejection=messages.selected(row, fields))

    async def ListRejections(
        self, request: pb.ListRejectionsRequest, context: _Context
    ) -> pb.ListRejectionsResponse:
        tenant_id = reading()
        asked = messages.list_asked(request, REJECTIONS)
        page = await self._rejections.list(tenant_id, asked)
        found = [messages.selected(rejection_message(row), asked.fields) for row in page.items]
        return pb.ListRejectionsResponse(rejections=found, next_page_token=page.next_page_token)

    async def ApplyFix(self, request: pb.ApplyFixRequest, context: _Context) -> pb.ApplyFixResponse:
        tenant_id, by = writing_tenant("trunks"), principal().subject
        fix, plan_id = fix_asked(FIX.created(messages.document(request, without=["id"])))

        async def make(_: str) -> pb.ApplyFixResponse:
            row = await self._rejections.apply_fix(tenant_id, by, request.id, fix, plan_id)
            return pb.ApplyFixResponse(rejection=rejection_message(row))

        return await messages.once(
            self._keys,
            context,
            request,
            make,
            tenant_id=tenant_id,
            prefix="rej",
            answer=pb.ApplyFixResponse,
        )
