"""Each story leaves the world as it found it: no phone of its own stays."""

from collections.abc import AsyncIterator

import pytest_asyncio

from harness.world import World


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def hang_up(world: World) -> AsyncIterator[None]:
    yield
    await world.phones.close()
