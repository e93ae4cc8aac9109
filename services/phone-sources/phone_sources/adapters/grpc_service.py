"""keepline.phone.v1.PhoneService over the use cases."""

from typing import Any

import grpc

from keepline.phone.v1 import phone_service_pb2 as pb
from keepline.phone.v1 import phone_service_pb2_grpc
from keepline.phone.v1.number_pb2 import Number as NumberMessage
from phone_sources.adapters.bulk_shape import BULK, JUDGE, bulk_asked, lines_asked
from phone_sources.adapters.messages import bulk_message, judged_message, number_message
from phone_sources.adapters.number_shape import NUMBER, NUMBERS, asked_of, change_of
from phone_sources.app.bulk import Bulk
from phone_sources.app.judging import Judging
from phone_sources.app.numbers import Numbers
from phone_sources.domain.number import Number, number_warnings
from servicekit.api import messages, preconditions
from servicekit.api.idempotency import IdempotencyKeys
from servicekit.auth import reading_tenant, writing_tenant

SERVICE = "keepline.phone.v1.PhoneService"

_Context = grpc.aio.ServicerContext[Any, Any]


class PhoneService(phone_service_pb2_grpc.PhoneServiceServicer):
    def __init__(self, numbers: Numbers, judging: Judging, bulk: Bulk, keys: IdempotencyKeys) -> None:
        self._numbers = numbers
        self._judging = judging
        self._bulk = bulk
        self._keys = keys

    async def CreateNumber(
        self, request: pb.CreateNumberRequest, context: _Context
    ) -> pb.CreateNumberResponse:
        tenant_id = writing_tenant("numbers")
        reading = NUMBER.created(messages.document(request, without=["validate_only"]))

        if request.validate_only:
            number = await self._numbers.trial().create(tenant_id, asked_of(reading))
            return pb.CreateNumberResponse(number=messages.without(self._message(number), ("id",)))

        async def make(number_id: str) -> pb.CreateNumberResponse:
            number = await self._numbers.create(tenant_id, asked_of(reading), number_id)
            return pb.CreateNumberResponse(number=self._message(number))

        return await messages.once(
            self._keys,
            context,
            request,
            make,
            tenant_id=tenant_id,
            prefix="num",
            answer=pb.CreateNumberResponse,
        )

    async def JudgeNumbers(
        self, request: pb.JudgeNumbersRequest, context: _Context
    ) -> pb.JudgeNumbersResponse:
        tenant_id = writing_tenant("numbers")
        asked = lines_asked(JUDGE.created(messages.document(request)))
        return judged_message(await self._judging.judge(tenant_id, *asked))

    async def BulkCreateNumbers(
        self, request: pb.BulkCreateNumbersRequest, context: _Context
    ) -> pb.BulkCreateNumbersResponse:
        tenant_id = writing_tenant("numbers")
        trunk_id, wanted, move = bulk_asked(BULK.created(messages.document(request)))

        async def make(_: str) -> pb.BulkCreateNumbersResponse:
            return bulk_message(await self._bulk.bring(tenant_id, trunk_id, wanted, move=move))

        return await messages.once(
            self._keys,
            context,
            request,
            make,
            tenant_id=tenant_id,
            prefix="num",
            answer=pb.BulkCreateNumbersResponse,
        )

    async def GetNumber(self, request: pb.GetNumberRequest, context: _Context) -> pb.GetNumberResponse:
        tenant_id = reading_tenant("numbers")
        fields = messages.fields_asked(request, NUMBERS.fields)
        number = await self._numbers.get(tenant_id, request.id)
        return pb.GetNumberResponse(number=messages.selected(self._message(number), fields))

    async def ListNumbers(self, request: pb.ListNumbersRequest, context: _Context) -> pb.ListNumbersResponse:
        tenant_id = reading_tenant("numbers")
        asked = messages.list_asked(request, NUMBERS)
        page = await self._numbers.list(tenant_id, asked)
        found = [messages.selected(self._message(number), asked.fields) for number in page.items]
        return pb.ListNumbersResponse(numbers=found, next_page_token=page.next_page_token)

    async def UpdateNumber(
        self, request: pb.UpdateNumberRequest, context: _Context
    ) -> pb.UpdateNumberResponse:
        tenant_id = writing_tenant("numbers")
        expected = preconditions.expected(request.expected_version, request.any_version)
        patch = messages.patch(request.number, request.update_mask)
        numbers = self._numbers.trial() if request.validate_only else self._numbers
        number = await numbers.update(tenant_id, request.number.id, change_of(patch), expected)
        return pb.UpdateNumberResponse(number=self._message(number))

    async def DeleteNumber(
        self, request: pb.DeleteNumberRequest, context: _Context
    ) -> pb.DeleteNumberResponse:
        tenant_id = writing_tenant("numbers")
        expected = preconditions.expected(request.expected_version, request.any_version)
        await self._numbers.delete(tenant_id, request.id, expected)
        return pb.DeleteNumberResponse()

    def _message(self, number: Number) -> NumberMessage:
        return number_message(number, self._numbers.dangling(number), number_warnings(number.e164))
