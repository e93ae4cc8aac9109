"""A request under one key is answered once, over the in-memory twin and over a real database."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from harness.components.mongo import Mongo as Server
from servicekit.api.idempotency import BUSY_SECONDS, KEPT_SECONDS, Answer, IdempotencyKeys, Request
from servicekit.documents import Collection
from servicekit.errors import Conflict, Invalid, Unavailable, UnderWay
from servicekit.mongo import connect
from servicekit.settings import MongoSettings
from servicekit.testing import FakeClock, MemoryCollection

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ASKED = Request("t_a", "key-1", b"POST /trunks {}")


class Killed(BaseException):
    """Nothing runs after it, as in a process that was killed."""


@dataclass
class Made:
    """Objects by id; `make` finds one that is there."""

    ids: list[str] = field(default_factory=list)
    tries: int = 0
    before: Callable[[], Awaitable[None]] | None = None

    async def make(self, object_id: str) -> Answer:
        self.tries += 1
        if self.before is not None:
            await self.before()
        if object_id not in self.ids:
            self.ids.append(object_id)
        return Answer(201, object_id.encode(), {"location": f"/trunks/{object_id}"})


@pytest.fixture(params=["memory", "mongo"])
def server(request: pytest.FixtureRequest) -> Server | None:
    return request.getfixturevalue("mongo") if request.param == "mongo" else None


@pytest_asyncio.fixture
async def keys(server: Server | None) -> AsyncIterator[IdempotencyKeys]:
    mongo = None
    collection: Collection = MemoryCollection("idempotency_keys")
    if server is not None:
        mongo = await connect(MongoSettings(uri=server.uri, database=f"contract_{secrets.token_hex(4)}"))
        collection = mongo.collection("idempotency_keys")
    made = IdempotencyKeys(collection, FakeClock(NOW))
    await made.prepare()
    yield made
    if mongo is not None:
        await mongo.close()


def clock_of(keys: IdempotencyKeys) -> FakeClock:
    assert isinstance(keys.clock, FakeClock)
    return keys.clock


async def test_the_same_request_gets_the_same_answer_and_makes_nothing_new(keys: IdempotencyKeys) -> None:
    made = Made()
    first = await keys.once(ASKED, "trk", made.make)
    again = await keys.once(ASKED, "trk", made.make)
    assert (first.replayed, again.replayed) == (False, True)
    assert again == replace(first, replayed=True)
    assert (len(made.ids), made.tries) == (1, 1)


async def test_another_request_under_the_key_is_refused(keys: IdempotencyKeys) -> None:
    made = Made()
    await keys.once(ASKED, "trk", made.make)
    with pytest.raises(Invalid) as refused:
        await keys.once(replace(ASKED, what=b"POST /trunks {1}"), "trk", made.make)
    assert refused.value.code == "idempotency_key_reused"
    await keys.once(replace(ASKED, tenant_id="t_b", what=b"theirs"), "trk", made.make)
    await keys.once(replace(ASKED, key=""), "trk", made.make)
    await keys.once(replace(ASKED, key=""), "trk", made.make)
    assert len(set(made.ids)) == 4


async def test_of_many_at_once_one_is_answered_and_the_others_are_told_to_wait(keys: IdempotencyKeys) -> None:
    go_on = asyncio.Event()
    made = Made(before=lambda: _waited(go_on))
    asked = [asyncio.ensure_future(keys.once(ASKED, "trk", made.make)) for _ in range(12)]
    done: set[asyncio.Future[Answer]] = set()
    while len(done) < len(asked) - 1:
        done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED, timeout=10)
        await asyncio.sleep(0)
    go_on.set()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    told = [one for one in answers if isinstance(one, UnderWay)]
    assert len(told) == 11
    assert all(one.retry_after and 1 <= one.retry_after <= BUSY_SECONDS + 1 for one in told)
    assert len(made.ids) == 1
    assert (await keys.once(ASKED, "trk", made.make)).replayed


async def _waited(event: asyncio.Event) -> None:
    await event.wait()


async def test_a_process_that_dies_after_its_write_makes_no_second_object(keys: IdempotencyKeys) -> None:
    made = Made()

    async def written_then_killed(object_id: str) -> Answer:
        await made.make(object_id)
        raise Killed

    with pytest.raises(Killed):
        await keys.once(ASKED, "trk", written_then_killed)
    with pytest.raises(UnderWay):
        await keys.once(ASKED, "trk", made.make)
    clock_of(keys).advance(BUSY_SECONDS + 0.1)
    again = await keys.once(ASKED, "trk", made.make)
    assert again.body.decode() in made.ids
    assert len(made.ids) == 1


async def test_of_many_that_come_after_the_dead_one_one_takes_its_place(keys: IdempotencyKeys) -> None:
    async def killed(_object_id: str) -> Answer:
        raise Killed

    with pytest.raises(Killed):
        await keys.once(ASKED, "trk", killed)
    clock_of(keys).advance(BUSY_SECONDS + 0.1)
    made = Made()
    asked = [keys.once(ASKED, "trk", made.make) for _ in range(8)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(one) for one in answers} <= {Answer, UnderWay}
    assert (len(made.ids), made.tries) == (1, 1)


async def test_a_refusal_frees_the_key_and_an_absence_keeps_its_id(keys: IdempotencyKeys) -> None:
    made = Made()
    seen: list[str] = []

    def failing(problem: Exception) -> Callable[[str], Awaitable[Answer]]:
        async def make(object_id: str) -> Answer:
            seen.append(object_id)
            raise problem

        return make

    with pytest.raises(Unavailable):
        await keys.once(ASKED, "trk", failing(Unavailable("storage_unavailable", "away")))
    with pytest.raises(Conflict):
        await keys.once(ASKED, "trk", failing(Conflict("domain_taken", "taken")))
    assert seen[0] == seen[1]
    other = replace(ASKED, what=b"POST /trunks {repaired}")
    assert not (await keys.once(other, "trk", made.make)).replayed
    assert made.ids[0] not in seen


async def test_after_a_day_the_key_is_new(keys: IdempotencyKeys) -> None:
    made = Made()
    await keys.once(ASKED, "trk", made.make)
    clock_of(keys).advance(KEPT_SECONDS - 1)
    assert (await keys.once(ASKED, "trk", made.make)).replayed
    clock_of(keys).advance(2)
    assert not (await keys.once(replace(ASKED, what=b"another"), "trk", made.make)).replayed


@pytest.mark.parametrize("key", [" ", "a b", "é", "x" * 256, "a\n", "\x7f"])
async def test_a_key_is_visible_ascii(keys: IdempotencyKeys, key: str) -> None:
    with pytest.raises(Invalid) as refused:
        await keys.once(replace(ASKED, key=key), "trk", Made().make)
    assert refused.value.code == "idempotency_key_invalid"
