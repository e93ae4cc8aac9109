"""A broker in memory: the twin of servicekit.kafka for unit tests.

It keeps the promises of the real one that the services rely on: order for each key, followers that see
the whole topic, groups that see a record again until it was handled. It has no partitions and no clock.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from servicekit.errors import Unavailable
from servicekit.kafka.handling import Handler, Read
from servicekit.kafka.records import Outgoing, Record, RecordsRefused

T = TypeVar("T")

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class MemoryBroker:
    away: bool = False
    refuses: Callable[[Outgoing], bool] = lambda _record: False
    """Which records it will never have, as when they are too large."""
    _topics: dict[str, list[Record]] = field(default_factory=dict)
    _committed: dict[tuple[str, str], int] = field(default_factory=dict)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def append(self, records: Sequence[Outgoing]) -> None:
        if self.away:
            raise Unavailable("broker_unavailable", "the broker cannot be reached")
        refused = [place for place, sent in enumerate(records) if self.refuses(sent)]
        for sent in (record for place, record in enumerate(records) if place not in refused):
            log = self._topics.setdefault(sent.topic, [])
            log.append(Record(sent.topic, 0, len(log), sent.key, sent.value, dict(sent.headers), _EPOCH))
        async with self._changed:
            self._changed.notify_all()
        if refused:
            raise RecordsRefused(refused, "MessageSizeTooLargeError")

    def records(self, topic: str) -> list[Record]:
        return list(self._topics.get(topic, ()))

    async def follow(self, handlers: Mapping[str, Callable[[str, bytes | None], None]]) -> None:
        """Like StateFollower.run: everything from the beginning, then every change."""
        seen = dict.fromkeys(handlers, 0)
        while True:
            for topic, handler in handlers.items():
                for record in self.records(topic)[seen[topic] :]:
                    handler(record.key, record.value)
                    seen[topic] += 1
            await self._more(seen)

    async def consume(self, group: str, topics: Sequence[str], handler: Handler[T]) -> None:
        """Like GroupConsumer.run, with each topic as one partition, as far as nothing is refused or held."""
        while True:
            places = {topic: self._committed.get((group, topic), 0) for topic in topics}
            for topic, place in places.items():
                with suppress(Unavailable):
                    await self._handled(group, topic, place, handler)
            done = {topic: self._committed.get((group, topic), 0) for topic in topics}
            if any(len(self.records(topic)) > done[topic] for topic in topics):
                await asyncio.sleep(0.01)
                continue
            await self._more(done)

    async def _handled(self, group: str, topic: str, place: int, handler: Handler[T]) -> None:
        new = self.records(topic)[place:]
        values = [(record, handler.read(record)) for record in new]
        batch = [Read(record, value) for record, value in values if value is not None]
        later = (await handler.handle(batch, may_hold=False)).later if batch else ()
        first = min((read.record.offset for read in later), default=place + len(new))
        self._committed[group, topic] = first

    async def _more(self, seen: Mapping[str, int]) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: any(len(self.records(t)) > n for t, n in seen.items()))


class MemoryProducer:
    """Remembers what was sent; `broker.away` and `broker.refuses` make it fail."""

    def __init__(self, broker: MemoryBroker | None = None) -> None:
        self.broker = broker or MemoryBroker()
        self.sent: list[Outgoing] = []

    async def send(
        self, topic: str, key: str, value: bytes | None, headers: Mapping[str, str] | None = None
    ) -> None:
        await self.send_many([Outgoing(topic, key, value, headers or {})])

    async def send_many(self, records: Sequence[Outgoing]) -> None:
        try:
            await self.broker.append(records)
        except RecordsRefused as refused:
            self.sent += [record for place, record in enumerate(records) if place not in refused.places]
            raise
        self.sent += records
