"""keepline.phone.v1.PhoneService over the use cases."""

from typing import Any

import grpc

from keepline.phone.v1 import phone_service_pb2 as pb
from keepline.phone.v1 import phone_service_pb2_grpc
from phone_sources.adapters.messages import number_message
from phone_sources.app import Numbers
from phone_sources.ports import NumberFilter
from servicekit.auth import reading_tenant, writing_tenant

SERVICE = "keepline.phone.v1.PhoneService"

_Context = grpc.aio.ServicerContext[Any, Any]


class PhoneService(phone_service_pb2_grpc.PhoneServiceServicer):
    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    async def CreateNumber(
        self, request: pb.CreateNumberRequest, context: _Context
    ) -> pb.CreateNumberResponse:
        tenant = writing_tenant()
        number = await self._numbers.create(tenant, request.number, request.trunk_id, request.label)
        return pb.CreateNumberResponse(number=number_message(number))

    async def GetNumber(self, request: pb.GetNumberRequest, context: _Context) -> pb.GetNumberResponse:
        number = await self._numbers.get(reading_tenant(), request.id)
        return pb.GetNumberResponse(number=number_message(number))

    async def ListNumbers(self, request: pb.ListNumbersRequest, context: _Context) -> pb.ListNumbersResponse:
        wanted = NumberFilter(trunk_id=request.trunk_id, query=request.query)
        asked = request.page
        page = await self._numbers.list(reading_tenant(), wanted, asked.page_size, asked.page_token)
        found = [number_message(n) for n in page.items]
        return pb.ListNumbersResponse(numbers=found, next_page_token=page.next_page_token)

    async def DeleteNumber(
        self, request: pb.DeleteNumberRequest, context: _Context
    ) -> pb.DeleteNumberResponse:
        await self._numbers.delete(writing_tenant(), request.id)
        return pb.DeleteNumberResponse()
