"""Doors of these tests: one by the least settings, others by what a test asks for."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from harness.door_alone import Behind, Door, open_door, served_behind
from harness.paths import fresh_run_folder

OpenDoor = Callable[..., Coroutine[Any, Any, Door]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def behind() -> AsyncIterator[Behind]:
    async with served_behind() as behind:
        yield behind


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opens_door(behind: Behind, request: pytest.FixtureRequest) -> AsyncIterator[OpenDoor]:
    """Opens a door by settings that differ from the least; closed at the end of the module."""
    folder = fresh_run_folder(f"test-{request.module.__name__.rpartition('.')[2]}")
    async with AsyncExitStack() as stack:
        count = 0

        async def opened(*, tls: bool = False, **more: str) -> Door:
            nonlocal count
            count += 1
            return await stack.enter_async_context(open_door(behind, folder / str(count), tls=tls, **more))

        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def door(opens_door: OpenDoor) -> Door:
    return await opens_door()
