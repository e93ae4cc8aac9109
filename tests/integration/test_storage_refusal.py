"""A database that answers with an error (13: a password is asked for) ends no service and is told by each."""

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

from harness.components import mongo as mongo_component
from harness.components.mongo import Mongo as Server
from harness.paths import fresh_run_folder
from harness.process import Process
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.mongo import connect
from servicekit.settings import MongoSettings
from servicekit.testing import until
from switchlink.testing.free_ports import free_port

SIP_CONFIG = {
    "SIP_ZONE": "sip.keepline.test",
    "SWITCHES": '[{"id": "sw1", "host": "127.0.0.1", "port": 1}]',
    "EDGES": '[{"id": "edge1", "host": "127.0.0.1"}]',
}
SERVICES: dict[str, tuple[str, dict[str, str]]] = {
    "sip-config": ("sip_config", SIP_CONFIG),
    "phone-sources": ("phone_sources", {"SIP_CONFIG_TARGET": "127.0.0.1:1"}),
    "call-control": ("call_router.control", {}),
    "health-monitor": ("health_monitor", {"EDGES": '[{"id": "edge1", "rpc_url": "http://127.0.0.1:1"}]'}),
}
"""Those that have a database, without a broker: the database alone is looked at."""


class Running:
    def __init__(self, name: str, folder: Path, server: Server, jwks: Path) -> None:
        module, own = SERVICES[name]
        self.http = f"127.0.0.1:{free_port()}"
        settings = {
            "HTTP__LISTEN": self.http,
            "MONGO__URI": server.uri,
            "KAFKA__BOOTSTRAP": "127.0.0.1:1",
            "AUTH__JWKS_FILE": str(jwks),
            "DATA_DIR": str(folder / name),
            "DRAIN_SECONDS": "0",
            **own,
        }
        environment = {f"KEEPLINE_{key}": value for key, value in settings.items()}
        log = folder / f"{name}.log"
        self.process = Process(name, [sys.executable, "-m", module], log, env=environment)

    async def says(self, wanted: Callable[[dict[str, Any]], bool], what: str) -> None:
        """What /readyz says, as long as the process lives."""
        async with httpx.AsyncClient() as client:

            async def said() -> bool:
                try:
                    body = (await client.get(f"http://{self.http}/readyz", timeout=2)).json()
                except httpx.HTTPError:
                    return False
                return wanted({**body["checks"], **body["degraded"]})

            await self.process.ready(said, 40, what)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    server = mongo_component.create(fresh_run_folder("test-storage-refusal"))
    await server.start()
    yield server
    await server.stop()


def with_passwords(server: Server) -> Server:
    """The same server, now asking for what nobody here has."""
    assert server.process is not None
    process = replace(server.process, command=[*server.process.command, "--auth"], _leash=None)
    return replace(server, process=process)


async def test_an_index_that_is_there_with_other_options_is_told_and_waited_out(server: Server) -> None:
    mongo = await connect(MongoSettings(uri=server.uri, database=f"refusal_{uuid.uuid4().hex}"))
    things = mongo.collection("things")
    await things.create_index([("name", 1)])
    wanted = True

    async def prepare() -> None:
        await things.create_index([("name", 1)], unique=wanted)

    watching = asyncio.ensure_future(mongo.watch(prepare))
    try:
        await until(lambda: "refuses us" in mongo.problem(), 20)
        wanted = False  # as when an operator repairs it
        await until(lambda: mongo.problem() == "", 20)
        assert not watching.done()
    finally:
        watching.cancel()
        await mongo.close()


async def test_every_service_lives_through_a_database_that_refuses_it(server: Server) -> None:
    if server.process is None:
        return  # MONGODB_URI names a server that is not ours to restart
    folder = fresh_run_folder("test-storage-refusal-services")
    jwks = DevIssuer.create(folder / "issuer").jwks_file
    async with AsyncExitStack() as stack:
        services = [Running(name, folder, server, jwks) for name in SERVICES]
        for service in services:
            await service.process.start()
            stack.push_async_callback(service.process.stop)
        for service in services:
            await service.says(lambda said: not said.get("mongo"), "it has the database")
        await server.stop()
        closed = with_passwords(server)
        await closed.start()
        for service in services:
            await service.says(lambda said: "refuses us" in said.get("mongo", ""), "it is refused")
        await closed.stop()
        await server.start()
        for service in services:
            await service.says(lambda said: not said.get("mongo"), "it has the database again")
        assert all(service.process.running for service in services)
