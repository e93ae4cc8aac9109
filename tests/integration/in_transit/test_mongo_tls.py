"""A database that speaks TLS only and wants a certificate of each client."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from harness.components import mongo as component
from harness.paths import fresh_run_folder
from servicekit.mongo import Mongo, connect
from servicekit.settings import MongoSettings, WrongSetting
from servicekit.testing import until
from servicekit.testing.certificates import Authority


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def uri(authority: Authority) -> AsyncIterator[str]:
    made = authority.issue("database")
    options = ["--tls-cert-file", made.cert_file, "--tls-key-file", made.key_file]
    options += ["--tls-ca-file", authority.ca_file, "--tls-require-client-cert"]
    server = component.create(fresh_run_folder("test-mongo-tls"), [str(option) for option in options])
    await server.start()
    yield server.uri
    await server.stop()


def settings(uri: str, authority: Authority, shown: Authority | None) -> MongoSettings:
    """Trusting `authority`, with a certificate of `shown`."""
    tls: dict[str, Any] = {"enabled": True, "ca_file": authority.ca_file}
    if shown is not None:
        tls["cert_key_file"] = shown.issue("client").both_file
    return MongoSettings(uri=uri, database="in_transit", tls=tls)


async def told(mongo: Mongo) -> str:
    """What readiness says after a look that failed."""
    watching = asyncio.ensure_future(mongo.watch())
    try:
        await until(lambda: mongo.problem() not in ("", "not connected yet"), within=30)
    finally:
        watching.cancel()
        await mongo.close()
    return mongo.problem()


async def test_a_client_with_a_known_certificate_reads_and_writes(uri: str, authority: Authority) -> None:
    mongo = await connect(settings(uri, authority, authority))
    collection = mongo.collection("things")
    await collection.replace_one({"_id": "a"}, {"_id": "a", "n": 1}, upsert=True)
    assert await collection.find_one({"_id": "a"}) == {"_id": "a", "n": 1}
    await mongo.close()


async def test_a_database_that_is_not_trusted_is_told(
    uri: str, authority: Authority, stranger: Authority
) -> None:
    mongo = await connect(settings(uri, stranger, authority))
    assert await told(mongo) == "the database's certificate is not trusted"


async def test_clients_without_a_known_certificate_get_nothing(
    uri: str, authority: Authority, stranger: Authority
) -> None:
    for shown in (None, stranger):
        assert await told(await connect(settings(uri, authority, shown)))
    assert await told(await connect(MongoSettings(uri=uri)))


async def test_wrong_files_end_the_start_by_name(uri: str, authority: Authority, tmp_path: Path) -> None:
    made = authority.issue("client")
    with pytest.raises(WrongSetting, match="KEEPLINE_MONGO__TLS__CA_FILE"):
        await connect(MongoSettings(uri=uri, tls={"enabled": True, "ca_file": tmp_path / "none"}))
    with pytest.raises(WrongSetting, match="KEEPLINE_MONGO__TLS__CERT_KEY_FILE"):
        await connect(MongoSettings(uri=uri, tls={"enabled": True, "cert_key_file": made.cert_file}))
    with pytest.raises(WrongSetting, match="KEEPLINE_MONGO__PASSWORD_FILE"):
        await connect(MongoSettings(uri=uri, username="keepline", password_file=tmp_path / "none"))
