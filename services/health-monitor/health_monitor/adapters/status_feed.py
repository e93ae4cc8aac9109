"""The topic of statuses, as every replica reads it: how things stand, and what changed, for streams.

It is the topic and not the board that is streamed, so that all replicas tell the same in the same words.
"""

from collections.abc import Mapping, Sequence

from health_monitor.adapters.messages import status_of
from health_monitor.adapters.status_documents import TOPIC
from health_monitor.domain.status import Gone, Status
from health_monitor.settings import Settings
from keepline.health.v1.trunk_health_pb2 import TrunkStatus
from servicekit.kafka import StateFollower
from servicekit.kafka.follower import Handler
from servicekit.service import Service
from servicekit.streams import Feed, Ring

News = Status | Gone


class StatusTopic:
    """All statuses behind the newest entry of the feed."""

    def __init__(self, feed: Feed[News]) -> None:
        self._feed = feed
        self._statuses: dict[str, dict[str, Status]] = {}
        self._tenant_of: dict[str, str] = {}

    def of_tenant(self, tenant_id: str) -> Sequence[Status]:
        """Ordered by trunk id."""
        return [status for _, status in sorted(self._statuses.get(tenant_id, {}).items())]

    def heard(self, at: tuple[int, int], key: str, value: bytes | None) -> None:
        """at: partition and offset. Raises ValueError for what is no status of this trunk."""
        if value is None:
            news: News | None = self._removed(key)
        else:
            news = self._changed(status_of(TrunkStatus.FromString(value)), key)
        if news is None:
            self._feed.passes(*at)
        else:
            self._feed.put(at, news.tenant_id, key, news, len(value or b""))

    def _changed(self, status: Status, key: str) -> Status | None:
        """None for what was told before."""
        if status.id != key:
            raise ValueError(f"a status of {status.id} under the key {key}")
        of_tenant = self._statuses.setdefault(status.tenant_id, {})
        known = of_tenant.get(key)
        if known is not None and known.version >= status.version:
            return None
        of_tenant[key] = status
        self._tenant_of[key] = status.tenant_id
        return status

    def _removed(self, key: str) -> Gone | None:
        """None for what was not there."""
        tenant_id = self._tenant_of.pop(key, None)
        if tenant_id is None:
            return None
        of_tenant = self._statuses[tenant_id]
        gone = of_tenant.pop(key).gone()
        if not of_tenant:
            del self._statuses[tenant_id]
        return gone


def followed_statuses(service: Service[Settings]) -> tuple[Feed[News], StatusTopic]:
    """Followed from now on."""
    settings = service.settings.streams
    ring: Ring[News] = Ring(settings.events, settings.memory_bytes)
    feed = Feed("health", ring, service.clock.now, lambda: not follower.problem())
    statuses = StatusTopic(feed)

    def heard(key: str, value: bytes | None) -> None:
        _, partition, offset = follower.at
        statuses.heard((partition, offset), key, value)

    handlers: Mapping[str, Handler] = {TOPIC: heard}
    follower = StateFollower(
        service.settings.kafka,
        handlers,
        name=f"{service.name}-stream",
        on_caught_up=feed.caught_up,
        on_begin=feed.begins,
    )
    service.readiness.add_degraded("status stream", follower.problem)
    service.keep(follower.run, name="status stream follower")
    return feed, statuses
