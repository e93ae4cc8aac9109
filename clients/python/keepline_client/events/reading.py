"""Reads a topic of events as one of a group: each event once, and what was handled is committed."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Generic, Self

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from google.protobuf.message import DecodeError

from keepline_client.events.once import Once
from keepline_client.events.records import Attributes, attributes, consumer
from keepline_client.events.topics import M, Topic

_COMMIT_SECONDS = 1.0
_POLL_MS = 500
_MOST_RECORDS = 500


@dataclass(frozen=True, slots=True)
class Event(Generic[M]):
    value: M
    about: Attributes
    place: tuple[str, int, int]
    """Topic, partition, offset."""


class Reader(Generic[M]):
    """`async with Reader(...) as events: async for event in events: ...`

    An event counts as handled when the next one is asked for. Offsets are committed once a second, and when
    the reader is left without an exception. A process that dies gets its last second again.

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
        self._topic = topic
        self._kinds = kinds
        self._once = once or Once()
        self._consumer = consumer(bootstrap_servers, topic.name, options, group_id=group_id)
        self._handled: dict[TopicPartition, int] = {}
        self._committed = time.monotonic()
        self.undecodable = 0
        """Records that were passed over because they are no such message."""

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                await self.commit()
        finally:
            await self._consumer.stop()

    async def __aiter__(self) -> AsyncIterator[Event[M]]:
        while True:
            batches = await self._consumer.getmany(timeout_ms=_POLL_MS, max_records=_MOST_RECORDS)
            for partition, records in batches.items():
                for record in records:
                    event = self._event(record)
                    if event is not None:
                        yield event
                    self._handled[partition] = record.offset + 1
                    await self._commit_when_due()
            await self._commit_when_due()

    async def commit(self) -> None:
        """What was handled, now. What cannot be committed is again later, or comes again."""
        mine = self._consumer.assignment()
        handled = {partition: offset for partition, offset in self._handled.items() if partition in mine}
        self._handled.clear()
        self._committed = time.monotonic()
        if handled:
            try:
                await self._consumer.commit(handled)
            except KafkaError:
                self._handled.update(handled)

    async def _commit_when_due(self) -> None:
        if self._handled and time.monotonic() - self._committed >= _COMMIT_SECONDS:
            await self.commit()

    def _event(self, record: ConsumerRecord) -> Event[M] | None:
        about = attributes(record.headers)
        if self._kinds is not None and about.kind not in self._kinds:
            return None
        try:
            value = self._topic.message.FromString(record.value or b"")
        except DecodeError:
            self.undecodable += 1
            return None
        if not self._once.is_new(value, about):
            return None
        return Event(value, about, (record.topic, record.partition, record.offset))
