"""The stream of statuses: how things stand by the topic, then each change, and nothing twice."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from google.protobuf.message import DecodeError

from health_monitor.adapters.messages import status_message, status_of
from health_monitor.adapters.rest_stream import RULE, StatusTeller
from health_monitor.adapters.status_feed import News, StatusTopic
from health_monitor.adapters.status_shape import status_document
from health_monitor.domain.status import EndpointStatus, Status, Verdict
from health_monitor.domain.trunk import Endpoint
from servicekit.api.streaming import StreamAsked
from servicekit.streams import Feed, Ring
from servicekit.testing import FakeClock

ROWS = (
    EndpointStatus(Endpoint("203.0.113.9", 5060, "udp"), "edge1", True, 12.5),
    EndpointStatus(Endpoint("2001:db8::1", 5061, "tls"), "edge2", False, None),
)
SINCE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
UP = Status("trk_1", "t_a", 3, Verdict.HEALTHY, "All is well", SINCE, ROWS)
DOWN = replace(UP, version=4, verdict=Verdict.DOWN, sentence="Nobody answers")
EVERYTHING = StreamAsked({}, None)


@dataclass
class Scene:
    def __post_init__(self) -> None:
        self.feed: Feed[News] = Feed("health", Ring(100, 1 << 20), FakeClock().now, lambda: True)
        self.feed.begins({0: 0})
        self.feed.caught_up()
        self.topic = StatusTopic(self.feed)
        self.teller = StatusTeller(self.topic)
        self._offset = 0

    def hear(self, key: str, value: Status | bytes | None) -> None:
        told = status_message(value).SerializeToString() if isinstance(value, Status) else value
        self.topic.heard((0, self._offset), key, told)
        self._offset += 1

    async def now(self, tenant: str = "t_a", asked: StreamAsked = EVERYTHING) -> list[str]:
        shown = await self.teller.snapshot(tenant, self.feed.number, asked.wants)
        assert set(shown) == set(RULE.snapshot.model_fields)
        RULE.snapshot.model_validate(shown)
        return [one["trunk_id"] for one in shown["statuses"]]

    async def told(self) -> list[tuple[str, str]]:
        entries = [*self.feed.ring.of_tenant("t_a", 0), *self.feed.ring.of_tenant("t_b", 0)]
        told = [await self.teller.told(entry) for entry in sorted(entries, key=lambda one: one.number)]
        for one in told:
            RULE.events[one.name].model_validate(one.data)
        return [(one.name, one.about["trunk_id"]) for one in told]


@pytest.mark.parametrize("status", [UP, DOWN], ids=lambda status: status.verdict.value)
def test_a_status_comes_back_from_its_message_as_it_was(status: Status) -> None:
    assert status_of(status_message(status)) == status
    assert status_document(status_of(status_message(status))) == status_document(status)


async def test_each_change_is_told_once_and_the_newest_is_how_things_stand() -> None:
    scene = Scene()
    for key, value in (("trk_1", UP), ("trk_1", UP), ("trk_1", DOWN), ("trk_1", UP)):
        scene.hear(key, value)
    assert await scene.told() == [("status_changed", "trk_1")] * 2
    assert scene.topic.of_tenant("t_a") == [DOWN]
    assert scene.feed.cursor().offsets == (4,)


async def test_a_trunk_that_is_deleted_is_told_to_its_tenant_and_no_longer_there() -> None:
    scene = Scene()
    scene.hear("trk_1", UP)
    scene.hear("trk_2", replace(UP, id="trk_2", tenant_id="t_b"))
    scene.hear("trk_1", None)
    scene.hear("trk_never", None)
    assert await scene.told() == [
        ("status_changed", "trk_1"),
        ("status_changed", "trk_2"),
        ("status_removed", "trk_1"),
    ]
    assert (await scene.now(), await scene.now("t_b")) == ([], ["trk_2"])


async def test_a_filter_bounds_how_things_stand_too() -> None:
    scene = Scene()
    for trunk_id in ("trk_1", "trk_2"):
        scene.hear(trunk_id, replace(UP, id=trunk_id))
    assert await scene.now(asked=StreamAsked({"trunk_id": ("trk_2",)}, None)) == ["trk_2"]


@pytest.mark.parametrize(("key", "value"), [("trk_2", UP), ("trk_1", b"\xff")])
def test_what_is_no_status_of_the_trunk_is_nothing(key: str, value: Status | bytes) -> None:
    scene = Scene()
    with pytest.raises((ValueError, DecodeError)):
        scene.hear(key, value)
    assert scene.topic.of_tenant("t_a") == []
