"""Records that cannot be handled: put aside, up to a bound.

A few bad records must not stop the good ones behind them. Many in a row mean that the fault is ours: then
nothing more is put aside, and the partition waits where it is, until the record can be handled (by a new
version, when a rule was repaired) or an operator starts the process again.
"""

from collections.abc import Mapping, Sequence

from aiokafka import TopicPartition

from servicekit.kafka.records import Outgoing, Record, RecordProducer, RecordsRefused
from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger

_log = logger(__name__)


class DeadLetters:
    def __init__(self, topics: Mapping[str, str], producer: RecordProducer, limit: int) -> None:
        """`topics` names the topic of the dead letters for each topic; `limit` is how many in a row of one
        partition are put aside."""
        self._topics = dict(topics)
        self._producer = producer
        self._limit = limit
        self._in_a_row: dict[TopicPartition, int] = {}
        self._stopped: dict[TopicPartition, str] = {}
        self._dead = metrics.counter(names.DEAD_LETTERS)

    def problem(self) -> str:
        """For readiness: which partitions wait, and why."""
        return "; ".join(f"{at.topic}:{at.partition} is stopped: {why}" for at, why in self._stopped.items())

    def at_limit(self, partition: TopicPartition) -> bool:
        return self._in_a_row.get(partition, 0) >= self._limit

    def stopped(self) -> Sequence[TopicPartition]:
        return tuple(self._stopped)

    def handled(self, partition: TopicPartition) -> None:
        self._in_a_row.pop(partition, None)
        if self._stopped.pop(partition, None) is not None:
            _log.info("the partition goes on", topic=partition.topic, partition=partition.partition)

    def only(self, partitions: Sequence[TopicPartition]) -> None:
        """Forgets what others read now."""
        for mine in (self._in_a_row, self._stopped):
            for gone in set(mine) - set(partitions):
                mine.pop(gone)

    async def put_aside(self, record: Record, error: Exception) -> bool:
        """False at the bound, and then the partition is stopped. Raises Unavailable."""
        at = TopicPartition(record.topic, record.partition)
        if self.at_limit(at):
            self._stop(at, record, error)
            return False
        await self._send(record, error)
        self._dead.add(1, {"topic": record.topic})
        self._in_a_row[at] = self._in_a_row.get(at, 0) + 1
        return True

    def _stop(self, at: TopicPartition, record: Record, error: Exception) -> None:
        why = f"{self._limit} records in a row could not be handled, nor can the one at {record.offset}"
        if self._stopped.get(at) != why:
            _log.error("a partition is stopped", reason=why, **_place(record), exc_info=error)
        self._stopped[at] = why

    async def _send(self, record: Record, error: Exception) -> None:
        to = self._topics.get(record.topic)
        _log.error("a record is put aside", to=to, **_place(record), exc_info=error)
        if to is None:
            return
        about = {
            "keepline_failed_topic": record.topic,
            "keepline_failed_at": f"{record.partition}:{record.offset}",
            "keepline_failed_why": type(error).__name__,
        }
        try:
            letter = Outgoing(to, record.key, record.value, {**record.headers, **about})
            await self._producer.send_many([letter])
        except (ValueError, RecordsRefused) as too_much:
            _log.error("a record is lost: it cannot be put aside", reason=repr(too_much), **_place(record))


def _place(record: Record) -> dict[str, str | int]:
    return {"topic": record.topic, "partition": record.partition, "offset": record.offset}
