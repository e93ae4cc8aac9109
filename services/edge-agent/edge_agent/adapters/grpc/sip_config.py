"""sip-config by gRPC: SwitchConfig.Watch and Ack. Generated messages end here and in messages.py."""

from collections.abc import AsyncIterator

import grpc
import grpc.aio

from edge_agent.adapters.grpc.messages import ack_request, hello_request, update
from edge_agent.domain.updates import Update
from edge_agent.ports import ControlAway, Hello, Report
from keepline.sip.v1.switch_config_pb2_grpc import SwitchConfigStub
from servicekit.settings import WrongSetting


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
        except (grpc.aio.AioRpcError, WrongSetting) as error:
            raise ControlAway(_words(error)) from error

    async def acknowledge(self, report: Report) -> None:
        try:
            await self._stub.Ack(ack_request(self._node_id, report))
        except (grpc.aio.AioRpcError, WrongSetting) as error:
            raise ControlAway(_words(error)) from error


def _words(error: grpc.aio.AioRpcError | WrongSetting) -> str:
    """WrongSetting: the token's file cannot be read now, while it is renewed for example."""
    if isinstance(error, WrongSetting):
        return str(error)
    return f"{error.code().name}: {error.details()}"
