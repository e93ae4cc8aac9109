"""One suite over the collection in memory and one in a real database: the twin is like the original."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from harness.components.mongo import Mongo as Server
from servicekit.documents import Collection, DuplicateKey, Write
from servicekit.mongo import connect
from servicekit.settings import MongoSettings
from servicekit.testing import MemoryCollection

TWIN, REAL = "memory", "mongo"


@pytest.fixture(params=[TWIN, REAL])
def server(request: pytest.FixtureRequest) -> Server | None:
    """The real server is started only when the suite gets to it."""
    return request.getfixturevalue("mongo") if request.param == REAL else None


@pytest_asyncio.fixture
async def collection(server: Server | None) -> AsyncIterator[Collection]:
    if server is None:
        yield MemoryCollection("contract")
        return
    database = await connect(MongoSettings(uri=server.uri, database="contract"))
    yield database.collection(f"c_{uuid.uuid4().hex}")
    await database.close()


async def fill(collection: Collection, *documents: dict[str, Any]) -> None:
    for number, document in enumerate(documents):
        await collection.insert_one({"_id": f"id_{number}", **document})


async def ids(collection: Collection, query: dict[str, Any]) -> list[str]:
    return [document["_id"] for document in await collection.find(query)]


async def test_what_was_stored_comes_back_as_it_was(collection: Collection) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
    document = {
        "_id": "trk_1",
        "name": "ac/me",
        "on": True,
        "n": 1,
        "big": 1 << 40,
        "x": 1.5,
        "none": None,
        "raw": b"\x00\xff",
        "at": moment,
        "list": [1, {"a": [b"b"]}],
        "empty": {},
    }
    await collection.insert_one(document)
    assert await collection.find_one({"_id": "trk_1"}) == document
    assert await collection.find_one({"_id": "trk_2"}) is None


async def test_a_moment_keeps_its_milliseconds_and_no_more(collection: Collection) -> None:
    await fill(collection, {"at": datetime(2026, 1, 1, 0, 0, 0, 123_456, UTC)})
    assert (await collection.find({}))[0]["at"] == datetime(2026, 1, 1, 0, 0, 0, 123_000, UTC)


async def test_a_stored_document_is_a_copy(collection: Collection) -> None:
    document: dict[str, Any] = {"_id": "a", "list": [1]}
    await collection.insert_one(document)
    document["list"].append(2)
    found = await collection.find_one({"_id": "a"})
    assert found is not None
    found["list"].append(3)
    assert await collection.find_one({"_id": "a"}) == {"_id": "a", "list": [1]}


async def test_an_id_is_taken_once(collection: Collection) -> None:
    await fill(collection, {})
    with pytest.raises(DuplicateKey) as taken:
        await fill(collection, {})
    assert taken.value.key_pattern == {"_id": 1}


FILTERS: list[tuple[str, dict[str, Any], list[int]]] = [
    ("everything", {}, [0, 1, 2, 3]),
    ("equal", {"n": 1}, [0]),
    ("equal to a whole list", {"tags": ["x", "y"]}, [0]),
    ("a member of a list", {"tags": "y"}, [0, 1]),
    ("a field of a member", {"endpoints.host": "h2"}, [1]),
    ("by the place in a list", {"endpoints.0.host": "h1"}, [1]),
    ("a whole sub-document", {"inner": {"a": 1, "b": 2}}, [2]),
    ("a sub-document in another order is another", {"inner": {"b": 2, "a": 1}}, []),
    ("null or missing", {"n": None}, [2, 3]),
    ("exists", {"n": {"$exists": True}}, [0, 1, 3]),
    ("an element exists", {"tags.0": {"$exists": True}}, [0, 1]),
    ("does not exist", {"n": {"$exists": False}}, [2]),
    ("greater", {"n": {"$gt": 1}}, [1]),
    ("between", {"n": {"$gte": 1, "$lt": 2}}, [0]),
    ("a comparison stays within its type", {"name": {"$gt": 5}}, []),
    ("not equal takes the missing too", {"n": {"$ne": 1}}, [1, 2, 3]),
    ("one of", {"n": {"$in": [1, 7]}}, [0]),
    ("none of", {"n": {"$nin": [1, 2]}}, [2, 3]),
    ("all of", {"tags": {"$all": ["y", "x"]}}, [0]),
    ("so many", {"tags": {"$size": 1}}, [1]),
    ("one member has both", {"endpoints": {"$elemMatch": {"host": "h1", "port": 1}}}, [1]),
    ("no member has both", {"endpoints": {"$elemMatch": {"host": "h1", "port": 2}}}, []),
    ("a pattern", {"name": {"$regex": "^AC", "$options": "i"}}, [0]),
    ("or", {"$or": [{"n": 1}, {"n": 2}]}, [0, 1]),
    ("and", {"$and": [{"n": {"$gt": 0}}, {"tags": "y"}]}, [0, 1]),
    ("not", {"n": {"$not": {"$gt": 1}}}, [0, 2, 3]),
    ("several at once", {"n": 2, "tags": "y"}, [1]),
]


@pytest.mark.parametrize(("name", "query", "expected"), FILTERS, ids=[row[0] for row in FILTERS])
async def test_filters(collection: Collection, name: str, query: dict[str, Any], expected: list[int]) -> None:
    await fill(
        collection,
        {"n": 1, "name": "acme", "tags": ["x", "y"]},
        {"n": 2, "tags": ["y"], "endpoints": [{"host": "h1", "port": 1}, {"host": "h2", "port": 2}]},
        {"inner": {"a": 1, "b": 2}, "tags": []},
        {"n": None},
    )
    assert await ids(collection, query) == [f"id_{number}" for number in expected]
    assert await collection.count_documents(query) == len(expected)


UPDATES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("set", {"$set": {"n": 5, "deep.er": 1}}, {"n": 5, "deep": {"er": 1}}),
    ("unset", {"$unset": {"n": ""}}, {"n": None}),
    ("increase", {"$inc": {"n": 2, "new": 1}}, {"n": 3, "new": 1}),
    ("push", {"$push": {"tags": "z"}}, {"tags": ["x", "y", "z"]}),
    ("push a list as one", {"$push": {"tags": ["z"]}}, {"tags": ["x", "y", ["z"]]}),
    ("push each", {"$push": {"tags": {"$each": ["z", "w"]}}}, {"tags": ["x", "y", "z", "w"]}),
    ("push and keep the last", {"$push": {"tags": {"$each": ["z"], "$slice": -2}}}, {"tags": ["y", "z"]}),
    ("push into nothing", {"$push": {"new": 1}}, {"new": [1]}),
    ("pull a value", {"$pull": {"tags": "x"}}, {"tags": ["y"]}),
    ("pull by a field", {"$pull": {"outbox": {"seq": {"$lte": 2}}}}, {"outbox": [{"seq": 3}]}),
    ("pull by a comparison", {"$pull": {"numbers": {"$gte": 2}}}, {"numbers": [1]}),
    ("add to a set", {"$addToSet": {"tags": "x"}}, {"tags": ["x", "y"]}),
    ("the larger", {"$max": {"n": 7}}, {"n": 7}),
    ("the smaller", {"$min": {"n": 7}}, {"n": 1}),
    ("on insert only", {"$setOnInsert": {"n": 9}, "$set": {"m": 1}}, {"n": 1, "m": 1}),
    (
        "the member at a place",
        {"$set": {"outbox.1.seq": 9}},
        {"outbox": [{"seq": n} for n in (1, 9, 3)]},
    ),
]


@pytest.mark.parametrize(("name", "update", "expected"), UPDATES, ids=[row[0] for row in UPDATES])
async def test_updates(
    collection: Collection, name: str, update: dict[str, Any], expected: dict[str, Any]
) -> None:
    outbox = [{"seq": 1}, {"seq": 2}, {"seq": 3}]
    await fill(collection, {"n": 1, "tags": ["x", "y"], "outbox": outbox, "numbers": [1, 2, 3]})
    changed = await collection.find_one_and_update({"_id": "id_0"}, update)
    assert changed is not None
    assert changed == await collection.find_one({"_id": "id_0"})
    assert {field: changed.get(field) for field in expected} == expected


async def test_compare_and_set_changes_only_the_version_that_was_read(collection: Collection) -> None:
    await fill(collection, {"version": 1})
    guarded = {"_id": "id_0", "version": 1}
    assert await collection.update_one(guarded, {"$inc": {"version": 1}}) == 1
    assert await collection.update_one(guarded, {"$inc": {"version": 1}}) == 0
    assert await collection.find_one_and_update(guarded, {"$inc": {"version": 1}}) is None
    assert (await collection.find({}))[0]["version"] == 2


async def test_an_upsert_begins_with_what_the_filter_says(collection: Collection) -> None:
    update = {"$set": {"n": 1}, "$setOnInsert": {"born": True}}
    query = {"_id": "a", "kind": "lease", "until": {"$lt": 5}}
    made = await collection.find_one_and_update(query, update, upsert=True)
    assert made == {"_id": "a", "kind": "lease", "n": 1, "born": True}
    assert await collection.update_one({"_id": "b"}, update, upsert=True) == 0
    assert await collection.update_one({"_id": "b"}, {"$set": {"n": 2}}, upsert=True) == 1
    assert await ids(collection, {}) == ["a", "b"]


async def test_an_upsert_that_meets_another_is_a_duplicate(collection: Collection) -> None:
    await collection.insert_one({"_id": "lease", "owner": "a", "until": 10})
    with pytest.raises(DuplicateKey):
        await collection.find_one_and_update(
            {"_id": "lease", "until": {"$lt": 5}}, {"$set": {"owner": "b"}}, upsert=True
        )


async def test_replacing_keeps_the_id_and_nothing_else(collection: Collection) -> None:
    await fill(collection, {"n": 1, "old": True})
    assert await collection.replace_one({"_id": "id_0"}, {"n": 2}) == 1
    assert await collection.replace_one({"_id": "other"}, {"n": 3}) == 0
    assert await collection.replace_one({"_id": "other"}, {"n": 3}, upsert=True) == 0
    assert await collection.find({}) == [{"_id": "id_0", "n": 2}, {"_id": "other", "n": 3}]


async def test_deleting_and_updating_many_tell_how_many(collection: Collection) -> None:
    await fill(collection, {"n": 1}, {"n": 1}, {"n": 2})
    assert await collection.update_many({"n": 1}, {"$set": {"m": 1}}) == 2
    assert await collection.delete_one({"n": 1}) == 1
    assert await collection.delete_one({"n": 9}) == 0
    assert await collection.delete_many({}) == 2
    assert await collection.find({}) == []


async def test_many_are_written_in_one_question_and_those_that_were_not_are_told(
    collection: Collection,
) -> None:
    await collection.insert_one({"_id": "old", "v": 1})
    await collection.insert_one({"_id": "moved on", "v": 2})
    writes = [
        Write({"_id": "new", "v": 1}),
        Write({"_id": "old", "v": 9}),
        Write({"_id": "old", "v": 2}, {"_id": "old", "v": 1}),
        Write({"_id": "moved on", "v": 2, "mine": True}, {"_id": "moved on", "v": 1}),
        Write({"_id": "gone", "v": 5}, {"_id": "gone", "v": 4}),
    ]
    not_written = await collection.write_many(writes)
    assert {place: type(problem) for place, problem in not_written.items()} == {
        1: DuplicateKey,
        3: DuplicateKey,
    }
    assert await collection.find({}) == [
        {"_id": "gone", "v": 5},
        {"_id": "moved on", "v": 2},
        {"_id": "new", "v": 1},
        {"_id": "old", "v": 2},
    ]


async def test_pages_by_id_with_a_limit(collection: Collection) -> None:
    await fill(collection, *({"n": n} for n in range(5)))
    page = await collection.find({"_id": {"$gt": "id_1"}}, limit=2)
    assert [document["_id"] for document in page] == ["id_2", "id_3"]


async def test_sorting_by_several_keys(collection: Collection) -> None:
    await fill(collection, {"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 2}, {"b": 3})
    found = await collection.find({}, sort=[("a", -1), ("b", 1)])
    assert [document["_id"] for document in found] == ["id_1", "id_0", "id_2", "id_3"]


async def test_a_projection_keeps_or_leaves_out(collection: Collection) -> None:
    await fill(collection, {"a": 1, "b": 2})
    assert await collection.find({}, projection={"a": 1}) == [{"_id": "id_0", "a": 1}]
    assert await collection.find({}, projection={"a": 0}) == [{"_id": "id_0", "b": 2}]


async def test_scanning_gives_everything_once_in_order(collection: Collection) -> None:
    for number in range(1203):
        await collection.insert_one({"_id": f"{number:05d}"})
    scanned = [document["_id"] async for document in collection.scan({"_id": {"$gte": "00003"}})]
    assert scanned == [f"{number:05d}" for number in range(3, 1203)]


Index = Callable[[Collection], Awaitable[None]]


async def _compound(collection: Collection) -> None:
    await collection.create_index([("tenant_id", 1), ("name", 1)], unique=True)


async def _partial(collection: Collection) -> None:
    await collection.create_index([("domain", 1)], unique=True, partial={"active": True})


async def _members(collection: Collection) -> None:
    await collection.create_index([("numbers", 1)], unique=True)


UNIQUE: list[tuple[str, Index, dict[str, Any], dict[str, Any], bool]] = [
    ("the same pair", _compound, {"tenant_id": "a", "name": "x"}, {"tenant_id": "a", "name": "x"}, True),
    ("another tenant", _compound, {"tenant_id": "a", "name": "x"}, {"tenant_id": "b", "name": "x"}, False),
    ("both without the field", _compound, {"tenant_id": "a"}, {"tenant_id": "a"}, True),
    (
        "the same among those",
        _partial,
        {"domain": "d", "active": True},
        {"domain": "d", "active": True},
        True,
    ),
    ("one is left out", _partial, {"domain": "d", "active": True}, {"domain": "d", "active": False}, False),
    ("a shared member", _members, {"numbers": ["+1", "+2"]}, {"numbers": ["+2"]}, True),
    ("no shared member", _members, {"numbers": ["+1"]}, {"numbers": ["+2"]}, False),
]


@pytest.mark.parametrize(("name", "index", "first", "other", "taken"), UNIQUE, ids=[row[0] for row in UNIQUE])
async def test_unique_indexes(  # noqa: PLR0917 - the columns of the table
    collection: Collection,
    name: str,
    index: Index,
    first: dict[str, Any],
    other: dict[str, Any],
    taken: bool,
) -> None:
    await index(collection)
    await index(collection)  # making it again changes nothing
    await fill(collection, first)
    if not taken:
        await collection.insert_one({"_id": "second", **other})
        return
    with pytest.raises(DuplicateKey) as duplicate:
        await collection.insert_one({"_id": "second", **other})
    assert "_id" not in duplicate.value.key_pattern
    assert await ids(collection, {}) == ["id_0"]


async def test_an_update_breaks_no_unique_index(collection: Collection) -> None:
    await _compound(collection)
    await fill(collection, {"tenant_id": "a", "name": "x"}, {"tenant_id": "a", "name": "y"})
    with pytest.raises(DuplicateKey) as duplicate:
        await collection.update_one({"_id": "id_1"}, {"$set": {"name": "x"}})
    assert duplicate.value.key_pattern == {"tenant_id": 1, "name": 1}
    assert await collection.update_one({"_id": "id_0"}, {"$set": {"name": "x"}}) == 1
