"""Trunks as the state topic tells them; sip-config is asked for one that the topic has not brought yet.

A tenant who creates a trunk and then a number must not be told that there is no such trunk, only because the
broker is a moment behind.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import grpc

from keepline.sip.v1 import trunk_service_pb2 as pb
from keepline.sip.v1.trunk_pb2 import Trunk as TrunkMessage
from keepline.sip.v1.trunk_pb2 import TrunkState
from phone_sources.domain.number import Trunk
from servicekit.errors import Unavailable
from servicekit.grpc import problem_of
from servicekit.telemetry.logging import logger
from siptypes.ids import is_token

if TYPE_CHECKING:  # the asynchronous stub is a type only
    from keepline.sip.v1.trunk_service_pb2_grpc import SipTrunkServiceAsyncStub

_log = logger(__name__)
TOPIC = "keepline.sip.trunk.state.v1"
_DEADLINE = 2.0
_REMEMBER_SECONDS = 5.0
"""How long an answer about the edges' room is believed, and that there was none."""
_PLENTY = 1000
"""Numbers that fit in: with fewer left, it is asked about each."""


class TrunkDirectory:
    """Implements TrunkLookup. `heard` is the handler of the state topic."""

    def __init__(self, sip_config: SipTrunkServiceAsyncStub) -> None:
        self._sip_config = sip_config
        self._trunks: dict[str, tuple[int, Trunk]] = {}
        self._whole = False
        self._plenty_until = 0.0

    def heard(self, key: str, value: bytes | None) -> None:
        if value is None:
            self._trunks.pop(key, None)
            return
        message = TrunkState.FromString(value).trunk
        known = self._trunks.get(key)
        if known is None or message.version >= known[0]:
            self._trunks[key] = (message.version, _trunk(message))

    def caught_up(self) -> None:
        """The topic was read to its end."""
        self._whole = True

    def is_gone(self, tenant_id: str, trunk_id: str) -> bool:
        known = self._trunks.get(trunk_id)
        return self._whole and (known is None or known[1].tenant_id != tenant_id)

    async def find(self, tenant_id: str, trunk_id: str) -> Trunk | None:
        known = self._trunks.get(trunk_id)
        trunk = known[1] if known else await self._ask(trunk_id)
        return trunk if trunk is not None and trunk.tenant_id == tenant_id else None

    async def numbers_left(self, trunk_id: str) -> int | None:
        """A number that is written while nobody can say waits at sip-config, shown as set aside."""
        now = time.monotonic()
        if now < self._plenty_until:
            return None
        left = None
        try:
            answer = await self._sip_config.GetTrunk(pb.GetTrunkRequest(id=trunk_id), timeout=_DEADLINE)
            left = answer.numbers_left if answer.HasField("numbers_left") else None
        except grpc.aio.AioRpcError as error:
            _log.debug("whether the edges have room is not known", reason=error.code().name)
        if left is None or left >= _PLENTY:
            self._plenty_until = now + _REMEMBER_SECONDS
        return left

    async def _ask(self, trunk_id: str) -> Trunk | None:
        """With the caller's own token, so that sip-config judges what the caller may see. What is no id is
        not asked about: no trunk has it, and it may be longer than an answer can say."""
        if not is_token(trunk_id):
            return None
        try:
            answer = await self._sip_config.GetTrunk(pb.GetTrunkRequest(id=trunk_id), timeout=_DEADLINE)
        except grpc.aio.AioRpcError as error:
            if error.code() in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT):
                return None
            if error.code() is grpc.StatusCode.PERMISSION_DENIED:  # a key without the scope trunks:read
                raise problem_of(error) from error
            raise Unavailable(
                "trunks_unavailable",
                "whether you have this trunk cannot be told right now",
                hint="try again in a moment; nothing was written",
            ) from error
        # known from now on, so that the number is not shown as one of a trunk that is gone
        found = self._trunks.setdefault(trunk_id, (answer.trunk.version, _trunk(answer.trunk)))
        return found[1]


def _trunk(message: TrunkMessage) -> Trunk:
    return Trunk(message.id, message.tenant_id, message.country)
