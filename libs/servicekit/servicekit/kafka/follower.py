"""Follows topics without a group, all partitions: a compacted topic's whole state from the beginning, or what
is recent of another; then all that comes.

Absence of the broker is waited out; what was read stays read. `caught_up` becomes true once every
partition has reached the end that it had when the follower first saw it, and stays true.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from servicekit.backoff import Backoff
from servicekit.deadlines import within
from servicekit.kafka.connection import Broker, client_options, why
from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger

Handler = Callable[[str, bytes | None], None]
Begin = Callable[[Mapping[int, int]], None]

_log = logger(__name__)
_BEHIND = "records of the state still to be read"
_POLL_MS = 1000
_MAX_RECORDS = 500
_DEADLINE = 5.0
_MEASURE_EVERY = 5.0
# how long the broker may keep a question for records that are not there; one for the ends waits behind it, on
# the same connection. Each asks for every partition, so that half a second would be most of an idle process.
_FETCH_MS = 2000
_WAKE_MS = 5000
_FIRST_WAIT_SECONDS = 0.2


class StateFollower:
    def __init__(
        self,
        broker: Broker,
        handlers: Mapping[str, Handler],
        *,
        name: str,
        on_caught_up: Callable[[], None] | None = None,
        recent_seconds: float | None = None,
        on_begin: Begin | None = None,
    ) -> None:
        """recent_seconds: how far back the first reading begins; None: with all there is. on_begin: is told
        where, by partition, of the one topic."""
        client_options(broker)  # what is wrong with its files is found now
        self._broker = broker
        self._handlers = dict(handlers)
        self._name = name
        self._on_caught_up = on_caught_up
        self._recent_seconds = recent_seconds
        self._on_begin = on_begin
        self._begun: set[TopicPartition] = set()
        self._next: dict[TopicPartition, int] = {}
        self._targets: dict[TopicPartition, int] | None = None
        self._problem = "not connected yet"
        self._lag = 0
        self._consumed = metrics.counter(names.CONSUMED)
        self.caught_up = False
        # topic, partition and offset of the record that a handler is given right now
        self.at: tuple[str, int, int] = ("", 0, 0)
        metrics.gauge(names.FOLLOWER_LAG, lambda: float(self._lag), follower=name)

    def problem(self) -> str:
        """For readiness: "" when the state is whole and the broker was there at the last look."""
        return self._problem

    def positions(self) -> Mapping[tuple[str, int], int]:
        """The offset of the next record of each topic and partition: all before it was handled."""
        return {(partition.topic, partition.partition): offset for partition, offset in self._next.items()}

    async def run(self) -> None:
        backoff = Backoff(_FIRST_WAIT_SECONDS)
        while True:
            consumer = self._consumer()
            try:
                await within(_DEADLINE, consumer.start())
                # no question for records is out yet: the first one for the ends is to be before it
                consumer.pause(*consumer.assignment())
                await self._begin(consumer)
                self._seek(consumer)
                await self._measure(consumer)
                consumer.resume(*consumer.assignment())
                backoff.reset()
                await self._follow(consumer)
            except (KafkaError, TimeoutError, OSError) as error:
                self._told(await self._why(consumer, error))
            finally:
                await asyncio.wait([asyncio.ensure_future(consumer.stop())], timeout=_DEADLINE)
            await backoff.pause()

    def _consumer(self) -> AIOKafkaConsumer:
        # without a group the topics' partitions are all assigned, also those that are added later
        return AIOKafkaConsumer(
            *self._handlers,
            **client_options(self._broker),
            client_id=self._name,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            request_timeout_ms=int(_DEADLINE * 1000),
            fetch_max_wait_ms=_FETCH_MS,
            consumer_timeout_ms=_WAKE_MS,
            retry_backoff_ms=200,
            metadata_max_age_ms=30_000,
        )

    async def _why(self, consumer: AIOKafkaConsumer, error: Exception) -> str:
        """A missing topic shows as no more than a wait that does not end, so it is asked for."""
        try:
            known = await within(_DEADLINE, consumer.topics())
        except (KafkaError, TimeoutError, OSError):
            return await why(self._broker, f"the broker cannot be reached ({type(error).__name__})")
        missing = sorted(set(self._handlers) - known)
        return self._unknown(missing) if missing else f"the broker fails us ({type(error).__name__})"

    @staticmethod
    def _unknown(topics: Sequence[str]) -> str:
        return f"the broker does not know {', '.join(topics)}"

    async def _begin(self, consumer: AIOKafkaConsumer) -> None:
        new = consumer.assignment() - self._begun
        if not new:
            return
        if self._recent_seconds is not None:
            since_ms = int((time.time() - self._recent_seconds) * 1000)
            found = await within(_DEADLINE, consumer.offsets_for_times(dict.fromkeys(new, since_ms)))
            ends = await within(_DEADLINE, consumer.end_offsets(list(new)))
            self._next |= {at: found[at].offset if found.get(at) else ends[at] for at in new}
        self._begun |= new
        if self._on_begin is not None:
            self._on_begin({at.partition: self._next.get(at, 0) for at in new})

    def _seek(self, consumer: AIOKafkaConsumer) -> None:
        for partition in consumer.assignment():
            if partition in self._next:
                consumer.seek(partition, self._next[partition])

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        measured = time.monotonic()
        while True:
            if time.monotonic() - measured >= _MEASURE_EVERY:
                await self._measure(consumer)
                measured = time.monotonic()
            batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_MAX_RECORDS)
            for partition, records in batches.items():
                for record in records:
                    self._handle(record)
                self._next[partition] = records[-1].offset + 1
            if not self.caught_up:
                if not batches:
                    await self._pass_gaps(consumer)
                self._compare()
            await asyncio.sleep(0)  # a long backlog must not keep others from running

    def _handle(self, record: ConsumerRecord) -> None:
        self.at = (record.topic, record.partition, record.offset)
        try:
            self._handlers[record.topic]((record.key or b"").decode("utf-8", "replace"), record.value)
        except Exception as error:  # one bad record must not stop the state behind it
            _log.error(
                "a record could not be applied, it is skipped",
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                exc_info=error,
            )
            self._consumed.add(1, {"topic": record.topic, "outcome": "failed"})
        else:
            self._consumed.add(1, {"topic": record.topic, "outcome": "applied"})

    async def _measure(self, consumer: AIOKafkaConsumer) -> None:
        """Asks the broker where the ends are, which also tells whether it is there."""
        assigned = consumer.assignment()
        missing = sorted(set(self._handlers) - {partition.topic for partition in assigned})
        if missing:
            self._told(self._unknown(missing))
            return
        ends = await within(_DEADLINE, consumer.end_offsets(list(assigned)))
        if self._targets is None:
            self._targets = ends
        await self._pass_gaps(consumer)
        self._lag = sum(max(0, end - self._next.get(p, 0)) for p, end in ends.items())
        self._compare()

    async def _pass_gaps(self, consumer: AIOKafkaConsumer) -> None:
        """Offsets that compaction removed are passed by the client without a record."""
        for partition, end in (self._targets or {}).items():
            if self._next.get(partition, 0) < end:
                position = await within(_DEADLINE, consumer.position(partition))
                self._next[partition] = max(self._next.get(partition, 0), position)

    def _compare(self) -> None:
        if self._targets is None:
            return
        behind = sum(max(0, end - self._next.get(p, 0)) for p, end in self._targets.items())
        self._told(f"{_BEHIND}: {behind}" if behind else "")
        if not behind:
            self._now_caught_up()

    def _now_caught_up(self) -> None:
        if self.caught_up:
            return
        self.caught_up = True
        _log.info("the state is whole", follower=self._name, topics=sorted(self._handlers))
        if self._on_caught_up is not None:
            self._on_caught_up()

    def _told(self, problem: str) -> None:
        if problem and problem != self._problem and not problem.startswith(_BEHIND):
            _log.warning("the state is not followed", follower=self._name, reason=problem)
        elif self._problem and not problem:
            _log.info("the state is followed", follower=self._name)
        self._problem = problem
