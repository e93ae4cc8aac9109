"""One pass over the documents that have entries: send, settle, and put aside what the broker will not have.

At least once, in order for each document. What is pulled is what was sent, by its seq: what was written
meanwhile stays. A record that the broker refuses is kept in `outbox_dead_letters`, and those behind it go
out.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from servicekit.clock import Clock
from servicekit.documents import Collection, Document, DuplicateKey
from servicekit.kafka.records import Outgoing, RecordsRefused
from servicekit.outbox.entries import outgoing_of, seq_of
from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger

_log = logger(__name__)
WAITING = {"outbox.seq": {"$gt": 0}}
"""Answered by the index on outbox.seq."""
_DOCUMENTS = 100
_RECORDS = 500
_TOLD = 1000

Send = Callable[[Sequence[Outgoing]], Awaitable[None]]


@dataclass(slots=True)
class Waiting:
    """A document and those of its entries that go out in this pass, in order."""

    document: Document
    entries: list[Document]


@dataclass(frozen=True, slots=True)
class Pass:
    collection: Collection
    dead_letters: Collection | None
    """None: a refused record is told in the log only."""
    clock: Clock
    send: Send
    told: set[str] = field(default_factory=set)
    """Documents whose outbox cannot be read."""

    async def waiting(self) -> list[Waiting]:
        """Whole documents up to the bound; a document alone over the bound goes out by parts."""
        found = await self.collection.find(WAITING, limit=_DOCUMENTS, projection={"outbox": 1, "deleted": 1})
        batch: list[Waiting] = []
        records = 0
        for document in found:
            written = document["outbox"] if isinstance(document["outbox"], list) else []
            entries = sorted((one for one in written if seq_of(one) is not None), key=_place)[:_RECORDS]
            if not entries:
                self._tell(str(document["_id"]))
                continue
            if records and records + len(entries) > _RECORDS:
                break
            batch.append(Waiting(document, entries))
            records += len(entries)
        return batch

    def _tell(self, identity: str) -> None:
        if identity not in self.told and len(self.told) < _TOLD:
            self.told.add(identity)
            _log.error("an outbox cannot be read, it stays", collection=self.collection.name, id=identity)

    async def carry(self, batch: Sequence[Waiting]) -> None:
        """Raises Unavailable; then any of the records may or may not be out."""
        try:
            records = [outgoing_of(entry) for waiting in batch for entry in waiting.entries]
            await self.send(records)
        except ValueError:
            await self._one_by_one(batch)
        except RecordsRefused as refused:
            await self._one_by_one(_from_the_first_refused(batch, refused.places))

    async def settle(self, waiting: Waiting, token: int) -> bool:
        """Takes the entries that went out (or aside) from the document, and the document away when that was
        its end. False when a relay with a higher token was at this document: we are not the holder any
        more."""
        identity = waiting.document["_id"]
        fenced = {"_id": identity, "outbox_fence": {"$not": {"$gt": token}}}
        out = {"outbox": {"seq": {"$in": [entry["seq"] for entry in waiting.entries]}}}
        matched = await self.collection.update_one(fenced, {"$pull": out, "$max": {"outbox_fence": token}})
        if waiting.document.get("deleted") is True:
            await self.collection.delete_one({**fenced, "deleted": True, "outbox.0": {"$exists": False}})
        return matched == 1

    async def _one_by_one(self, batch: Sequence[Waiting]) -> None:
        """A broker refuses whole batches, so each record is asked about alone, document by document. It ends
        when all of them ended: what went on behind it would mix with the next pass."""
        ended = await asyncio.gather(*(self._alone(waiting) for waiting in batch), return_exceptions=True)
        for error in ended:
            if error is not None:
                raise error

    async def _alone(self, waiting: Waiting) -> None:
        for entry in waiting.entries:
            try:
                await self.send([outgoing_of(entry)])
            except ValueError as error:
                await self._put_aside(waiting.document, entry, str(error))
            except RecordsRefused as refused:
                await self._put_aside(waiting.document, entry, refused.detail)

    async def _put_aside(self, document: Document, entry: Document, why: str) -> None:
        name, seq = self.collection.name, entry["seq"]
        where = {
            "collection": name,
            "document": document["_id"],
            "seq": seq,
            "topic": str(entry.get("topic")),
        }
        _log.error("a record of the outbox is put aside", **where, reason=why)
        metrics.counter(names.DEAD_LETTERS).add(1, {"topic": where["topic"]})
        if self.dead_letters is None:
            return
        dead = {"_id": f"{name}:{document['_id']}:{seq}", **where, "why": why, "entry": entry}
        try:
            await self.dead_letters.insert_one({**dead, "at": self.clock.now()})
        except DuplicateKey:  # put aside in an earlier pass, whose end was lost
            return


def _place(entry: Document) -> float:
    return seq_of(entry) or 0.0


def _from_the_first_refused(batch: Sequence[Waiting], places: Sequence[int]) -> list[Waiting]:
    """Of each document with a refused record, that one and those behind it: sent again, they stay in
    order."""
    refused, begin = set(places), 0
    left: list[Waiting] = []
    for waiting in batch:
        end = begin + len(waiting.entries)
        first = min((place for place in refused if begin <= place < end), default=None)
        if first is not None:
            left.append(Waiting(waiting.document, waiting.entries[first - begin :]))
        begin = end
    return left
