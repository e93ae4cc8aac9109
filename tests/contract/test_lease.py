"""One holder at a time, over the collection in memory and over a real database."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from harness.components.mongo import Mongo as Server
from servicekit.clock import FakeClock
from servicekit.documents import Collection
from servicekit.lease import LEASE_SECONDS, MARGIN, Lease
from servicekit.mongo import connect
from servicekit.settings import MongoSettings
from servicekit.testing import MemoryCollection


@pytest.fixture(params=["memory", "mongo"])
def server(request: pytest.FixtureRequest) -> Server | None:
    return request.getfixturevalue("mongo") if request.param == "mongo" else None


@pytest_asyncio.fixture
async def leases(server: Server | None) -> AsyncIterator[Collection]:
    if server is None:
        yield MemoryCollection("leases")
        return
    database = await connect(MongoSettings(uri=server.uri, database="contract"))
    yield database.collection(f"leases_{uuid.uuid4().hex}")
    await database.close()


async def test_one_of_many_that_ask_at_once_gets_it(leases: Collection) -> None:
    asking = [Lease(leases, "outbox trunks") for _ in range(10)]
    assert sum(await asyncio.gather(*(lease.keep() for lease in asking))) == 1
    assert sum(lease.left_seconds() > 0 for lease in asking) == 1
    assert await Lease(leases, "outbox numbers").keep()  # another name is another lease


async def test_it_is_renewed_by_its_holder_and_free_after_its_time(leases: Collection) -> None:
    clock = FakeClock()
    holder, other = Lease(leases, "a", clock=clock), Lease(leases, "a", clock=clock)
    assert await holder.keep()
    first = holder.token
    for _ in range(5):
        clock.advance(LEASE_SECONDS * 0.6)
        assert await holder.keep()
        assert not await other.keep()
    assert holder.token == first
    clock.advance(LEASE_SECONDS - 1)
    assert holder.left_seconds() == 0  # it stops before anybody else may begin
    assert not await other.keep()
    clock.advance(1)
    assert await other.keep()
    assert other.token > first
    assert not await holder.keep()
    assert holder.left_seconds() == 0


async def test_a_holder_relies_on_it_for_less_than_the_others_wait(leases: Collection) -> None:
    lease = Lease(leases, "a", clock=FakeClock(), seconds=30)
    assert await lease.keep()
    assert lease.left_seconds() == pytest.approx(30 * (1 - MARGIN))


async def test_given_back_it_is_free_at_once_and_the_next_token_is_higher(leases: Collection) -> None:
    first, second = Lease(leases, "a"), Lease(leases, "a")
    assert await first.keep()
    token = first.token
    await first.give_back()
    assert first.left_seconds() == 0
    assert await second.keep()
    assert second.token > token
    await first.give_back()  # not its own any more: nothing happens
    assert not await first.keep()
