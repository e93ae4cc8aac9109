"""keepline.sip.v1.NetworkService over the use cases."""

from typing import Any

import grpc

from keepline.sip.v1 import network_service_pb2 as pb
from keepline.sip.v1 import network_service_pb2_grpc
from keepline.sip.v1 import switch_config_pb2 as config
from servicekit.api import messages, preconditions
from servicekit.auth import Role, require
from servicekit.timestamps import timestamp
from sip_config.adapters.address_shape import FIELDS
from sip_config.adapters.messages.addresses import addresses_message
from sip_config.adapters.network_shape import switch_change, word_asked
from sip_config.adapters.rest.addresses import check_reader
from sip_config.app.network import Network, Switch
from sip_config.app.node_feed import NodeFeed
from sip_config.app.node_reports import NodeReports
from sip_config.domain.network import OperatorWord
from sip_config.domain.node_report import NodeReport
from sip_config.domain.public_addresses import PublicAddresses
from sip_config.domain.resources import DestinationState

SERVICE = "keepline.sip.v1.NetworkService"
_STATES = {
    DestinationState.ACTIVE: config.DESTINATION_STATE_ACTIVE,
    DestinationState.DRAINING: config.DESTINATION_STATE_DRAINING,
}

_Context = grpc.aio.ServicerContext[Any, Any]


class NetworkService(network_service_pb2_grpc.NetworkServiceServicer):
    def __init__(
        self, feed: NodeFeed, reports: NodeReports, network: Network, addresses: PublicAddresses
    ) -> None:
        self._addresses = addresses
        self._feed = feed
        self._reports = reports
        self._network = network

    async def GetNetwork(self, request: pb.GetNetworkRequest, context: _Context) -> pb.GetNetworkResponse:
        require(Role.OPERATOR)
        feed, word = self._feed, self._network.word
        switches = [await self._network.switch(one.id) for one in self._network.switches]
        return pb.GetNetworkResponse(
            version=feed.version,
            missing=feed.missing,
            trunks=feed.tables.known.trunks_known(),
            numbers=feed.tables.known.numbers_known(),
            marked=dict(self._network.marked),
            set_aside=feed.aside_count,
            switches=[_switch(one) for one in switches],
            nodes=[_node(one, feed.version) for one in await self._reports.all()],
            word=None if word is None else _word(word),
        )

    async def GetPublicAddresses(
        self, request: pb.GetPublicAddressesRequest, context: _Context
    ) -> pb.GetPublicAddressesResponse:
        check_reader()
        fields = messages.fields_asked(request, FIELDS)
        return messages.selected(addresses_message(self._addresses), fields)

    async def SayWord(self, request: pb.SayWordRequest, context: _Context) -> pb.SayWordResponse:
        who = require(Role.OPERATOR)
        asked = word_asked(messages.document(request))
        return pb.SayWordResponse(word=_word(await self._network.say(who.subject, asked)))

    async def GetSwitch(self, request: pb.GetSwitchRequest, context: _Context) -> pb.GetSwitchResponse:
        require(Role.OPERATOR)
        return pb.GetSwitchResponse(switch=_switch(await self._network.switch(request.id)))

    async def UpdateSwitch(
        self, request: pb.UpdateSwitchRequest, context: _Context
    ) -> pb.UpdateSwitchResponse:
        require(Role.OPERATOR)
        expected = preconditions.expected(request.expected_version, request.any_version)
        change = switch_change(messages.patch(request.switch, request.update_mask))
        switch = await self._network.order(request.switch.id, change, expected)
        return pb.UpdateSwitchResponse(switch=_switch(switch))


def _switch(switch: Switch) -> pb.Switch:
    body = switch.body
    return pb.Switch(
        id=body.id,
        host=body.host,
        port=body.port,
        weight=body.weight,
        state=_STATES[body.state],
        version=switch.order.version,
        ordered=switch.order.state is not None,
    )


def _word(word: OperatorWord) -> pb.SaidWord:
    until = timestamp(word.until)
    return pb.SaidWord(shrunk=word.shrunk, older=word.older, until=until, said_by=word.said_by)


def _node(report: NodeReport, version: str) -> pb.Node:
    return pb.Node(
        node_id=report.node_id,
        kind=report.kind,
        version=report.held.version,
        current=report.held.version == version,
        nack_reason=report.nack_reason,
        set_aside=[config.SetAside(name=name, reason=reason) for name, reason in report.set_aside.items()],
        set_aside_count=report.set_aside_count,
        trunks_limit=report.limits.trunks,
        numbers_limit=report.limits.numbers,
        reported_at=timestamp(report.at),
    )
