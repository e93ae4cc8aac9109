"""Whether one switch is to take new calls, as sip-config orders it on the switches' state topic.

Not known before the topic was read to its end: what it says first may be an older order.
"""

import asyncio
from collections.abc import Callable, Mapping

from google.protobuf.message import DecodeError

from keepline.sip.v1 import switch_config_pb2 as pb
from keepline.sip.v1.switch_state_pb2 import SwitchState
from servicekit.telemetry.logging import logger

TOPIC = "keepline.sip.switch.state.v1"

_log = logger(__name__)
_DRAINS = {pb.DESTINATION_STATE_ACTIVE: False, pb.DESTINATION_STATE_DRAINING: True}


class SwitchOrders:
    """Implements ports.SwitchOrders."""

    def __init__(self, switch_id: str) -> None:
        self._switch_id = switch_id
        self._ordered: bool | None = None
        self._whole = False
        self._moved = asyncio.Event()

    @property
    def drains(self) -> bool | None:
        return self._ordered if self._whole else None

    async def moved(self) -> None:
        await self._moved.wait()
        self._moved.clear()

    def handlers(self) -> Mapping[str, Callable[[str, bytes | None], None]]:
        return {TOPIC: self._heard}

    def caught_up(self) -> None:
        self._whole = True
        self._moved.set()

    def _heard(self, key: str, value: bytes | None) -> None:
        if key != self._switch_id:
            return
        try:
            message = SwitchState.FromString(value or b"")
        except DecodeError as error:
            _log.error("an order of the switch is skipped", reason=str(error))
            return
        if message.switch_id != key or message.state not in _DRAINS:
            _log.error("an order of the switch is skipped", state=message.state, of=message.switch_id)
            return
        self._ordered = _DRAINS[message.state]
        self._moved.set()
