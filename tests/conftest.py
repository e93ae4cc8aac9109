"""Real components for the suites that need them: one of each for a run, started when first asked for."""

from collections.abc import AsyncIterator

import pytest_asyncio

from harness.components import kafka as kafka_component
from harness.components import mongo as mongo_component
from harness.components.kafka import Kafka
from harness.components.mongo import Mongo
from harness.paths import fresh_run_folder
from harness.world import World, running_world


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kafka() -> AsyncIterator[Kafka]:
    broker = await kafka_component.create(fresh_run_folder("test-kafka"))
    await broker.start()
    yield broker
    await broker.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def mongo() -> AsyncIterator[Mongo]:
    server = mongo_component.create(fresh_run_folder("test-mongo"))
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world() -> AsyncIterator[World]:
    async with running_world("e2e", spare_switches=1, with_issuer=True) as world:
        yield world
