"""Reads topics as a member of a group, handing each record to a handler and committing after it.

Rule: what is committed is exactly what was handled ({partition: offset + 1}, never a bare commit: that would
commit everything fetched). A dependency that is away is waited for, at the same record. A record that fails
again and again goes to the dead letters; too many in a row stop the process, because then we are the fault.
"""

import asyncio
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from servicekit.deadlines import within
from servicekit.errors import Unavailable
from servicekit.kafka.headers import decoded
from servicekit.kafka.records import Outgoing, Record, RecordProducer
from servicekit.telemetry import metrics, names, tracing
from servicekit.telemetry.logging import logger

Handler = Callable[[Record], Awaitable[None]]

_log = logger(__name__)
_DEADLINE = 10.0
_POLL_MS = 1000
_MAX_RECORDS = 200
_LOOK_EVERY = 5.0
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 2.0


class TooManyDeadLetters(Exception):
    pass


class GroupConsumer:
    def __init__(
        self,
        bootstrap: str,
        group: str,
        topics: Sequence[str],
        *,
        dead_letters: Mapping[str, str],
        producer: RecordProducer,
        name: str,
        attempts: int = 3,
        dead_letter_limit: int = 20,
    ) -> None:
        """`dead_letters` names the topic of the dead letters for each topic."""
        self._bootstrap = bootstrap
        self._group = group
        self._topics = tuple(topics)
        self._dead_letters = dict(dead_letters)
        self._producer = producer
        self._name = name
        self._attempts = attempts
        self._limit = dead_letter_limit
        self._failed_at: dict[TopicPartition, tuple[int, int]] = {}
        self._dead_in_a_row = 0
        self._problem = "not connected yet"
        self._consumed = metrics.counter(names.CONSUMED)
        self._dead = metrics.counter(names.DEAD_LETTERS)

    def problem(self) -> str:
        return self._problem

    async def run(self, handler: Handler) -> None:
        wait = _FIRST_WAIT
        while True:
            consumer = self._consumer()
            try:
                await within(_DEADLINE, consumer.start())
                self._told("")
                wait = _FIRST_WAIT
                await self._consume(consumer, handler)
            except (KafkaError, TimeoutError, OSError) as error:
                self._told(f"the broker cannot be reached ({type(error).__name__})")
            finally:
                await asyncio.wait([asyncio.ensure_future(consumer.stop())], timeout=_DEADLINE)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)

    def _consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            *self._topics,
            bootstrap_servers=self._bootstrap,
            client_id=self._name,
            group_id=self._group,
            group_instance_id=self._instance(),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=10_000,
            heartbeat_interval_ms=3_000,
            request_timeout_ms=int(_DEADLINE * 1000),
            metadata_max_age_ms=30_000,
        )

    def _instance(self) -> str:
        """A static member: after a crash its next life gets its partitions at once. The broker hands it the
        old assignment without a look at its topics, so another choice of topics is another member."""
        return f"{self._name}-{zlib.crc32(' '.join(sorted(self._topics)).encode()):08x}"

    async def _consume(self, consumer: AIOKafkaConsumer, handler: Handler) -> None:
        wait = 0.0
        looked = time.monotonic()
        while True:
            batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_MAX_RECORDS)
            held = False
            for partition, records in batches.items():
                done = await self._handle_in_order(partition, records, handler)
                if done is not None:
                    await self._commit(consumer, partition, done + 1)
                after = records[0].offset if done is None else done + 1
                if after <= records[-1].offset:
                    held = True
                    self._back_to(consumer, partition, after)
            wait = min(max(wait * 2, _FIRST_WAIT), _LONGEST_WAIT) if held else 0.0
            if time.monotonic() - looked > _LOOK_EVERY:  # a fetch does not tell that the broker is away
                await within(_DEADLINE, consumer.topics())
                looked = time.monotonic()
            await asyncio.sleep(wait)

    async def _handle_in_order(
        self, partition: TopicPartition, records: Sequence[ConsumerRecord], handler: Handler
    ) -> int | None:
        """Offset of the last record that is done; it stops before the first that must be tried again."""
        done: int | None = None
        for raw in records:
            record = _record(raw)
            if not await self._handled(partition, record, handler):
                return done
            done = record.offset
        return done

    async def _handled(self, partition: TopicPartition, record: Record, handler: Handler) -> bool:
        try:
            with tracing.span(f"consume {record.topic}", parent=record.headers):
                await handler(record)
        except Unavailable as away:
            self._told(away.detail)
            return False
        except Exception as error:  # the Kafka loop is one of the two places that may catch everything
            return await self._failed(partition, record, error)
        self._told("")
        self._dead_in_a_row = 0
        self._consumed.add(1, {"topic": record.topic, "outcome": "handled"})
        return True

    async def _failed(self, partition: TopicPartition, record: Record, error: Exception) -> bool:
        offset, times = self._failed_at.get(partition, (record.offset, 0))
        times = times + 1 if offset == record.offset else 1
        self._failed_at[partition] = (record.offset, times)
        where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        _log.warning("a record could not be handled", attempt=times, **where, exc_info=error)
        if times < self._attempts:
            return False
        if self._dead_in_a_row >= self._limit:
            raise TooManyDeadLetters(f"{self._limit} records in a row failed, last: {error!r}") from error
        try:
            await self._put_aside(record, error)
        except Unavailable as away:
            self._told(away.detail)
            return False
        self._dead_in_a_row += 1
        return True

    async def _put_aside(self, record: Record, error: Exception) -> None:
        to = self._dead_letters.get(record.topic)
        self._dead.add(1, {"topic": record.topic})
        _log.error("a record is put aside", topic=record.topic, offset=record.offset, to=to)
        if to is None:
            return
        why = {
            "keepline_failed_topic": record.topic,
            "keepline_failed_at": f"{record.partition}:{record.offset}",
            "keepline_failed_why": type(error).__name__,
        }
        await self._producer.send_many([Outgoing(to, record.key, record.value, {**record.headers, **why})])

    async def _commit(self, consumer: AIOKafkaConsumer, partition: TopicPartition, offset: int) -> None:
        try:
            await within(_DEADLINE, consumer.commit({partition: offset}))
        except (CommitFailedError, IllegalStateError) as error:
            # another member holds the partition now and will see these records again
            _log.info("the partition moved before the commit", partition=str(partition), reason=repr(error))

    def _told(self, problem: str) -> None:
        if problem and problem != self._problem:
            _log.warning("records are not handled", group=self._group, reason=problem)
        elif self._problem and not problem:
            _log.info("records are handled", group=self._group)
        self._problem = problem

    def _back_to(self, consumer: AIOKafkaConsumer, partition: TopicPartition, offset: int) -> None:
        if partition in consumer.assignment():
            consumer.seek(partition, offset)


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
