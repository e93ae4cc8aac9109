"""A member of a group, from one connection to its loss: fetch, read, handle, commit.

What is committed is exactly what is done ({partition: offset}, never a bare commit: that would commit all
that was fetched). A dependency that is away is waited for, at the same records. When partitions move, what
is held is forgotten: whoever has them now begins at what was committed.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from servicekit.backoff import Backoff
from servicekit.deadlines import within
from servicekit.errors import Unavailable
from servicekit.kafka.dead_letters import DeadLetters
from servicekit.kafka.fetching import Batch, Fetching, Taken
from servicekit.kafka.handling import Handler, Read
from servicekit.kafka.one_by_one import Patience, handle, partition_of
from servicekit.telemetry import metrics, names, tracing
from servicekit.telemetry.logging import logger

T = TypeVar("T")

_log = logger(__name__)
DEADLINE_SECONDS = 10.0
STOPPED_SECONDS = 30.0
"""After so long a stopped partition is looked at again."""
_MAX_HELD = 10_000
_LOOK_SECONDS = 5.0


class Member(ConsumerRebalanceListener, Generic[T]):  # type: ignore[misc]
    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        handler: Handler[T],
        dead: DeadLetters,
        patience: Patience,
        *,
        linger_seconds: float,
        told: Callable[[str], None],
    ) -> None:
        self._consumer = consumer
        self._handler = handler
        self._dead = dead
        self._patience = patience
        self._linger_seconds = linger_seconds
        self._told = told
        self._fetching = Fetching(consumer, handler)
        self._held: list[Read[T]] = []
        self._next: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._consumed = metrics.counter(names.CONSUMED)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._fetching.revoked()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._forget()
        self._dead.only(tuple(assigned))

    async def consume(self) -> None:
        """Ends by an error of the broker's."""
        try:
            await self._consume()
        finally:
            await self._fetching.close()

    async def _consume(self) -> None:
        backoff, looked, tried = Backoff(0.2), time.monotonic(), time.monotonic()
        while True:
            batch = await self._fetching.next()
            if batch.full:
                self._fetching.read_ahead()
            try:
                await self._round(batch)
            except Unavailable as away:
                self._told(away.detail)
                self._go_back()
                await backoff.pause()
            else:
                self._told("")
                backoff.reset()
                if not batch.full:
                    # one write of many records costs less than many of few
                    await asyncio.sleep(self._linger_seconds)
            if time.monotonic() - looked > _LOOK_SECONDS:
                await self._look()
                looked = time.monotonic()
            if time.monotonic() - tried > STOPPED_SECONDS:
                self._consumer.resume(*(at for at in self._dead.stopped() if self._is_mine(at)))
                tried = time.monotonic()

    async def _look(self) -> None:
        """A fetch does not tell that the broker is away. One partition is asked for, where there is one: all
        topics are a long answer."""
        some = list(self._consumer.assignment())[:1]
        await within(DEADLINE_SECONDS, self._consumer.end_offsets(some) if some else self._consumer.topics())

    async def _round(self, batch: Batch[T]) -> None:
        for partition, taken in batch.of_partition.items():
            self._next.setdefault(partition, taken[0].record.offset)
            await self._read(partition, taken)
        if self._held:
            await self._handle(list(self._held))
        if batch.generation == self._fetching.generation:
            await self._commit()
        else:
            self._forget()

    async def _read(self, partition: TopicPartition, taken: Sequence[Taken[T]]) -> None:
        before = len(self._held)
        for one in taken:
            record = one.record
            if one.error is not None:
                if self._dead.at_limit(partition) and len(self._held) > before:
                    # good ones came before it: when they are handled, it is the first of its row
                    self._seek(partition, record.offset)
                    return
                if not await self._dead.put_aside(record, one.error):
                    self._stop(partition, record.offset)
                    return
            elif one.value is not None:
                self._held.append(Read(record, one.value))
            self._next[partition] = record.offset + 1

    async def _handle(self, batch: Sequence[Read[T]]) -> None:
        topic = batch[0].record.topic
        with tracing.span(f"consume {topic}", records=len(batch)):
            outcome = await handle(self._handler, batch, self._patience, may_hold=len(batch) < _MAX_HELD)
        left = {(partition_of(read), read.record.offset) for read in outcome.later}
        left |= {(partition_of(read), read.record.offset) for read, _ in outcome.refused}
        done = [read for read in batch if (partition_of(read), read.record.offset) not in left]
        for partition in {partition_of(read) for read in done}:
            self._dead.handled(partition)
        self._consumed.add(len(done), {"topic": topic, "outcome": "handled"})
        stopped: dict[TopicPartition, int] = {}
        for read, error in outcome.refused:
            if partition_of(read) not in stopped and not await self._dead.put_aside(read.record, error):
                stopped[partition_of(read)] = read.record.offset
        self._held = list(outcome.later)
        for partition, offset in stopped.items():
            self._stop(partition, offset)

    def _positions(self) -> dict[TopicPartition, int]:
        """Up to which offset everything is done."""
        positions = dict(self._next)
        for read in self._held:
            partition, offset = partition_of(read), read.record.offset
            positions[partition] = min(positions.get(partition, offset), offset)
        return positions

    async def _commit(self) -> None:
        positions = self._positions()
        offsets = {at: offset for at, offset in positions.items() if self._committed.get(at) != offset}
        if not offsets:
            return
        try:
            await within(DEADLINE_SECONDS, self._consumer.commit(offsets))
        except (CommitFailedError, IllegalStateError) as error:
            # others hold the partitions now and will see these records again
            _log.info("partitions moved before the commit", reason=repr(error))
            self._forget()
        else:
            self._committed |= offsets

    def _go_back(self) -> None:
        """What is not done will be fetched again."""
        for partition, offset in self._positions().items():
            self._seek(partition, offset)
        self._held.clear()
        self._next.clear()

    def _stop(self, partition: TopicPartition, offset: int) -> None:
        self._held = [r for r in self._held if partition_of(r) != partition or r.record.offset < offset]
        self._next[partition] = offset
        self._seek(partition, offset)
        if self._is_mine(partition):
            self._consumer.pause(partition)

    def _forget(self) -> None:
        self._held.clear()
        self._next.clear()
        self._committed.clear()

    def _seek(self, partition: TopicPartition, offset: int) -> None:
        if self._is_mine(partition):
            self._fetching.seek(partition, offset)

    def _is_mine(self, partition: TopicPartition) -> bool:
        return partition in self._consumer.assignment()
