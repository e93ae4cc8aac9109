"""Tells when an API key was last used: to the minute, and at most once a minute for each key and process.

It connects to the broker with the first use. What cannot be told now is told later, the newest use of each
key.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from keepline.auth.v1.api_key_pb2 import ApiKeyUse
from servicekit.auth.principal import Principal
from servicekit.clock import Clock
from servicekit.errors import Unavailable
from servicekit.kafka.headers import cloud_event
from servicekit.kafka.records import Outgoing, RecordProducer, RecordsRefused
from servicekit.telemetry.logging import logger
from servicekit.timestamps import timestamp

_log = logger(__name__)
TOPIC = "keepline.auth.key.uses.v1"
_KIND, _MESSAGE = "keepline.auth.key.used.v1", "keepline.auth.v1.ApiKeyUse"
_MINUTE = 60
_AGAIN_SECONDS = 5.0


class KeyUses:
    def __init__(
        self,
        service: str,
        clock: Clock,
        producer: Callable[[], RecordProducer],
        *,
        again_seconds: float = _AGAIN_SECONDS,
    ) -> None:
        """producer: made when the first use is told."""
        self._again_seconds = again_seconds
        self._service = service
        self._clock = clock
        self._make_producer = producer
        self._told: dict[str, int] = {}
        """The minute in which each key's use was last noted."""
        self._to_tell: dict[str, tuple[Principal, int]] = {}
        self._awake = asyncio.Event()

    def used(self, who: Principal) -> None:
        minute = int(self._clock.now().timestamp()) // _MINUTE
        if self._told.get(who.key_id) != minute:
            self._told[who.key_id] = minute
            self._to_tell[who.key_id] = (who, minute)
            self._awake.set()

    async def run(self) -> None:
        await self._awake.wait()
        producer = self._make_producer()
        while True:
            await self._awake.wait()
            self._awake.clear()
            telling, self._to_tell = self._to_tell, {}
            try:
                await producer.send_many([self._record(*use) for use in telling.values()])
            except Unavailable:
                self._to_tell = telling | self._to_tell
                await asyncio.sleep(self._again_seconds)
                self._awake.set()
            except RecordsRefused as refused:
                _log.error("the uses of API keys are not told", reason=refused.detail)

    def _record(self, who: Principal, minute: int) -> Outgoing:
        at = datetime.fromtimestamp(minute * _MINUTE, UTC)
        event_id = f"{who.key_id}:{self._service}:{minute}"
        headers = cloud_event(
            self._service, _KIND, _MESSAGE, event_id, at, tenant_id=who.tenant_id, subject=who.key_id
        )
        value = ApiKeyUse(key_id=who.key_id, used_at=timestamp(at), service=self._service)
        return Outgoing(TOPIC, who.key_id, value.SerializeToString(), headers)
