"""Statuses on keepline.trunk.status.v1, keyed by trunk id; a tombstone when the trunk is gone."""

from dataclasses import dataclass

from health_monitor.adapters.messages import status_message
from health_monitor.domain.status import Gone, Status
from keepline.health.v1.trunk_health_pb2 import TrunkStatus
from servicekit.clock import Clock
from servicekit.kafka import Producer, cloud_event

TOPIC = "keepline.trunk.status.v1"
_CHANGED, _DELETED = "keepline.trunk.status.changed.v1", "keepline.trunk.status.deleted.v1"
_MESSAGE = TrunkStatus.DESCRIPTOR.full_name


@dataclass(frozen=True, slots=True)
class StatusTopic:
    producer: Producer
    clock: Clock

    async def send(self, news: Status | Gone) -> None:
        gone = isinstance(news, Gone)
        headers = cloud_event(
            "health-monitor",
            _DELETED if gone else _CHANGED,
            _MESSAGE,
            f"{news.trunk_id}:{news.version}",
            self.clock.now(),
            tenant_id=news.tenant_id,
            subject=news.trunk_id,
        )
        value = None if isinstance(news, Gone) else status_message(news).SerializeToString()
        await self.producer.send(TOPIC, news.trunk_id, value, headers)
