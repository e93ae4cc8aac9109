"""The database comes, dies and comes back: callers are told within seconds and lose nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from harness.components import mongo as mongo_component
from harness.components.mongo import Mongo as Server
from harness.paths import fresh_run_folder
from servicekit.errors import Unavailable
from servicekit.mongo import Mongo, connect
from servicekit.settings import MongoSettings, WrongSetting
from servicekit.testing import until


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    server = mongo_component.create(fresh_run_folder("test-storage-absence"))
    if server.process is None:
        pytest.skip("MONGODB_URI names a server that is not ours to kill")
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def mongo(server: Server) -> AsyncIterator[Mongo]:
    mongo = await connect(MongoSettings(uri=server.uri))
    yield mongo
    await mongo.close()


async def test_an_absence_is_told_within_seconds_and_waited_out(server: Server, mongo: Mongo) -> None:
    prepared: list[str] = []

    async def prepare() -> None:
        await mongo.collection("things").create_index([("name", 1)], unique=True)
        prepared.append("indexes")

    collection = mongo.collection("things")
    watching = asyncio.ensure_future(mongo.watch(prepare))
    try:
        await told_in_time(collection.find_one({}))
        assert mongo.problem() != ""
        await server.start()
        await until(lambda: mongo.problem() == "", within=20)
        assert prepared == ["indexes"]
        await collection.insert_one({"_id": "1", "name": "kept"})
        await server.kill()
        await told_in_time(collection.insert_one({"_id": "2", "name": "refused"}))
        await until(lambda: mongo.problem() != "", within=20)
        await server.start()
        await until(lambda: mongo.problem() == "", within=20)
        assert await collection.find({"name": "kept"}) == [{"_id": "1", "name": "kept"}]
        assert prepared == ["indexes"]
    finally:
        watching.cancel()


async def told_in_time(operation: object) -> None:
    began = asyncio.get_running_loop().time()
    with pytest.raises(Unavailable) as away:
        await operation  # type: ignore[misc]
    assert away.value.code == "storage_unavailable"
    assert asyncio.get_running_loop().time() - began < 8


@pytest.mark.parametrize(
    "uri",
    ["mongodb://", "mongodb://user:hunter2@h:port/", "mongodb://h/?directConnection=true&loadBalanced=true"],
)
async def test_a_bad_address_is_a_wrong_setting_and_keeps_its_password(uri: str) -> None:
    with pytest.raises(WrongSetting) as wrong:
        await connect(MongoSettings(uri=uri))
    assert wrong.value.name == "KEEPLINE_MONGO__URI"
    assert "hunter2" not in str(wrong.value)
