"""Trunks as the state topic tells them."""

from collections.abc import Mapping

from health_monitor.app.board import Board
from health_monitor.domain.trunk import Endpoint, Trunk
from keepline.sip.v1.trunk_pb2 import TrunkState
from servicekit.kafka.follower import Handler
from siptypes.endpoints import Transport
from siptypes.messages import transport_of

TOPIC = "keepline.sip.trunk.state.v1"


class TrunkTopic:
    def __init__(self, board: Board[Trunk]) -> None:
        self._board = board

    def handlers(self) -> Mapping[str, Handler]:
        return {TOPIC: self._heard}

    def _heard(self, key: str, value: bytes | None) -> None:
        if value is None:
            self._board.drop(key)
            return
        message = TrunkState.FromString(value).trunk
        endpoints = tuple(
            Endpoint(e.host, e.port, transport_of(e) or Transport.UDP) for e in message.endpoints
        )
        self._board.put(
            Trunk(message.id, message.tenant_id, message.version, message.name, message.enabled, endpoints)
        )
