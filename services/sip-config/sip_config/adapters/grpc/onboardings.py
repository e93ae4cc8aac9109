"""keepline.sip.v1.OnboardingService over the use cases."""

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import Message

from keepline.sip.v1 import onboarding_service_pb2 as pb
from keepline.sip.v1 import onboarding_service_pb2_grpc
from servicekit.api import messages, preconditions
from servicekit.api.idempotency import IdempotencyKeys
from servicekit.auth import Role, reading_tenant, require, writing_tenant
from sip_config.adapters.messages.onboardings import onboarding_message, success_message
from sip_config.adapters.onboarding_shape import (
    FIELDS,
    LIVE,
    ONBOARDING,
    ONBOARDINGS,
    asked_of,
    change_of,
    live_asked,
)
from sip_config.adapters.onboarding_success_shape import asked_between
from sip_config.app.onboardings import Onboardings

SERVICE = "keepline.sip.v1.OnboardingService"

_Context = grpc.aio.ServicerContext[Any, Any]


class OnboardingService(onboarding_service_pb2_grpc.OnboardingServiceServicer):
    def __init__(self, onboardings: Onboardings, keys: IdempotencyKeys) -> None:
        self._onboardings = onboardings
        self._keys = keys

    async def CreateOnboarding(
        self, request: pb.CreateOnboardingRequest, context: _Context
    ) -> pb.CreateOnboardingResponse:
        tenant_id = writing_tenant("trunks")
        reading = ONBOARDING.created(messages.document(request))

        async def make(onboarding_id: str) -> pb.CreateOnboardingResponse:
            one = await self._onboardings.create(tenant_id, asked_of(reading), onboarding_id)
            return pb.CreateOnboardingResponse(onboarding=onboarding_message(one))

        return await self._once(context, request, make, tenant_id, pb.CreateOnboardingResponse)

    async def GetOnboarding(
        self, request: pb.GetOnboardingRequest, context: _Context
    ) -> pb.GetOnboardingResponse:
        tenant_id = reading_tenant("trunks")
        fields = messages.fields_asked(request, FIELDS)
        one = onboarding_message(await self._onboardings.get(tenant_id, request.id))
        return pb.GetOnboardingResponse(onboarding=messages.selected(one, fields))

    async def ListOnboardings(
        self, request: pb.ListOnboardingsRequest, context: _Context
    ) -> pb.ListOnboardingsResponse:
        tenant_id = reading_tenant("trunks")
        asked = messages.list_asked(request, ONBOARDINGS)
        page = await self._onboardings.list(tenant_id, asked)
        found = [messages.selected(onboarding_message(one), asked.fields) for one in page.items]
        return pb.ListOnboardingsResponse(onboardings=found, next_page_token=page.next_page_token)

    async def UpdateOnboarding(
        self, request: pb.UpdateOnboardingRequest, context: _Context
    ) -> pb.UpdateOnboardingResponse:
        tenant_id = writing_tenant("trunks")
        expected = preconditions.expected(request.expected_version, request.any_version)
        change = change_of(messages.patch(request.onboarding, request.update_mask))
        one = await self._onboardings.update(tenant_id, request.onboarding.id, change, expected)
        return pb.UpdateOnboardingResponse(onboarding=onboarding_message(one))

    async def DeleteOnboarding(
        self, request: pb.DeleteOnboardingRequest, context: _Context
    ) -> pb.DeleteOnboardingResponse:
        tenant_id = writing_tenant("trunks")
        expected = preconditions.expected(request.expected_version, request.any_version)
        await self._onboardings.delete(tenant_id, request.id, expected)
        return pb.DeleteOnboardingResponse()

    async def SkipTest(self, request: pb.SkipTestRequest, context: _Context) -> pb.SkipTestResponse:
        tenant_id = writing_tenant("trunks")

        async def make(_: str) -> pb.SkipTestResponse:
            one = await self._onboardings.skip_test(tenant_id, request.id)
            return pb.SkipTestResponse(onboarding=onboarding_message(one))

        return await self._once(context, request, make, tenant_id, pb.SkipTestResponse)

    async def GoLive(self, request: pb.GoLiveRequest, context: _Context) -> pb.GoLiveResponse:
        tenant_id = writing_tenant("trunks")
        acknowledged = live_asked(LIVE.created(messages.document(request, without=["id"])))

        async def make(_: str) -> pb.GoLiveResponse:
            one = await self._onboardings.go_live(tenant_id, request.id, acknowledged=acknowledged)
            return pb.GoLiveResponse(onboarding=onboarding_message(one))

        return await self._once(context, request, make, tenant_id, pb.GoLiveResponse)

    async def GetOnboardingSuccess(
        self, request: pb.GetOnboardingSuccessRequest, context: _Context
    ) -> pb.GetOnboardingSuccessResponse:
        require(Role.OPERATOR)
        sent = {name: [str(at)] for name, at in messages.document(request).items()}
        begin, end = asked_between(sent, self._onboardings.clock.now())
        success = await self._onboardings.success(begin, end)
        return pb.GetOnboardingSuccessResponse(success=success_message(success))

    async def _once(
        self,
        context: _Context,
        request: Message,
        make: Callable[[str], Awaitable[messages.M]],
        tenant_id: str,
        answer: type[messages.M],
    ) -> messages.M:
        return await messages.once(
            self._keys, context, request, make, tenant_id=tenant_id, prefix="onb", answer=answer
        )
