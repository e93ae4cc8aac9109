"""A collection in memory: the twin of servicekit.mongo for unit tests.

Documents pass through BSON on their way in and out, so that what MongoDB would change (milliseconds,
tuples) or refuse is changed or refused here as well.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import bson
from bson.codec_options import CodecOptions

from servicekit.documents import Document, DuplicateKey, Filter, Sort, Update, Write
from servicekit.errors import Problem, Unavailable
from servicekit.testing.matching import matches, rank, values_at
from servicekit.testing.updating import updated

_OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True)
_BY_ID: Sort = (("_id", 1),)


@dataclass(slots=True)
class _Unique:
    keys: tuple[tuple[str, int], ...]
    partial: Filter | None
    holders: dict[Any, Any] = field(default_factory=dict)
    """Which document holds each entry."""

    def check(self, document: Document) -> None:
        entries = self.entries(document)
        if any(self.holders.get(entry, document["_id"]) != document["_id"] for entry in entries):
            raise DuplicateKey(dict(self.keys))

    def take(self, document: Document) -> None:
        self.check(document)
        self.release(document["_id"])
        self.holders |= dict.fromkeys(self.entries(document), document["_id"])

    def release(self, identity: Any) -> None:
        for entry in [entry for entry, holder in self.holders.items() if holder == identity]:
            del self.holders[entry]

    def entries(self, document: Document) -> set[Any]:
        """What the document puts into this index; an array puts in each of its members."""
        if self.partial is not None and not matches(document, self.partial):
            return set()
        combined: list[tuple[Any, ...]] = [()]
        for path, _ in self.keys:
            found = values_at(document, path) or [None]
            spread = [m for v in found for m in (v if isinstance(v, list) and v else [v])]
            combined = [(*entry, repr(rank(value))) for entry in combined for value in spread]
        return set(combined)


class MemoryCollection:
    def __init__(self, name: str = "memory") -> None:
        self._name = name
        self._documents: dict[Any, Document] = {}
        self._unique: list[_Unique] = []
        self.away = False
        self.refusing = ""
        """What the server says to everything, as when the password is wrong: "AuthenticationFailed"."""

    @property
    def name(self) -> str:
        return self._name

    async def insert_one(self, document: Document) -> None:
        await self._reach()
        self._store(_copied(document), new=True)

    async def find_one(self, query: Filter) -> Document | None:
        found = await self.find(query, sort=(), limit=1)
        return found[0] if found else None

    async def find(
        self,
        query: Filter,
        *,
        sort: Sort = _BY_ID,
        limit: int = 0,
        projection: Mapping[str, Any] | None = None,
    ) -> list[Document]:
        await self._reach()
        found = [document for document in self._documents.values() if matches(document, query)]
        for path, direction in reversed(sort):
            found.sort(key=lambda d: rank(next(iter(values_at(d, path)), None)), reverse=direction < 0)
        return [_projected(_copied(document), projection) for document in found[: limit or None]]

    async def scan(self, query: Filter, *, sort: Sort = _BY_ID) -> AsyncIterator[Document]:
        for document in await self.find(query, sort=sort):
            yield document

    async def find_one_and_update(
        self, query: Filter, update: Update, *, upsert: bool = False
    ) -> Document | None:
        await self._reach()
        return self._update(query, update, upsert=upsert)[1]

    def _update(self, query: Filter, update: Update, *, upsert: bool) -> tuple[int, Document | None]:
        """How many matched, and the document after it."""
        old = self._first(query)
        if old is None and not upsert:
            return 0, None
        new = _copied(old) if old is not None else _from_filter(query)
        updated(new, _copied(dict(update)), inserting=old is None)
        if old is None:
            new.setdefault("_id", bson.ObjectId())
        self._store(_copied(new), new=old is None)
        return int(old is not None), _copied(new)

    async def update_one(self, query: Filter, update: Update, *, upsert: bool = False) -> int:
        await self._reach()
        return self._update(query, update, upsert=upsert)[0]

    async def update_many(self, query: Filter, update: Update) -> int:
        found = await self.find(query)
        for document in found:
            await self.find_one_and_update({"_id": document["_id"]}, update)
        return len(found)

    async def replace_one(self, query: Filter, document: Document, *, upsert: bool = False) -> int:
        await self._reach()
        old = self._first(query)
        if old is None and not upsert:
            return 0
        identity = old["_id"] if old is not None else _from_filter(query).get("_id", bson.ObjectId())
        self._store(_copied({"_id": identity, **document}), new=old is None)
        return 0 if old is None else 1

    async def write_many(self, writes: Sequence[Write]) -> Mapping[int, Problem]:
        await self._reach()
        problems: dict[int, Problem] = {}
        for place, write in enumerate(writes):
            try:
                if write.over is None:
                    await self.insert_one(write.document)
                else:
                    await self.replace_one(write.over, write.document, upsert=True)
            except DuplicateKey as taken:
                problems[place] = taken
        return problems

    async def delete_one(self, query: Filter) -> int:
        await self._reach()
        old = self._first(query)
        if old is None:
            return 0
        self._remove(old["_id"])
        return 1

    async def delete_many(self, query: Filter) -> int:
        found = await self.find(query)
        for document in found:
            self._remove(document["_id"])
        return len(found)

    async def count_documents(self, query: Filter) -> int:
        return len(await self.find(query))

    async def create_index(
        self,
        keys: Sort,
        *,
        unique: bool = False,
        partial: Filter | None = None,
        expire_after_seconds: int | None = None,
    ) -> None:
        await self._reach()
        if unique and all(index.keys != tuple(keys) for index in self._unique):
            index = _Unique(tuple(keys), partial)
            for document in self._documents.values():
                index.take(document)
            self._unique.append(index)

    def _first(self, query: Filter) -> Document | None:
        return next((d for d in self._documents.values() if matches(d, query)), None)

    def _store(self, document: Document, *, new: bool) -> None:
        if new and document["_id"] in self._documents:
            raise DuplicateKey({"_id": 1})
        for index in self._unique:
            index.check(document)
        for index in self._unique:
            index.take(document)
        self._documents[document["_id"]] = document

    def _remove(self, identity: Any) -> None:
        self._documents.pop(identity, None)
        for index in self._unique:
            index.release(identity)

    async def _reach(self) -> None:
        await asyncio.sleep(0)  # others go on meanwhile, as they do beside a real one
        if self.away:
            raise Unavailable("storage_unavailable", "the database does not answer", retry_after=2)
        if self.refusing:
            raise Unavailable("storage_refused", f"the database refuses us ({self.refusing})", retry_after=5)


def _copied(document: Document) -> Document:
    return bson.decode(bson.encode(document), _OPTIONS)


def _projected(document: Document, projection: Mapping[str, Any] | None) -> Document:
    if not projection:
        return document
    if any(projection.values()):
        return {k: v for k, v in document.items() if k == "_id" or projection.get(k)}
    return {k: v for k, v in document.items() if k not in projection}


def _from_filter(query: Filter) -> Document:
    """An upsert begins with what the filter asks for by equality."""
    begun: Document = {}
    for path, wanted in query.items():
        if not path.startswith("$") and not (
            isinstance(wanted, Mapping) and any(k[:1] == "$" for k in wanted)
        ):
            updated(begun, {"$set": {path: wanted}})
    return begun
