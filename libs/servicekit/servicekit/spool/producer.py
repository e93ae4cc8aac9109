"""Sends what a spool holds, in order, whenever the broker takes it.

`put` never waits, never raises and never asks the broker; an event that cannot be kept is counted and told in
the log. `problem` speaks before events are lost: from half of the bound on.
"""

import asyncio
from collections.abc import Mapping

from servicekit.backoff import Backoff
from servicekit.errors import Unavailable
from servicekit.kafka.records import Outgoing, RecordProducer, RecordsRefused
from servicekit.spool.spool import Spool
from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_BATCH = 500
ALARM = 0.5
"""Of the bound."""


class SpooledProducer:
    def __init__(self, spool: Spool, producer: RecordProducer) -> None:
        self._spool = spool
        self._producer = producer
        self._away = ""
        self.dropped = 0
        self._dropped_counter = metrics.counter(names.SPOOL_DROPPED)
        self._dead = metrics.counter(names.DEAD_LETTERS)
        metrics.gauge(names.SPOOL_DEPTH, lambda: float(self.depth()))
        metrics.gauge(names.SPOOL_FULLNESS, spool.fullness)

    def put(
        self, topic: str, key: str, value: bytes | None, headers: Mapping[str, str] | None = None
    ) -> None:
        try:
            accepted = self._spool.put(Outgoing(topic, key, value, headers or {}))
            reason = "the spool is full"
        except ValueError as error:
            accepted, reason = False, str(error)
        if not accepted:
            self.dropped += 1
            self._dropped_counter.add(1, {"topic": topic})
            _log.error("an event is dropped", topic=topic, key=key, reason=reason, dropped=self.dropped)

    async def kept(self) -> None:
        """Waits until all that was put so far is on the disk."""
        await self._spool.kept()

    def depth(self) -> int:
        """Events that the broker has not taken yet."""
        return self._spool.depth()

    def problem(self) -> str:
        """For readiness (degraded): the disk, a spool that fills up, the broker, in this order."""
        fullness = self._spool.fullness()
        filling = f"the spool is {fullness:.0%} full" if fullness >= ALARM else ""
        return "; ".join(filter(None, (self._spool.problem(), filling, self._away)))

    def waiting(self) -> str | None:
        """For on_drain. With the broker away nothing is waited for: what is on disk is sent next time."""
        if self.depth() == 0 or (self._away and self._spool.on_disk):
            return None
        return f"{self.depth()} events to be sent"

    async def run(self) -> None:
        """May be run again after it crashed: what was not taken is sent again."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._spool.write(), name="spool writer")
            group.create_task(self._send_all(), name="spool sender")

    def close(self) -> None:
        """After `run` ended; otherwise the end of the process does the same."""
        self._spool.close()

    async def _send_all(self) -> None:
        self._spool.rewind()
        backoff = Backoff()
        while True:
            records, place = await self._spool.read(_BATCH)
            if await self._sent(records):
                await self._spool.take(place)
                backoff.reset()
                continue
            self._spool.rewind()  # what was lent from memory may go to the disk meanwhile
            await backoff.pause()

    async def _sent(self, records: list[Outgoing]) -> bool:
        try:
            await self._send(records)
        except Unavailable as away:
            if not self._away:
                _log.warning("events wait for the broker", reason=away.detail, events=self.depth())
            self._away = away.detail
            return False
        if self._away:
            _log.info("the broker takes events again", events=self.depth())
        self._away = ""
        return True

    async def _send(self, records: list[Outgoing]) -> None:
        try:
            await self._producer.send_many(records)
        except RecordsRefused as refused:
            if len(records) == 1:
                await self._put_aside(records[0], refused.detail)
                return
            # the broker refuses whole batches: from the first refused on, each alone, so that the order holds
            for record in records[min(refused.places) :]:
                await self._send([record])

    async def _put_aside(self, record: Outgoing, why: str) -> None:
        self._dead.add(1, {"topic": record.topic})
        _log.error("an event is put aside", topic=record.topic, key=record.key, reason=why)
        await self._spool.put_aside(record, why)
