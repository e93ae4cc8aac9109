"""Takes records of a group's member from the broker and reads what they say.

A batch may be taken while the one before it is still handled. What was taken of a partition is passed over
when the partition has moved, or its position was set back, since then: it comes again, here or elsewhere.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from servicekit.kafka.handling import Handler
from servicekit.kafka.headers import decoded
from servicekit.kafka.records import Record

T = TypeVar("T")

MAX_RECORDS = 2000
_POLL_MS = 1000


@dataclass(frozen=True, slots=True)
class Taken(Generic[T]):
    """`value` is None when there is nothing to do; `error`: it cannot be read."""

    record: Record
    value: T | None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Batch(Generic[T]):
    generation: int
    of_partition: Mapping[TopicPartition, Sequence[Taken[T]]]
    # there is more where it comes from
    full: bool


class Fetching(Generic[T]):
    def __init__(self, consumer: AIOKafkaConsumer, handler: Handler[T]) -> None:
        self._consumer = consumer
        self._handler = handler
        self.generation = 0
        # since the last records were taken
        self._sought: set[TopicPartition] = set()
        self._ahead: asyncio.Task[Batch[T]] | None = None

    def revoked(self) -> None:
        self.generation += 1

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self._consumer.seek(partition, offset)
        self._sought.add(partition)

    def read_ahead(self) -> None:
        """Begins with the batch that `next` will give."""
        self._ahead = asyncio.create_task(self._fetch(), name="reading ahead")

    async def next(self) -> Batch[T]:
        """Waits for records, but not longer than a second."""
        ahead, self._ahead = self._ahead, None
        batch = await (ahead or self._fetch())
        if batch.generation != self.generation:
            return Batch(self.generation, {}, False)
        left = {at: taken for at, taken in batch.of_partition.items() if at not in self._sought}
        return Batch(self.generation, left, batch.full)

    async def close(self) -> None:
        if self._ahead is not None:
            self._ahead.cancel()
            await asyncio.wait([self._ahead])

    async def _fetch(self) -> Batch[T]:
        fetched = await self._consumer.getmany(timeout_ms=_POLL_MS, max_records=MAX_RECORDS)
        generation = self.generation
        self._sought.clear()
        taken: dict[TopicPartition, list[Taken[T]]] = {}
        for partition, raw in fetched.items():
            taken[partition] = [self._read(_record(one)) for one in raw]
            await asyncio.sleep(0)  # the batch before is being handled
        return Batch(generation, taken, sum(map(len, taken.values())) >= MAX_RECORDS)

    def _read(self, record: Record) -> Taken[T]:
        try:
            return Taken(record, self._handler.read(record))
        except Exception as error:  # the Kafka loop is one of the two places that may catch everything
            return Taken(record, None, error)


def _record(raw: ConsumerRecord) -> Record:
    return Record(
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        key=(raw.key or b"").decode("utf-8", "replace"),
        value=raw.value,
        headers=decoded(raw.headers),
        time=datetime.fromtimestamp(raw.timestamp / 1000, UTC),
    )
