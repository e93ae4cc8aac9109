"""What changes about rejections, as every replica reads it: a record names the row that is to be read."""

from dataclasses import dataclass

from keepline.sip.v1.rejection_pb2 import RejectionChanged
from servicekit.kafka import StateFollower
from servicekit.service import Service
from servicekit.streams import Feed, Ring
from sip_config.adapters.mongo.rejections import TOPIC
from sip_config.settings import Settings


@dataclass(frozen=True, slots=True)
class Changed:
    """tenant_id "": it belongs to no tenant."""

    tenant_id: str
    rejection_id: str
    version: int


class ChangedRejections:
    def __init__(self, feed: Feed[Changed]) -> None:
        self._feed = feed

    def heard(self, at: tuple[int, int], key: str, value: bytes | None) -> None:
        """at: partition and offset. What was told before, or is none, is passed over."""
        told = RejectionChanged.FromString(value or b"")
        before = max((one.value.version for one in self._feed.ring.of_key(key)), default=0)
        if told.id != key or told.version <= before:
            self._feed.passes(*at)
        else:
            self._feed.put(
                at, told.tenant_id, key, Changed(told.tenant_id, key, told.version), len(value or b"")
            )


def followed_rejections(service: Service[Settings]) -> Feed[Changed]:
    """Followed from now on."""
    settings = service.settings.streams
    ring: Ring[Changed] = Ring(settings.events, settings.memory_bytes)
    feed = Feed("rejections", ring, service.clock.now, lambda: not follower.problem())
    changed = ChangedRejections(feed)

    def heard(key: str, value: bytes | None) -> None:
        _, partition, offset = follower.at
        changed.heard((partition, offset), key, value)

    follower = StateFollower(
        service.settings.kafka,
        {TOPIC: heard},
        name=f"{service.name}-stream",
        on_caught_up=feed.caught_up,
        recent_seconds=settings.recent_seconds,
        on_begin=feed.begins,
    )
    service.readiness.add_degraded("rejection stream", follower.problem)
    service.keep(follower.run, name="rejection stream follower")
    return feed
