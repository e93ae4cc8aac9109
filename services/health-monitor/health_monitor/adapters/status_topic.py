"""Statuses on keepline.trunk.status.v1, keyed by trunk id; a tombstone when the trunk is gone."""

from dataclasses import dataclass

from health_monitor.adapters.messages import status_message
from health_monitor.domain.status import Status
from servicekit.clock import Clock
from servicekit.kafka import Producer, cloud_event

TOPIC = "keepline.trunk.status.v1"
_KIND = "keepline.health.v1.TrunkStatus"


@dataclass(frozen=True, slots=True)
class StatusTopic:
    producer: Producer
    clock: Clock

    async def send(self, trunk_id: str, status: Status | None) -> None:
        now = self.clock.now()
        event_id = f"{trunk_id}:{status.version if status else 'gone'}"
        headers = cloud_event("health-monitor", _KIND, event_id, now, subject=trunk_id)
        value = None if status is None else status_message(status).SerializeToString()
        await self.producer.send(TOPIC, trunk_id, value, headers)
