"""Reads topics as a member of a group; see `member` for what becomes of the records.

The connection is made again after whatever the broker does, with a pause that grows.
"""

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from typing import TypeVar

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from servicekit.backoff import Backoff
from servicekit.deadlines import within
from servicekit.kafka.connection import Broker, client_options, why
from servicekit.kafka.dead_letters import DeadLetters
from servicekit.kafka.handling import Handler
from servicekit.kafka.member import DEADLINE_SECONDS, Member
from servicekit.kafka.one_by_one import Patience
from servicekit.kafka.records import RecordProducer
from servicekit.telemetry.logging import logger

T = TypeVar("T")

_log = logger(__name__)
# the broker answers when there is as much, or after that time: an answer to each record would cost more
# than the record
_GATHER_BYTES, _GATHER_MS = 64 * 1024, 500
_WAKE_MS = 5000


class GroupConsumer:
    def __init__(
        self,
        broker: Broker,
        group: str,
        topics: Sequence[str],
        *,
        dead_letters: Mapping[str, str],
        producer: RecordProducer,
        name: str,
        attempts: int = 3,
        dead_letter_limit: int = 20,
        linger_seconds: float = 0.25,
    ) -> None:
        """`dead_letters` names the topic of the dead letters for each topic. `name` is this member's, in
        each of its lives, and no other's."""
        client_options(broker)  # what is wrong with its files is found now
        self._broker = broker
        self._group = group
        self._topics = tuple(topics)
        self._dead = DeadLetters(dead_letters, producer, dead_letter_limit)
        self._name = name
        self._attempts = attempts
        self._linger_seconds = linger_seconds
        self._problem = "not connected yet"

    def problem(self) -> str:
        """For readiness: why records are not handled, or which partitions are not."""
        return self._problem or self._dead.problem()

    async def run(self, handler: Handler[T]) -> None:
        backoff = Backoff()
        while True:
            consumer = self._consumer()
            member = Member(
                consumer,
                handler,
                self._dead,
                Patience(self._attempts),
                linger_seconds=self._linger_seconds,
                told=self._told,
            )
            try:
                consumer.subscribe(topics=self._topics, listener=member)
                await within(DEADLINE_SECONDS, consumer.start())
                self._told("")
                backoff.reset()
                await member.consume()
            except (KafkaError, TimeoutError, OSError) as error:
                words = f"the broker cannot be reached ({type(error).__name__})"
                self._told(await why(self._broker, words))
            finally:
                await asyncio.wait([asyncio.ensure_future(consumer.stop())], timeout=DEADLINE_SECONDS)
            await backoff.pause()

    def _consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            **client_options(self._broker),
            client_id=self._name,
            group_id=self._group,
            group_instance_id=self._instance(),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=10_000,
            heartbeat_interval_ms=3_000,
            request_timeout_ms=int(DEADLINE_SECONDS * 1000),
            fetch_min_bytes=_GATHER_BYTES,
            fetch_max_wait_ms=_GATHER_MS,
            consumer_timeout_ms=_WAKE_MS,
            metadata_max_age_ms=30_000,
        )

    def _instance(self) -> str:
        """A static member: after a crash its next life gets its partitions at once. The broker hands it the
        old assignment without a look at its topics, so another choice of topics is another member."""
        return f"{self._name}-{zlib.crc32(' '.join(sorted(self._topics)).encode()):08x}"

    def _told(self, problem: str) -> None:
        if problem and problem != self._problem:
            _log.warning("records are not handled", group=self._group, reason=problem)
        elif self._problem and not problem:
            _log.info("records are handled", group=self._group)
        self._problem = problem
