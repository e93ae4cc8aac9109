"""Trunks as the state topic tells them."""

from collections.abc import Mapping

from health_monitor.app.trunk_board import TrunkBoard
from health_monitor.domain.trunk import Endpoint, Trunk
from keepline.sip.v1.trunk_pb2 import TrunkState
from keepline.types.v1 import endpoint_pb2 as types
from servicekit.kafka.follower import Handler

TOPIC = "keepline.sip.trunk.state.v1"
TRANSPORTS = {types.TRANSPORT_UDP: "udp", types.TRANSPORT_TCP: "tcp", types.TRANSPORT_TLS: "tls"}


class TrunkTopic:
    def __init__(self, board: TrunkBoard) -> None:
        self._board = board

    def handlers(self) -> Mapping[str, Handler]:
        return {TOPIC: self._heard}

    def _heard(self, key: str, value: bytes | None) -> None:
        if value is None:
            self._board.drop_trunk(key)
            return
        message = TrunkState.FromString(value).trunk
        endpoints = tuple(
            Endpoint(e.host, e.port, TRANSPORTS.get(e.transport, "udp")) for e in message.endpoints
        )
        self._board.put_trunk(
            Trunk(message.id, message.tenant_id, message.version, message.name, message.enabled, endpoints)
        )
