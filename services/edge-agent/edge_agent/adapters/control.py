"""sip-config by gRPC: SwitchConfig.Watch and Ack. Generated messages end here and in control_messages."""

from collections.abc import AsyncIterator

import grpc
import grpc.aio

from edge_agent.adapters.control_messages import ack_request, hello_request, update
from edge_agent.domain.updates import Update
from edge_agent.ports import ControlAway, Hello, Report
from keepline.sip.v1.switch_config_pb2_grpc import SwitchConfigStub


class SipConfig:
    def __init__(self, channel: grpc.aio.Channel, node_id: str) -> None:
        self._stub = SwitchConfigStub(channel)
        self._node_id = node_id

    async def watch(self, hello: Hello) -> AsyncIterator[Update]:
        try:
            async for response in self._stub.Watch(hello_request(self._node_id, hello)):
                known = update(response)
                if known is not None:
                    yield known
        except grpc.aio.AioRpcError as error:
            raise ControlAway(_words(error)) from error

    async def acknowledge(self, report: Report) -> None:
        try:
            await self._stub.Ack(ack_request(self._node_id, report))
        except grpc.aio.AioRpcError as error:
            raise ControlAway(_words(error)) from error


def _words(error: grpc.aio.AioRpcError) -> str:
    return f"{error.code().name}: {error.details()}"
