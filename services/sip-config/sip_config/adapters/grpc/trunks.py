"""keepline.sip.v1.SipTrunkService over the use cases."""

from collections.abc import Mapping
from typing import Any

import grpc

from keepline.sip.v1 import trunk_service_pb2 as pb
from keepline.sip.v1 import trunk_service_pb2_grpc
from keepline.sip.v1.switch_config_pb2 import SetAside
from servicekit.api import messages, preconditions
from servicekit.api.idempotency import IdempotencyKeys
from servicekit.auth import reading_tenant, writing_tenant
from servicekit.timestamps import timestamp
from sip_config.adapters.messages.trunks import trunk_message
from sip_config.adapters.trunk_shape import TRUNK, TRUNKS, asked_of, change_of, made_with_id
from sip_config.app.placement import Applied, Placement
from sip_config.app.trunk_tests import TrunkTests
from sip_config.app.trunks import Trunks

SERVICE = "keepline.sip.v1.SipTrunkService"

_Context = grpc.aio.ServicerContext[Any, Any]


class SipTrunkService(trunk_service_pb2_grpc.SipTrunkServiceServicer):
    def __init__(
        self, trunks: Trunks, placement: Placement, tests: TrunkTests, keys: IdempotencyKeys
    ) -> None:
        self._trunks = trunks
        self._placement = placement
        self._tests = tests
        self._keys = keys

    async def CreateTrunk(self, request: pb.CreateTrunkRequest, context: _Context) -> pb.CreateTrunkResponse:
        tenant_id = writing_tenant("trunks")
        reading = TRUNK.created(messages.document(request, without=["validate_only"]))
        label = reading["domain_label"]

        if request.validate_only:
            trunk = await self._trunks.trial().create(tenant_id, asked_of(reading), label)
            return pb.CreateTrunkResponse(trunk=messages.without(trunk_message(trunk), made_with_id(reading)))

        async def make(trunk_id: str) -> pb.CreateTrunkResponse:
            trunk = await self._trunks.create(tenant_id, asked_of(reading), label, trunk_id)
            return pb.CreateTrunkResponse(trunk=trunk_message(trunk))

        return await messages.once(
            self._keys,
            context,
            request,
            make,
            tenant_id=tenant_id,
            prefix="trk",
            answer=pb.CreateTrunkResponse,
        )

    async def GetTrunk(self, request: pb.GetTrunkRequest, context: _Context) -> pb.GetTrunkResponse:
        tenant_id = reading_tenant("trunks")
        fields = messages.fields_asked(request, TRUNKS.fields)
        trunk = await self._trunks.get(tenant_id, request.id)
        place, tested = await self._placement.of(trunk), await self._tests.of([trunk.id])
        return pb.GetTrunkResponse(
            trunk=messages.selected(trunk_message(trunk, tested.get(trunk.id)), fields),
            applied=[_applied(row) for row in place.applied],
            set_aside=_aside(place.set_aside),
            numbers_left=place.numbers_left,
            number_count=place.number_count,
        )

    async def ListTrunks(self, request: pb.ListTrunksRequest, context: _Context) -> pb.ListTrunksResponse:
        tenant_id = reading_tenant("trunks")
        asked = messages.list_asked(request, TRUNKS)
        page = await self._trunks.list(tenant_id, asked)
        tested = await self._tests.of([trunk.id for trunk in page.items])
        told = [trunk_message(trunk, tested.get(trunk.id)) for trunk in page.items]
        found = [messages.selected(one, asked.fields) for one in told]
        return pb.ListTrunksResponse(trunks=found, next_page_token=page.next_page_token)

    async def UpdateTrunk(self, request: pb.UpdateTrunkRequest, context: _Context) -> pb.UpdateTrunkResponse:
        tenant_id = writing_tenant("trunks")
        expected = preconditions.expected(request.expected_version, request.any_version)
        patch = messages.patch(request.trunk, request.update_mask)
        trunks = self._trunks.trial() if request.validate_only else self._trunks
        trunk = await trunks.update(tenant_id, request.trunk.id, change_of(patch), expected)
        tested = await self._tests.of([trunk.id])
        return pb.UpdateTrunkResponse(trunk=trunk_message(trunk, tested.get(trunk.id)))

    async def DeleteTrunk(self, request: pb.DeleteTrunkRequest, context: _Context) -> pb.DeleteTrunkResponse:
        tenant_id = writing_tenant("trunks")
        expected = preconditions.expected(request.expected_version, request.any_version)
        await self._trunks.delete(tenant_id, request.id, expected)
        return pb.DeleteTrunkResponse()


def _applied(row: Applied) -> pb.NodeApplied:
    return pb.NodeApplied(
        node_id=row.report.node_id,
        in_force=row.in_force,
        trunk_version=row.trunk_version,
        snapshot_version=row.report.held.version,
        nack_reason=row.report.nack_reason,
        reported_at=timestamp(row.report.at),
        set_aside=_aside(row.set_aside),
    )


def _aside(found: Mapping[str, str]) -> list[SetAside]:
    return [SetAside(name=name, reason=reason) for name, reason in found.items()]
