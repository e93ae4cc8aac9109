"""keepline.sip.v1.SipTrunkService over the use cases."""

from collections.abc import Mapping
from typing import Any

import grpc

from keepline.sip.v1 import trunk_service_pb2 as pb
from keepline.sip.v1 import trunk_service_pb2_grpc
from keepline.sip.v1.switch_config_pb2 import SetAside
from keepline.sip.v1.trunk_pb2 import Trunk as TrunkMessage
from servicekit.auth import reading_tenant, writing_tenant
from servicekit.errors import Invalid, Violation
from servicekit.timestamps import timestamp
from sip_config.adapters.messages.trunks import endpoint_draft, trunk_message
from sip_config.app.placement import Applied, Placement
from sip_config.app.trunks import Trunks
from sip_config.domain.check import TrunkDraft

SERVICE = "keepline.sip.v1.SipTrunkService"
_FIELDS = ("name", "source_cidrs", "country", "endpoints", "enabled")

_Context = grpc.aio.ServicerContext[Any, Any]


class SipTrunkService(trunk_service_pb2_grpc.SipTrunkServiceServicer):
    def __init__(self, trunks: Trunks, placement: Placement) -> None:
        self._trunks = trunks
        self._placement = placement

    async def CreateTrunk(self, request: pb.CreateTrunkRequest, context: _Context) -> pb.CreateTrunkResponse:
        draft = TrunkDraft(
            request.name,
            request.country,
            list(request.source_cidrs),
            [endpoint_draft(e) for e in request.endpoints],
            request.enabled if request.HasField("enabled") else True,
        )
        trunk = await self._trunks.create(writing_tenant(), draft, request.domain_label)
        return pb.CreateTrunkResponse(trunk=trunk_message(trunk))

    async def GetTrunk(self, request: pb.GetTrunkRequest, context: _Context) -> pb.GetTrunkResponse:
        trunk = await self._trunks.get(reading_tenant(), request.id)
        place = await self._placement.of(trunk)
        applied = [_applied(row) for row in place.applied]
        return pb.GetTrunkResponse(
            trunk=trunk_message(trunk),
            applied=applied,
            set_aside=_aside(place.set_aside),
            numbers_left=place.numbers_left,
        )

    async def ListTrunks(self, request: pb.ListTrunksRequest, context: _Context) -> pb.ListTrunksResponse:
        asked = request.page
        page = await self._trunks.list(reading_tenant(), request.query, asked.page_size, asked.page_token)
        found = [trunk_message(trunk) for trunk in page.items]
        return pb.ListTrunksResponse(trunks=found, next_page_token=page.next_page_token)

    async def UpdateTrunk(self, request: pb.UpdateTrunkRequest, context: _Context) -> pb.UpdateTrunkResponse:
        tenant, asked = writing_tenant(), request.trunk
        before = trunk_message(await self._trunks.get(tenant, asked.id))
        draft = _draft(_masked(before, asked, list(request.update_mask.paths)))
        trunk = await self._trunks.update(tenant, asked.id, draft, asked.version or before.version)
        return pb.UpdateTrunkResponse(trunk=trunk_message(trunk))

    async def DeleteTrunk(self, request: pb.DeleteTrunkRequest, context: _Context) -> pb.DeleteTrunkResponse:
        await self._trunks.delete(writing_tenant(), request.id, request.version)
        return pb.DeleteTrunkResponse()


def _masked(before: TrunkMessage, asked: TrunkMessage, paths: list[str]) -> TrunkMessage:
    """`before` with the named fields of `asked`."""
    wrong = [path for path in paths if path not in _FIELDS]
    if wrong or not paths:
        detail = f"{', '.join(wrong)} cannot be changed" if wrong else "the mask names no field"
        hint = f"name any of {', '.join(_FIELDS)}"
        where = Violation("/update_mask", "update_mask_invalid", detail, hint)
        raise Invalid("trunk_invalid", "the update mask is wrong", hint=hint, violations=[where])
    after = TrunkMessage()
    after.CopyFrom(before)
    for path in paths:
        after.ClearField(path)  # type: ignore[arg-type]  # checked against _FIELDS above
    part = TrunkMessage()
    part.CopyFrom(asked)
    for path in set(part.DESCRIPTOR.fields_by_name) - set(paths):
        part.ClearField(path)  # type: ignore[arg-type]
    after.MergeFrom(part)
    return after


def _draft(message: TrunkMessage) -> TrunkDraft:
    endpoints = [endpoint_draft(e) for e in message.endpoints]
    return TrunkDraft(message.name, message.country, list(message.source_cidrs), endpoints, message.enabled)


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
