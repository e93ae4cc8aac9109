"""The stream of rejections: each write of a row is told by its outbox, and read when somebody hears of it."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.message import DecodeError

from keepline.sip.v1.rejection_pb2 import RejectionChanged
from servicekit.api.streaming import StreamAsked
from servicekit.outbox.entries import outgoing_of
from servicekit.streams import Feed, Ring
from servicekit.testing import FakeClock, MemoryCollection
from sip_config.adapters.kafka.rejection_feed import Changed, ChangedRejections
from sip_config.adapters.mongo.rejections import TOPIC, RejectionDocuments
from sip_config.adapters.rest.rejection_stream import RULE, RejectionTeller
from sip_config.domain.refused.explanation import Explanation, Rule
from sip_config.domain.refused.refusal import Place, Refusal, SaidBy
from sip_config.domain.refused.rejection import Fixed, Rejection, alike, begun

AT = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
WHY = Explanation(Rule.SOURCE, "The address is not allowed.", "Allow it.")
EVERYTHING = StreamAsked({}, None)


def row(number: int = 1, tenant: str = "t_a") -> Rejection:
    refusal = Refusal(
        at=AT + timedelta(seconds=number),
        tenant_id=tenant,
        trunk_id=f"trk_{number}" if tenant else "",
        code="source_not_allowed",
        sip_status=403,
        said_by=SaidBy.EDGE,
        source_address="203.0.113.9",
        called="+49301234567",
        caller="+4917012345678",
        number="",
        call_id="",
        edge_id="edge1",
        place=Place("edge/0", number),
    )
    return begun(f"rej_{number}", alike(refusal, timedelta(hours=1)), [refusal], WHY)


@dataclass
class Scene:
    collection: MemoryCollection = field(default_factory=lambda: MemoryCollection("sip_rejections"))

    def __post_init__(self) -> None:
        self.documents = RejectionDocuments(self.collection, 30)
        self.feed: Feed[Changed] = Feed("rejections", Ring(100, 1 << 20), FakeClock().now, lambda: True)
        self.feed.begins({0: 0})
        self.feed.caught_up()
        self.changed = ChangedRejections(self.feed)
        self.teller = RejectionTeller(self.documents)
        self._offset = 0

    def hear(self, key: str, value: bytes | None) -> None:
        self.changed.heard((0, self._offset), key, value)
        self._offset += 1

    async def relay(self) -> list[tuple[str, int]]:
        """What the outboxes tell, once; which rows and versions."""
        told = []
        for document in await self.collection.find({}):
            for entry in document.get("outbox", ()):
                out = outgoing_of(entry)
                if out.topic == TOPIC:
                    self.hear(out.key, out.value)
                    told.append((out.key, RejectionChanged.FromString(out.value or b"").version))
        return told

    async def told(self, tenant: str = "t_a") -> list[Any]:
        found = [await self.teller.told(entry) for entry in self.feed.ring.of_tenant(tenant, 0)]
        for one in found:
            if one is not None:
                RULE.events[one.name].model_validate(one.data)
        return [one and one.about for one in found]


async def test_each_write_of_a_row_is_told_and_the_row_is_read_as_it_is() -> None:
    scene, new = Scene(), row()
    assert await scene.documents.write(new)
    kept = replace(new, version=1)
    assert await scene.documents.write(kept)
    fixed = replace(
        kept, version=2, fixed=Fixed(AT + timedelta(minutes=1), "allow_address:203.0.113.9/32", "ann")
    )
    assert await scene.documents.fix(replace(kept, version=2), fixed)
    assert not await scene.documents.write(kept)
    assert await scene.relay() == [("rej_1", 1), ("rej_1", 2), ("rej_1", 3)]
    assert [(one["id"], one["version"], one["state"]) for one in await scene.told()] == [
        ("rej_1", 3, "fixed")
    ] * 3


async def test_what_is_told_again_is_passed_over_and_a_row_that_is_gone_is_not_told() -> None:
    scene = Scene()
    await scene.documents.write(row())
    for _ in range(2):
        await scene.relay()
    assert len(await scene.told()) == 1
    assert scene.feed.cursor().offsets == (2,)
    await scene.documents.trim("t_a", 0)
    assert await scene.told() == [None]


async def test_what_belongs_to_no_tenant_is_told_to_operators_alone() -> None:
    scene = Scene()
    await scene.documents.write(row(1, ""))
    await scene.relay()
    assert (len(await scene.told("")), await scene.told()) == (1, [])


async def test_the_newest_rows_are_how_things_stand() -> None:
    scene = Scene()
    for number in range(1, 4):
        await scene.documents.write(row(number))
    now = await scene.teller.snapshot("t_a", 0, EVERYTHING.wants)
    RULE.snapshot.model_validate(now)
    assert ([one["id"] for one in now["rejections"]], now["complete"]) == (["rej_3", "rej_2", "rej_1"], True)
    of_one = StreamAsked({"trunk_id": ("trk_2",)}, None)
    assert [one["id"] for one in (await scene.teller.snapshot("t_a", 0, of_one.wants))["rejections"]] == [
        "rej_2"
    ]


@pytest.mark.parametrize(
    "value", [None, b"\xff", RejectionChanged(id="rej_2", version=1).SerializeToString()]
)
async def test_what_is_no_change_of_the_row_is_nothing(value: bytes | None) -> None:
    scene = Scene()
    with suppress(DecodeError):
        scene.hear("rej_1", value)
    assert await scene.told("") == []
