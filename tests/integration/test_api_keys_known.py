"""API keys as a service knows them: from the topic, while the broker is away, and after a restart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import grpc
import grpc.aio
import httpx
import pytest
import pytest_asyncio

from harness.components import kafka as kafka_component
from harness.components.kafka import Kafka
from harness.open_streams import NAME, open_streams
from harness.paths import fresh_run_folder
from keepline.auth.v1.api_key_pb2 import ApiKeyState
from servicekit.auth.api_keys.following import KeyFollowing
from servicekit.auth.api_keys.form import new_key
from servicekit.auth.api_keys.known_keys import TOPIC, KnownKeys
from servicekit.auth.api_keys.sealing import KeySealing
from servicekit.clock import SystemClock
from servicekit.errors import Unauthenticated
from servicekit.grpc import channel, problem_of
from servicekit.ids import new_id
from servicekit.kafka import Producer, ensure_topics, load_topics
from servicekit.testing import until

SEALING = KeySealing([b"s" * 32])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def broker() -> AsyncIterator[Kafka]:
    """One of its own: it is stopped."""
    broker = await kafka_component.create(fresh_run_folder("test-api-keys-known"))
    await broker.start()
    await ensure_topics(broker.bootstrap, [load_topics()[TOPIC]])
    yield broker
    await broker.stop()


@asynccontextmanager
async def service(broker: Kafka, folder: Path) -> AsyncIterator[tuple[KnownKeys, KeyFollowing]]:
    """As each start of a service makes them."""
    keys = KnownKeys(SEALING, SystemClock())
    following = KeyFollowing(keys, broker.bootstrap, "test", folder, SystemClock())
    tasks = [asyncio.ensure_future(following.follow()), asyncio.ensure_future(following.keep())]
    try:
        yield keys, following
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=10)


def sealed(key_id: str, key: str) -> bytes:
    state = ApiKeyState(id=key_id, tenant_id="t_a", version=1, role="viewer", scopes=["calls:read"])
    state.digest = SEALING.digest(key)
    state.seal = SEALING.seal(state)
    return state.SerializeToString()


def is_good(keys: KnownKeys, key: str) -> bool:
    try:
        return keys.authenticate(key).tenant_id == "t_a"
    except Unauthenticated:
        return False


async def test_keys_hold_without_the_broker_and_over_a_restart_and_end_when_they_are_revoked(
    broker: Kafka, tmp_path: Path
) -> None:
    key_id = new_id("key")
    key = new_key(key_id)
    producer = Producer(broker.bootstrap, "test")
    async with service(broker, tmp_path) as (keys, following):
        await until(lambda: keys.whole, within=30)
        await producer.send(TOPIC, key_id, sealed(key_id, key))
        await until(lambda: is_good(keys, key))
        await until((tmp_path / "api-keys.json").exists)
        await until(lambda: key_id in (tmp_path / "api-keys.json").read_text())
        await broker.stop()
        await until(lambda: "API keys are known as they were" in following.problem(), within=30)
        assert following.held_since is not None
        assert is_good(keys, key)
    async with service(broker, tmp_path) as (keys, following):
        assert is_good(keys, key)
        assert "s ago" in following.problem()
        await broker.start()
        await until(lambda: keys.whole and not following.problem(), within=60)
        assert is_good(keys, key)
        await producer.send(TOPIC, key_id, None)
        await until(lambda: not is_good(keys, key))
    await producer.stop()


async def test_the_open_streams_of_a_key_end_when_it_is_revoked_and_no_others(
    broker: Kafka, tmp_path: Path
) -> None:
    key_ids = [new_id("key"), new_id("key")]
    revoked, kept = (new_key(key_id) for key_id in key_ids)
    producer = Producer(broker.bootstrap, "test")
    async with AsyncExitStack() as stack:
        keys, _ = await stack.enter_async_context(service(broker, tmp_path))
        await until(lambda: keys.whole, within=30)
        for key_id, key in zip(key_ids, (revoked, kept), strict=True):
            await producer.send(TOPIC, key_id, sealed(key_id, key))
        await until(lambda: is_good(keys, revoked) and is_good(keys, kept))
        at = await stack.enter_async_context(open_streams(keys, tmp_path))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=at.url, timeout=20))
        watching, events = {}, {}
        for key in (revoked, kept):
            asking = await stack.enter_async_context(channel(at.target, lambda key=key: key))
            watching[key] = asking.unary_stream(f"/{NAME}/Watch")(b"")
            assert await watching[key].read() == b"here"
            shown = {"Authorization": f"Bearer {key}"}
            answer = await stack.enter_async_context(client.stream("GET", "/events", headers=shown))
            events[key] = answer.aiter_bytes()
            assert b"event: here" in await anext(events[key])
        await producer.send(TOPIC, key_ids[0], None)
        with pytest.raises(grpc.aio.AioRpcError) as ended:
            await asyncio.wait_for(watching[revoked].read(), 30)
        assert ended.value.code() is grpc.StatusCode.UNAUTHENTICATED
        assert problem_of(ended.value).code == "token_expired"
        last = b"".join([part async for part in events[revoked]])
        assert b"event: ended" in last and b"token_expired" in last
        at.go_on.set()
        assert await asyncio.wait_for(watching[kept].read(), 30) == b"again"
        assert b"event: again" in await asyncio.wait_for(anext(events[kept]), 30)
    await producer.stop()
