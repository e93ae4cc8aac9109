"""The topic of call events as a feed for streams: what is recent of it, and all that comes."""

from typing import TypeVar

from call_router.adapters.kafka.spooled_events import CALL_EVENTS
from call_router.adapters.messages.events import event_of
from call_router.domain.call_event import CallEvent
from servicekit.kafka import StateFollower
from servicekit.service import Service
from servicekit.settings import ApiSettings, StreamSettings
from servicekit.streams import Feed, Ring

S = TypeVar("S", bound=ApiSettings)


def call_feed(service: Service[S], settings: StreamSettings) -> Feed[CallEvent]:
    """Followed from now on."""
    ring: Ring[CallEvent] = Ring(settings.events, settings.memory_bytes)
    feed = Feed("calls", ring, service.clock.now, lambda: not follower.problem())

    def heard(key: str, value: bytes | None) -> None:
        _, partition, offset = follower.at
        event = event_of(value) if value is not None else None
        if event is None or value is None or event.call_id != key:
            feed.passes(partition, offset)
        else:
            feed.put((partition, offset), event.tenant_id, key, event, len(value))

    follower = StateFollower(
        service.settings.kafka,
        {CALL_EVENTS: heard},
        name=f"{service.name}-stream",
        on_caught_up=feed.caught_up,
        recent_seconds=settings.recent_seconds,
        on_begin=feed.begins,
    )
    service.readiness.add_degraded("call stream", follower.problem)
    service.keep(follower.run, name="call stream follower")
    return feed
