"""Follows a compacted topic: the whole state from its beginning, then each change; no group, nothing kept."""

import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, Generic, Self

from aiokafka import ConsumerRecord, TopicPartition
from google.protobuf.message import DecodeError

from keepline_client.events.records import Attributes, attributes, begin, consumer, end
from keepline_client.events.topics import M, Topic

_POLL_MS = 500
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change(Generic[M]):
    """value: the state as it is now; None: the object is gone."""

    key: str
    value: M | None
    about: Attributes


class Newest(Generic[M]):
    """The highest version of each key, so that a record that comes again or late changes nothing."""

    def __init__(self, topic: Topic[M]) -> None:
        self._topic = topic
        self._versions: dict[str, float] = {}
        self.state: dict[str, M] = {}

    def take(self, key: str, data: bytes | None) -> bool:
        """Whether it is news. Raises DecodeError."""
        if data is None:
            self._versions[key] = inf  # an id is never given again
            return self.state.pop(key, None) is not None
        value = self._topic.message.FromString(data)
        version = self._topic.version(value) if self._topic.version is not None else 0
        if version <= self._versions.get(key, -1):
            return False
        self._versions[key] = version
        self.state[key] = value
        return True


class Follower(Generic[M]):
    """`async with Follower(...) as followed:` then `await followed.whole()` for the state as it was then, and
    `async for change in followed:` for what changes, for ever; or the latter alone, which tells the state
    first.

    What was deleted before is not told. options: as Reader's.
    """

    def __init__(self, bootstrap_servers: str, topic: Topic[M], **options: Any) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._topic = topic
        self._consumer = consumer(bootstrap_servers, topic.name, options, group_id=None)
        self._newest = Newest(topic)
        self._waiting: deque[Change[M]] = deque()
        self._ends: dict[TopicPartition, int] = {}
        self.undecodable = 0
        """Records that were passed over because they are no such message; each is logged with its place."""

    @property
    def state(self) -> Mapping[str, M]:
        """What is known, by key."""
        return self._newest.state

    async def __aenter__(self) -> Self:
        await begin(self._consumer, self._bootstrap_servers, self._topic.name)
        try:
            self._ends = await self._consumer.end_offsets(self._consumer.assignment())
        except BaseException:
            await end(self._consumer)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await end(self._consumer)

    async def whole(self) -> Mapping[str, M]:
        """Reads up to the end that the topic had at the beginning."""
        while any([await self._consumer.position(p) < end for p, end in self._ends.items()]):
            await self._polled()
        return self.state

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change[M]:
        while not self._waiting:
            self._waiting.extend(await self._polled())
        return self._waiting.popleft()

    async def _polled(self) -> list[Change[M]]:
        batches = await self._consumer.getmany(timeout_ms=_POLL_MS)
        found = [self._change(record) for batch in batches.values() for record in batch]
        return [change for change in found if change is not None]

    def _change(self, record: ConsumerRecord) -> Change[M] | None:
        key = (record.key or b"").decode("utf-8", "replace")
        try:
            if not self._newest.take(key, record.value):
                return None
        except DecodeError as error:
            self.undecodable += 1
            place = f"{record.topic} {record.partition}:{record.offset}"
            _log.warning("%s is no %s and was passed over: %s", place, self._topic.message.__name__, error)
            return None
        return Change(key, self.state.get(key), attributes(record.headers))
