"""Handles a batch, and finds the one record in it that makes it fail."""

from collections.abc import Sequence
from typing import TypeVar

from aiokafka import TopicPartition

from servicekit.errors import Unavailable
from servicekit.kafka.handling import Handled, Handler, Read
from servicekit.telemetry.logging import logger

T = TypeVar("T")

_log = logger(__name__)


class Patience:
    """Counts how often the record at which a partition stands failed alone."""

    def __init__(self, attempts: int) -> None:
        self._attempts = attempts
        self._failed: dict[TopicPartition, tuple[int, int]] = {}

    def over(self, read: Read[T], error: Exception) -> bool:
        at = partition_of(read)
        offset, times = self._failed.get(at, (read.record.offset, 0))
        times = times + 1 if offset == read.record.offset else 1
        self._failed[at] = (read.record.offset, times)
        where = {"topic": at.topic, "partition": at.partition, "offset": read.record.offset}
        _log.warning("a record could not be handled", attempt=times, **where, exc_info=error)
        return times >= self._attempts


async def handle(
    handler: Handler[T], batch: Sequence[Read[T]], patience: Patience, *, may_hold: bool
) -> Handled[T]:
    """Raises Unavailable."""
    try:
        return await handler.handle(batch, may_hold=may_hold)
    except Unavailable:
        raise
    except Exception as error:  # the Kafka loop is one of the two places that may catch everything
        if len(batch) > 1:
            return await _each(handler, batch, patience)
        return Handled(refused=[(batch[0], error)]) if patience.over(batch[0], error) else Handled(batch)


async def _each(handler: Handler[T], batch: Sequence[Read[T]], patience: Patience) -> Handled[T]:
    later: list[Read[T]] = []
    refused: list[tuple[Read[T], Exception]] = []
    waiting: set[TopicPartition] = set()
    for read in batch:
        if partition_of(read) in waiting:
            later.append(read)
            continue
        outcome = await handle(handler, [read], patience, may_hold=False)
        later += outcome.later
        refused += outcome.refused
        if outcome.later:
            waiting.add(partition_of(read))
    return Handled(later, refused)


def partition_of(read: Read[T]) -> TopicPartition:
    return TopicPartition(read.record.topic, read.record.partition)
