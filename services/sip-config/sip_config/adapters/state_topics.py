"""Trunks and numbers as the state topics tell them."""

from collections.abc import Mapping

from keepline.phone.v1.number_pb2 import NumberState
from servicekit.kafka.follower import Handler
from sip_config.adapters.messages import trunk_of
from sip_config.adapters.trunk_documents import TOPIC as TRUNKS
from sip_config.app.edge_feed import EdgeFeed
from sip_config.domain.edge_tables import HeldNumber

NUMBERS = "keepline.phone.number.state.v1"


class StateTopics:
    def __init__(self, feed: EdgeFeed) -> None:
        self._feed = feed

    def handlers(self) -> Mapping[str, Handler]:
        return {TRUNKS: self._trunk, NUMBERS: self._number}

    def _trunk(self, key: str, value: bytes | None) -> None:
        if value is None:
            self._feed.trunk_deleted(key)
        else:
            self._feed.trunk_written(trunk_of(value))

    def _number(self, key: str, value: bytes | None) -> None:
        if value is None:
            self._feed.number_deleted(key)
            return
        number = NumberState.FromString(value).number
        self._feed.number_written(
            HeldNumber(number.id, number.tenant_id, number.version, number.e164, number.trunk_id)
        )
