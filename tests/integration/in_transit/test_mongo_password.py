"""A database that wants a password: from a file, never in a text."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from motor.motor_asyncio import AsyncIOMotorClient

from harness.components import mongo as component
from harness.components.mongo import Mongo as Server
from harness.paths import fresh_run_folder
from servicekit.errors import Unavailable
from servicekit.mongo import connect
from servicekit.settings import MongoSettings

USER, PASSWORD = "keepline", "correct-horse-battery"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server() -> AsyncIterator[Server]:
    """One user is made while nobody asks for a password yet."""
    opened = component.create(fresh_run_folder("test-mongo-password"), ["--log-level", "WARNING"])
    await opened.start()
    client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(opened.uri)
    roles = [{"role": "readWriteAnyDatabase", "db": "admin"}]
    await client.admin.command("createUser", USER, pwd=PASSWORD, roles=roles)
    client.close()
    await opened.stop()
    assert opened.process is not None
    process = replace(opened.process, command=[*opened.process.command, "--auth"], _leash=None)
    closed = replace(opened, process=process)
    await closed.start()
    yield closed
    await closed.stop()


def settings(server: Server, folder: Path, password: str) -> MongoSettings:
    file = folder / "password"
    file.write_text(f"{password}\n")
    return MongoSettings(uri=server.uri, username=USER, password_file=file)


async def test_the_password_is_read_from_its_file(server: Server, tmp_path: Path) -> None:
    mongo = await connect(settings(server, tmp_path, PASSWORD))
    collection = mongo.collection("things")
    await collection.replace_one({"_id": "a"}, {"_id": "a"}, upsert=True)
    assert await collection.find_one({"_id": "a"}) == {"_id": "a"}
    await mongo.close()


async def test_a_wrong_password_is_told_and_never_shown(server: Server, tmp_path: Path) -> None:
    wrong = "hunter2-hunter2"
    mongo = await connect(settings(server, tmp_path, wrong))
    with pytest.raises(Unavailable, match="refuses us") as refused:
        await mongo.look()
    assert wrong not in f"{refused.value} {refused.value.__cause__!r} {mongo.__dict__}"
    await mongo.close()
