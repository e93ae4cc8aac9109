"""Carries outbox entries to the broker.

    hold the lease > documents with entries > send in order of seq > pull what was sent > remove what is
    deleted

At least once, in order for each document; a crash between sending and pulling sends again. One relay of all
processes works on a collection, by a lease: nothing is sent after its time is over, and what is pulled is
fenced by its token (docs/adr/0021).
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from servicekit.backoff import Backoff
from servicekit.clock import Clock, SystemClock
from servicekit.deadlines import within
from servicekit.documents import Collection
from servicekit.errors import Problem, Unavailable
from servicekit.kafka.records import Outgoing, RecordProducer
from servicekit.lease import Lease
from servicekit.outbox.carrying import Pass, Waiting
from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_LOOK_EVERY_SECONDS = 0.5
_GIVE_BACK_SECONDS = 1.0


class Database(Protocol):
    def collection(self, name: str) -> Collection: ...


class LeaseLost(Unavailable):
    """Another process relays now, or will in a moment."""

    def __init__(self) -> None:
        super().__init__("lease_lost", "the lease of this outbox ran out while records were sent")


def relay_of(database: Database, name: str, producer: RecordProducer) -> "OutboxRelay":
    """The relay of the collection `name`, one of all processes that make one."""
    lease = Lease(database.collection("leases"), f"outbox {name}")
    dead_letters = database.collection("outbox_dead_letters")
    return OutboxRelay(database.collection(name), producer, lease, dead_letters)


class OutboxRelay:
    def __init__(
        self,
        collection: Collection,
        producer: RecordProducer,
        lease: Lease | None = None,
        dead_letters: Collection | None = None,
        *,
        clock: Clock | None = None,
        look_every_seconds: float = _LOOK_EVERY_SECONDS,
    ) -> None:
        """Without a lease the caller sees to it that there is one relay."""
        self.name = collection.name
        self._producer = producer
        self._lease = lease
        self._clock = clock or SystemClock()
        self._pass = Pass(collection, dead_letters, self._clock, self._send)
        self._look_every_seconds = look_every_seconds
        self._awake = asyncio.Event()
        self._problem = ""
        self._holding: bool | None = None
        self._relayed = metrics.counter(names.OUTBOX_RELAYED)
        self._seconds = metrics.histogram(names.OUTBOX_SECONDS)

    def wake(self) -> None:
        """Something was written: relay at once instead of at the next look."""
        self._awake.set()

    def problem(self) -> str:
        """Empty also when another process relays."""
        return self._problem

    async def run(self) -> None:
        backoff = Backoff()
        try:
            while True:
                self._awake.clear()
                try:
                    carried = await self.relay_once() if await self._hold() else 0
                except Unavailable as away:
                    self._told(away.detail)
                    await backoff.pause()
                    continue
                self._told("")
                backoff.reset()
                if carried == 0:
                    await self._woken()
        finally:
            await self._give_back()

    async def relay_once(self) -> int:
        """How many entries left their documents in one pass over those that have any."""
        batch = await self._pass.waiting()
        if not batch:
            return 0
        token = self._lease.token if self._lease else 0
        await self._pass.carry(batch)
        settled = await asyncio.gather(*(self._pass.settle(waiting, token) for waiting in batch))
        if not all(settled):
            _log.error("another process relayed at the same time", outbox=self.name, token=token)
        self._measure(batch)
        return sum(len(waiting.entries) for waiting in batch)

    async def _send(self, records: Sequence[Outgoing]) -> None:
        """Ends with the lease, however long the broker takes: a record sent later could undo a newer one."""
        if self._lease is None:
            await self._producer.send_many(records)
            return
        left = self._lease.left_seconds()
        if not left:
            raise LeaseLost
        try:
            await within(left, self._producer.send_many(records))
        except TimeoutError:
            raise LeaseLost from None

    async def _hold(self) -> bool:
        if self._lease is None:
            return True
        held = await self._lease.keep()
        if held != self._holding:
            told = "this process relays the outbox" if held else "another process relays the outbox"
            _log.info(told, outbox=self.name, token=self._lease.token)
        self._holding = held
        return held

    async def _give_back(self) -> None:
        with suppress(Problem, TimeoutError):
            if self._lease is not None:
                await within(_GIVE_BACK_SECONDS, self._lease.give_back())

    async def _woken(self) -> None:
        with suppress(TimeoutError):
            await within(self._look_every_seconds, self._awake.wait())

    def _measure(self, batch: Sequence[Waiting]) -> None:
        now = self._clock.now()
        for entry in (entry for waiting in batch for entry in waiting.entries):
            self._relayed.add(1, {"outbox": self.name})
            if isinstance(at := entry.get("at"), datetime):
                self._seconds.record((now - at).total_seconds(), {"outbox": self.name})

    def _told(self, problem: str) -> None:
        if problem and problem != self._problem:
            _log.warning("the outbox waits", outbox=self.name, reason=problem)
        elif self._problem and not problem:
            _log.info("the outbox goes out again", outbox=self.name)
        self._problem = problem
