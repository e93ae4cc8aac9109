"""A tenant's long lists are read one after the other, and leave room for everybody else."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from phone_sources.app.turns import MOST_LISTS, SLICE_SECONDS, Turns, in_slices
from servicekit.errors import TooMany


async def test_lists_of_one_tenant_are_read_one_after_the_other() -> None:
    turns, reading, most = Turns(), 0, 0

    async def read(tenant_id: str) -> None:
        nonlocal reading, most
        async with turns.of(tenant_id):
            reading += 1
            most = max(most, reading)
            await asyncio.sleep(0)
            reading -= 1

    await asyncio.gather(*(read("t_a") for _ in range(MOST_LISTS)))
    assert most == 1
    await asyncio.gather(read("t_a"), read("t_b"))
    assert most == 2
    assert not turns.lists


async def test_one_more_is_refused_and_takes_no_place() -> None:
    turns, go_on = Turns(), asyncio.Event()

    async def read() -> None:
        async with turns.of("t_a"):
            await go_on.wait()

    under_way = [asyncio.create_task(read()) for _ in range(MOST_LISTS)]
    await asyncio.sleep(0)
    for _ in range(2):
        with pytest.raises(TooMany, match="lists of yours"):
            await read()
    go_on.set()
    await asyncio.gather(*under_way)
    await read()
    assert not turns.lists


async def test_others_come_between() -> None:
    passed = 0

    async def others() -> None:
        nonlocal passed
        while True:
            await asyncio.sleep(0)
            passed += 1

    def slow() -> Iterator[int]:
        for item in range(20):
            time.sleep(SLICE_SECONDS * 1.1)
            yield item

    beside = asyncio.create_task(others())
    assert await in_slices(slow()) == list(range(20))
    beside.cancel()
    assert passed >= 19
