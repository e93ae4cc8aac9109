"""The broker is stopped, killed or frozen: nothing hangs, nothing is lost, everything goes on by itself."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from harness.components import kafka as kafka_component
from harness.components.kafka import Kafka
from harness.paths import fresh_run_folder
from keepline.sip.v1.trunk_pb2 import Trunk, TrunkState
from keepline_client import events
from servicekit.errors import Unavailable
from servicekit.kafka import GroupConsumer, Producer, Record, StateFollower, Topic, ensure_topics
from servicekit.spool import Spool, SpooledProducer
from servicekit.testing import Each, until

DEADLINE = 2.0
# of a producer that is not what is tested, to a broker that has just come back
PATIENCE = 30.0
# A call may first fail to send on the old connection and then fail to make a new one; a machine may be slow.
BOUND = 2 * DEADLINE + 6


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def broker() -> AsyncIterator[Kafka]:
    """One of its own: others must not suffer from what is done to it."""
    broker = await kafka_component.create(fresh_run_folder("test-kafka-absence"))
    await broker.start()
    yield broker
    await broker.stop()


@pytest_asyncio.fixture
async def topic(broker: Kafka) -> str:
    name = f"test.{uuid.uuid4().hex}"
    await ensure_topics(broker.bootstrap, [Topic(name, "m", "compact", 3, None, None)])
    return name


@asynccontextmanager
async def running(*works: Awaitable[None]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        _, deaf = await asyncio.wait(tasks, timeout=10)
        assert not deaf


async def _stop(broker: Kafka) -> None:
    await broker.stop()


async def _kill(broker: Kafka) -> None:
    await broker.kill()


async def _freeze(broker: Kafka) -> None:
    broker.process.pause()


async def _start(broker: Kafka) -> None:
    await broker.start()


async def _thaw(broker: Kafka) -> None:
    broker.process.resume()


Fault = Callable[[Kafka], Awaitable[None]]
FAULTS = [
    pytest.param(_stop, _start, id="stopped"),
    pytest.param(_kill, _start, id="killed"),
    pytest.param(_freeze, _thaw, id="frozen"),
]


async def bounded(work: Awaitable[None], seconds: float) -> None:
    """It may fail, it may not hang."""
    began = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(30):
            await work
    except Unavailable as away:
        assert away.code == "broker_unavailable"
    assert asyncio.get_running_loop().time() - began < seconds


async def test_starting_without_a_broker_is_not_a_failure() -> None:
    nowhere = "127.0.0.1:1"
    producer = Producer(nowhere, "test", deadline=DEADLINE)
    await producer.start()
    follower = StateFollower(nowhere, {"t": lambda _key, _value: None}, name="test")
    group = GroupConsumer(nowhere, "g", ["t"], dead_letters={}, producer=producer, name="test-1")

    async def ignore(_record: Record) -> None:
        return None

    async with running(follower.run(), group.run(Each(ignore)), producer.watch()):
        for part in (producer, follower, group):
            await until(lambda: "cannot be reached" in part.problem(), within=15)  # noqa: B023 - called at once
        assert not follower.caught_up
    await producer.stop()


@pytest.mark.parametrize(("fault", "repair"), FAULTS)
async def test_everything_goes_on_after_an_absence(
    broker: Kafka, topic: str, tmp_path: Path, fault: Fault, repair: Fault
) -> None:
    producer = Producer(broker.bootstrap, "test", deadline=DEADLINE)
    state: dict[str, bytes | None] = {}
    handled: list[int] = []
    follower = StateFollower(broker.bootstrap, {topic: state.__setitem__}, name="test")
    group = GroupConsumer(
        broker.bootstrap, f"g.{topic}", [topic], dead_letters={}, producer=producer, name="test-1"
    )
    spooled = SpooledProducer(Spool(tmp_path / "spool"), producer)

    async def handle(record: Record) -> None:
        handled.append(int(record.value or b"-1"))

    def put(numbers: range) -> None:
        for number in numbers:
            spooled.put(topic, f"call_{number}", b"%d" % number)

    async with running(follower.run(), group.run(Each(handle)), producer.watch(), spooled.run()):
        put(range(50))
        await until(lambda: follower.caught_up and len(state) == 50 and len(handled) == 50, within=30)
        await fault(broker)
        put(range(50, 100))
        await bounded(producer.send(topic, "straight", b"7"), BOUND)
        await bounded(producer.send(topic, "straight", b"7"), BOUND)
        for part in (producer, follower, group):
            await until(lambda: part.problem() != "", within=30)  # noqa: B023 - called at once
        assert follower.caught_up
        put(range(100, 150))
        assert spooled.depth() >= 100
        await repair(broker)
        await until(lambda: spooled.depth() == 0, within=60)
        put(range(150, 200))
        await until(lambda: {f"call_{n}" for n in range(200)} <= set(state), within=60)
        await until(lambda: set(range(200)) <= set(handled), within=60)
        for part in (producer, follower, group):
            await until(lambda: part.problem() == "", within=30)  # noqa: B023 - called at once
    assert spooled.dropped == 0
    await producer.stop()


@pytest.mark.parametrize(("fault", "repair"), FAULTS)
async def test_stopping_without_the_broker_does_not_hang(
    broker: Kafka, topic: str, fault: Fault, repair: Fault
) -> None:
    producer = Producer(broker.bootstrap, "test", deadline=DEADLINE)
    await producer.send(topic, "k", b"1")
    await fault(broker)
    pending = asyncio.ensure_future(producer.send(topic, "k", b"2"))
    await asyncio.sleep(0)
    try:
        await bounded(producer.stop(), BOUND)
        await bounded(pending, BOUND)
    finally:
        await repair(broker)


async def test_readers_of_other_teams_go_on_after_an_absence(broker: Kafka, topic: str) -> None:
    producer = Producer(broker.bootstrap, "test", deadline=PATIENCE)

    async def told(version: int) -> None:
        state = TrunkState(trunk=Trunk(version=version))
        await producer.send(topic, f"trk_{version}", state.SerializeToString())

    await told(1)
    states = events.Topic(topic, TrunkState, lambda state: state.trunk.version)
    reader = events.Reader(broker.bootstrap, states, group_id=topic)
    async with asyncio.timeout(100), reader, events.Follower(broker.bootstrap, states) as follower:
        for told_by in (reader, follower):
            assert (await anext(told_by)).value == TrunkState(trunk=Trunk(version=1))
        waiting = [asyncio.ensure_future(anext(told_by)) for told_by in (reader, follower)]
        await broker.kill()
        await reader.commit()
        await broker.start()
        await told(2)
        for each in await asyncio.gather(*waiting):
            assert each.value == TrunkState(trunk=Trunk(version=2))
    await producer.stop()


async def test_a_reading_that_broke_off_is_caught_up_only_at_its_end(broker: Kafka, topic: str) -> None:
    producer = Producer(broker.bootstrap, "test", deadline=PATIENCE)
    for number in range(20):
        await producer.send(topic, f"k{number}", b"x" * 100_000)
    await producer.stop()
    state: dict[str, bytes | None] = {}
    follower = StateFollower(broker.bootstrap, {topic: state.__setitem__}, name="test")
    async with running(follower.run()):
        await until(lambda: state, within=20)
        await broker.kill()
        assert not follower.caught_up or len(state) == 20
        await broker.start()
        await until(lambda: follower.caught_up, within=60)
        assert len(state) == 20
