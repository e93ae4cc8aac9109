"""Kept refusals keep one contract over the in-memory twin and over a real database."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from harness.components.mongo import Mongo as Server
from servicekit.documents import Collection
from servicekit.mongo import connect
from servicekit.settings import MongoSettings
from servicekit.testing import MemoryCollection
from sip_config.adapters.mongo.rejections import RejectionDocuments
from sip_config.adapters.rejection_shape import REJECTIONS
from sip_config.domain.refused.explanation import Explanation, Fix, FixKind, Nearest, Rule
from sip_config.domain.refused.refusal import Place, Refusal, SaidBy
from sip_config.domain.refused.rejection import Fixed, Rejection, State, alike, begun, counted

NOW = datetime(2026, 11, 23, 9, 5, 0, 123000, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHY = Explanation(
    Rule.SOURCE,
    "Acme may send from 203.0.113.0/30; 203.0.113.9 is just outside of 203.0.113.0/30.",
    "If 203.0.113.9 is your provider's, allow it.",
    ("203.0.113.0/30",),
    (),
    Nearest("203.0.113.0/30", just_outside=True),
    (
        Fix(FixKind.ALLOW_ADDRESS, "203.0.113.9/32"),
        Fix(FixKind.ALLOW_NETWORK, "203.0.113.0/28", ("203.0.113.0/30",)),
    ),
)


@pytest.fixture(params=["memory", "mongo"])
def server(request: pytest.FixtureRequest) -> Server | None:
    return request.getfixturevalue("mongo") if request.param == "mongo" else None


@pytest_asyncio.fixture
async def store(server: Server | None) -> AsyncIterator[RejectionDocuments]:
    mongo = None
    collection: Collection = MemoryCollection("sip_rejections")
    if server is not None:
        mongo = await connect(MongoSettings(uri=server.uri, database=f"contract_{secrets.token_hex(4)}"))
        collection = mongo.collection("sip_rejections")
    made = RejectionDocuments(collection, 30)
    await made.prepare()
    yield made
    if mongo is not None:
        await mongo.close()


def row(place: int = 1, tenant: str = "t_a", trunk: str = "trk_1", at: datetime = NOW) -> Rejection:
    of = (
        at,
        tenant,
        trunk,
        "source_not_allowed",
        403,
        SaidBy.EDGE,
        f"203.0.113.{place}",
        "100",
        "",
        "",
        "",
        "e",
    )
    told = Refusal(*of, Place("edge/0", place), about="path")
    return begun(f"rej_{tenant}_{trunk}_{place}", alike(told, HOUR), [told], WHY)


async def kept(store: RejectionDocuments, one: Rejection) -> Rejection:
    found = await store.find([one.id])
    return found[one.id]


async def test_a_row_comes_back_as_it_was(store: RejectionDocuments) -> None:
    one = row()
    assert await store.write(one)
    found = await kept(store, one)
    place = replace(one.last, place=found.last.place)
    assert found == replace(one, version=1, last=place)
    assert await store.get("t_a", one.id) == found
    assert await store.get("t_b", one.id) is None


async def test_a_row_that_an_earlier_version_kept_is_read(store: RejectionDocuments) -> None:
    assert await store.write(row())
    await store.collection.update_one({"_id": row().id}, {"$unset": {"about": ""}})
    assert (await kept(store, row())).last.about == ""


async def test_of_two_writers_one_is_told_that_it_was_slower(store: RejectionDocuments) -> None:
    assert await store.write(row())
    assert not await store.write(row())
    before = await kept(store, row())
    more = counted(before, [replace(before.last, place=Place("edge/0", 7))])
    assert await store.write(more)
    assert not await store.write(more)
    after = await kept(store, row())
    assert (after.count, after.version, after.seen) == (2, 2, {"edge/0": 7})
    assert counted(after, [replace(before.last, place=Place("edge/0", 7))]) is after


async def test_a_fix_is_kept_with_an_entry_for_the_audit_log(store: RejectionDocuments) -> None:
    await store.write(row())
    before = await kept(store, row())
    after = replace(before, fixed=Fixed(NOW + HOUR, "allow_address:203.0.113.1/32", "ann", 4))
    assert await store.fix(before, after)
    assert not await store.fix(before, after)
    found = await kept(store, row())
    assert (found.fixed, found.state, found.version) == (after.fixed, State.FIXED, 2)
    assert len(await told_to(store, "keepline.audit.v1")) == 1
    # what comes later leaves the entry where it is until it is out
    assert await store.write(counted(found, [replace(before.last, place=Place("edge/0", 9))]))
    assert len(await told_to(store, "keepline.audit.v1")) == 1


async def told_to(store: RejectionDocuments, topic: str) -> list[object]:
    """What waits in the row's outbox for this topic; each change of the row waits there too."""
    (stored,) = await store.collection.find({})
    return [entry for entry in stored["outbox"] if entry["topic"] == topic]


async def test_open_rows_are_found_by_trunk_and_by_tenant(store: RejectionDocuments) -> None:
    number = replace(row(2), explanation=replace(WHY, rule=Rule.NUMBER))
    for one in (row(1), number, row(3, trunk="trk_2"), row(4, "t_b", "trk_3")):
        assert await store.write(one)
    assert await store.write(replace(row(5), fixed=Fixed(NOW)))
    assert {one.id for one in await store.open_of_trunks({"trk_1"}, 10)} == {row(1).id, number.id}
    assert [one.id for one in await store.open_of_tenants({"t_a", "t_b"}, 10)] == [number.id]
    assert len(await store.open_of_trunks({"trk_1", "trk_2", "trk_3"}, 2)) == 2
    assert await store.count_rows(row(1).alike.of_others()) == 3


async def test_the_newest_rows_stay(store: RejectionDocuments) -> None:
    for hour in range(5):
        assert await store.write(row(hour, at=NOW + hour * HOUR))
    assert await store.write(row(9, "t_b"))
    await store.trim("t_a", 2)
    page = await store.page("t_a", REJECTIONS.read({}))
    assert [one.last.at for one in page.items] == [NOW + 4 * HOUR, NOW + 3 * HOUR]
    assert len((await store.page("t_b", REJECTIONS.read({}))).items) == 1


async def test_the_list_has_pages_the_newest_first(store: RejectionDocuments) -> None:
    for hour in range(5):
        assert await store.write(row(hour, at=NOW + hour * HOUR))
    query = {"page_size": ["2"], "state": ["open"]}
    first = await store.page("t_a", REJECTIONS.read(query))
    second = await store.page("t_a", REJECTIONS.read({**query, "page_token": [first.next_page_token]}))
    assert [one.last.at for one in (*first.items, *second.items)] == [NOW + h * HOUR for h in (4, 3, 2, 1)]
    searched = await store.page("t_a", REJECTIONS.read({"q": ["113.3"]}))
    assert [one.id for one in searched.items] == [row(3).id]
