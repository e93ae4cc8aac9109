"""Carries outbox entries to the broker.

    scan documents with entries > produce in order of seq > pull what was taken > remove what is deleted

Rule: at least once, in order for each document. A crash between produce and pull sends again what was sent;
nothing is pulled that the broker did not take. One relay runs for a collection.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from servicekit.backoff import Backoff
from servicekit.clock import Clock, SystemClock
from servicekit.deadlines import within
from servicekit.documents import Collection, Document
from servicekit.errors import Unavailable
from servicekit.kafka.records import Outgoing, RecordProducer
from servicekit.outbox.entries import outgoing_of
from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger

_log = logger(__name__)
WAITING = {"outbox.0": {"$exists": True}}
_DOCUMENTS = 100
_RECORDS = 500
_LOOK_EVERY = 1.0


class OutboxRelay:
    def __init__(
        self,
        collection: Collection,
        producer: RecordProducer,
        *,
        name: str = "",
        clock: Clock | None = None,
        look_every: float = _LOOK_EVERY,
    ) -> None:
        self._collection = collection
        self._producer = producer
        self.name = name or collection.name
        self._clock = clock or SystemClock()
        self._look_every = look_every
        self._awake = asyncio.Event()
        self._problem = ""
        self._relayed = metrics.counter(names.OUTBOX_RELAYED)
        self._seconds = metrics.histogram(names.OUTBOX_SECONDS)

    def wake(self) -> None:
        """Something was written: relay at once instead of at the next look."""
        self._awake.set()

    def problem(self) -> str:
        return self._problem

    async def run(self) -> None:
        backoff = Backoff()
        while True:
            self._awake.clear()
            try:
                carried = await self.relay_once()
            except Unavailable as away:
                self._told(away.detail)
                await backoff.pause()
                continue
            self._told("")
            backoff.reset()
            if carried == 0:
                await self._woken()

    async def relay_once(self) -> int:
        """How many entries went out in one pass over the documents that have any."""
        documents = await self._collection.find(
            WAITING, limit=_DOCUMENTS, projection={"outbox": 1, "deleted": 1}
        )
        batch, records = _batch(documents)
        if not records:
            return 0
        await self._producer.send_many(records)
        await asyncio.gather(*(self._settle(document, entries) for document, entries in batch))
        self._measure([entry for _, entries in batch for entry in entries])
        return len(records)

    async def _settle(self, document: Document, entries: Sequence[Document]) -> None:
        """Takes the delivered entries out of the document, and the document away when that was its end."""
        last = entries[-1]["seq"]
        await self._collection.update_one(
            {"_id": document["_id"]}, {"$pull": {"outbox": {"seq": {"$lte": last}}}}
        )
        if document.get("deleted") is True:
            await self._collection.delete_one(
                {"_id": document["_id"], "deleted": True, "outbox.0": {"$exists": False}}
            )

    async def _woken(self) -> None:
        try:
            await within(self._look_every, self._awake.wait())
        except TimeoutError:
            return

    def _measure(self, entries: Sequence[Document]) -> None:
        now = self._clock.now()
        self._relayed.add(len(entries), {"outbox": self.name})
        for entry in entries:
            if isinstance(at := entry.get("at"), datetime):
                self._seconds.record((now - at).total_seconds(), {"outbox": self.name})

    def _told(self, problem: str) -> None:
        if problem and problem != self._problem:
            _log.warning("the outbox waits", outbox=self.name, reason=problem)
        elif self._problem and not problem:
            _log.info("the outbox goes out again", outbox=self.name)
        self._problem = problem


def _batch(documents: Sequence[Document]) -> tuple[list[tuple[Document, list[Document]]], list[Outgoing]]:
    """Whole documents up to the bound; a document alone over the bound goes out by parts."""
    batch: list[tuple[Document, list[Document]]] = []
    records: list[Outgoing] = []
    for document in documents:
        entries = sorted(document["outbox"], key=lambda written: int(written["seq"]))[:_RECORDS]
        if records and len(records) + len(entries) > _RECORDS:
            break
        batch.append((document, entries))
        records += [outgoing_of(written) for written in entries]
    return batch, records
