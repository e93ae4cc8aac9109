"""Reads a topic of events as one of a group: each event once, and what was handled is committed."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Generic, Self

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError
from google.protobuf.message import DecodeError

from keepline_client.events.once import Name, Once, name_of
from keepline_client.events.records import Attributes, attributes, begin, consumer, end
from keepline_client.events.topics import M, Topic

_COMMIT_SECONDS: Final = 1.0
_COMMITTED_WITHIN_SECONDS: Final = 5.0
_HANDLED_SECONDS: Final = 20.0  # below the 30 s after which the group goes on without this member
_POLL_MS: Final = 500
_MOST_RECORDS: Final = 50  # a member that asks for none for 5 min is put out of the group, however busy
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Event(Generic[M]):
    value: M
    about: Attributes
    place: tuple[str, int, int]
    """Topic, partition, offset."""


@dataclass(slots=True)
class _Given:
    """What was handed over and is being handled."""

    name: Name | None
    partition: TopicPartition
    offset: int
    ours: bool = True
    """Whether its partition is still ours."""


class Reader(Generic[M]):
    """`async with Reader(...) as events: async for event in events: ...`

    An event counts as handled when the next one is asked for. What was handled is committed once a second,
    when the reader is left, and when partitions go to another member of the group, which waits for the event
    that is being handled (20 s). A process that dies gets its last second again. The broker may go away and
    come back meanwhile.

    kinds: only these ce_types, such as {"keepline.call.ended.v1"}; None for all, also those that your version
    of the messages does not know: pass over them. options: of
    `aiokafka.AIOKafkaConsumer`, such as `security_protocol`, `ssl_context` and `sasl_mechanism`.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        topic: Topic[M],
        *,
        group_id: str,
        kinds: set[str] | None = None,
        once: Once | None = None,
        **options: Any,
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._topic = topic
        self._kinds = kinds
        self._once = once or Once()
        self._consumer = consumer(bootstrap_servers, topic.name, options, group_id=group_id)
        self._consumer.subscribe([topic.name], listener=_Rebalances(self))
        self._waiting: deque[ConsumerRecord] = deque()
        self._given: _Given | None = None
        self._turn = asyncio.Lock()  # held while an event is looked for in what waits, and is handled
        self._handled: dict[TopicPartition, int] = {}
        self._assigned = 0  # how often partitions were given anew
        self._committed = time.monotonic()
        self.undecodable = 0
        """Records that were passed over because they are no such message; each is logged with its place."""

    async def __aenter__(self) -> Self:
        await begin(self._consumer, self._bootstrap_servers, self._topic.name)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._give_up()
        try:
            await self.commit()
        finally:
            await end(self._consumer)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event[M]:
        self._settle()
        while True:
            await self._commit_when_due()
            event = await self._next()
            if event is not None:
                return event
            batches = await self._consumer.getmany(timeout_ms=_POLL_MS, max_records=_MOST_RECORDS)
            self._waiting.extend(record for batch in batches.values() for record in batch)

    async def commit(self) -> None:
        """What was handled, now. What cannot be committed is again later, or comes again."""
        assigned, mine = self._assigned, self._consumer.assignment()
        handled = {partition: offset for partition, offset in self._handled.items() if partition in mine}
        self._handled.clear()
        self._committed = time.monotonic()
        if handled:
            try:
                async with asyncio.timeout(_COMMITTED_WITHIN_SECONDS):  # it waits for a broker that is away
                    await self._consumer.commit(handled)
            except (KafkaError, TimeoutError) as error:
                _log.warning("what was handled could not be committed: %r", error)
                if assigned == self._assigned:
                    self._handled = {**handled, **self._handled}

    async def revoked(self) -> None:
        """All partitions go back to the group; those that come again begin where they were committed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_HANDLED_SECONDS), self._turn:
                await self.commit()
        self._assigned += 1
        self._handled.clear()
        self._waiting.clear()
        if self._given is not None:
            self._given.ours = False

    async def _next(self) -> Event[M] | None:
        """Keeps the turn where it hands one over."""
        await self._turn.acquire()
        try:
            while self._waiting:
                record = self._waiting.popleft()
                place = TopicPartition(record.topic, record.partition)
                value, about = self._read(record), attributes(record.headers)
                name = name_of(value, about)
                if value is not None and self._once.is_new(name):
                    self._given = _Given(name, place, record.offset)
                    return Event(value, about, (record.topic, record.partition, record.offset))
                self._handled[place] = record.offset + 1
        finally:
            if self._given is None:
                self._turn.release()
        return None

    def _settle(self) -> None:
        """What was handed over is handled."""
        given = self._given
        if given is None:
            return
        self._once.add(given.name)
        if given.ours:
            self._handled[given.partition] = given.offset + 1
        self._give_up()

    def _give_up(self) -> None:
        if self._given is not None:
            self._given = None
            self._turn.release()

    async def _commit_when_due(self) -> None:
        if self._handled and time.monotonic() - self._committed >= _COMMIT_SECONDS:
            await self.commit()

    def _read(self, record: ConsumerRecord) -> M | None:
        """None: not for us."""
        if self._kinds is not None and attributes(record.headers).kind not in self._kinds:
            return None
        try:
            return self._topic.message.FromString(record.value or b"")
        except DecodeError as error:
            self.undecodable += 1
            place = f"{record.topic} {record.partition}:{record.offset}"
            _log.warning("%s is no %s and was passed over: %s", place, self._topic.message.__name__, error)
            return None


class _Rebalances(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    def __init__(self, reader: Reader[Any]) -> None:
        self._reader = reader

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        if revoked:
            await self._reader.revoked()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        return None
