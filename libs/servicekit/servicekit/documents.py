"""What the services ask of a document database: a port that the real one and the in-memory twin both keep.

Names and filters are MongoDB's; answers are plain values. Each method raises
    Unavailable("storage_unavailable")  the server does not answer, or is busy
    Unavailable("storage_refused")      it answers with an error: password, rights, quota, a conflicting index
    DuplicateKey                        a unique index already holds this
    DocumentRefused                     it will not have this document, however often it is asked
and nothing of the driver's.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from servicekit.errors import Conflict, Problem

Document = dict[str, Any]
Filter = Mapping[str, Any]
Update = Mapping[str, Any]
Sort = Sequence[tuple[str, int]]

ALIVE: Filter = {"deleted": False}
"""Of the documents that are deleted only when their tombstone is out (servicekit.outbox)."""


class DuplicateKey(Conflict):
    """A unique index already holds this; `key_pattern` tells which one ({"domain": 1})."""

    def __init__(self, key_pattern: Mapping[str, Any]) -> None:
        super().__init__("duplicate_key", f"the unique key {', '.join(key_pattern)} is taken")
        self.key_pattern = dict(key_pattern)


class DocumentRefused(Problem):
    """What was to be written (or asked) is wrong in itself: too large, or against the collection's rules."""

    def __init__(self, why: str) -> None:
        super().__init__("document_refused", f"the database will not have it: {why}")


@dataclass(frozen=True, slots=True)
class Write:
    """`document` in the place of what `over` matches; None, and where nothing matches: a new one."""

    document: Document
    over: Filter | None = None


class Collection(Protocol):
    @property
    def name(self) -> str: ...

    async def insert_one(self, document: Document) -> None: ...

    async def find_one(self, query: Filter) -> Document | None: ...

    async def find(
        self,
        query: Filter,
        *,
        sort: Sort = (("_id", 1),),
        limit: int = 0,
        projection: Mapping[str, Any] | None = None,
    ) -> list[Document]: ...

    def scan(
        self,
        query: Filter,
        *,
        sort: Sort = (("_id", 1),),
    ) -> AsyncIterator[Document]:
        """The same in batches, for what may be large."""
        ...

    async def find_one_and_update(
        self,
        query: Filter,
        update: Update,
        *,
        upsert: bool = False,
    ) -> Document | None:
        """The document after the update; None when nothing matched."""
        ...

    async def update_one(self, query: Filter, update: Update, *, upsert: bool = False) -> int:
        """How many matched: 0 or 1."""
        ...

    async def update_many(self, query: Filter, update: Update) -> int: ...

    async def replace_one(self, query: Filter, document: Document, *, upsert: bool = False) -> int: ...

    async def write_many(self, writes: Sequence[Write]) -> Mapping[int, Problem]:
        """In one question and in no order. Gives back, by place, what was not written and why: DuplicateKey
        or DocumentRefused. Raises when nothing, or nobody knows what, was written."""
        ...

    async def delete_one(self, query: Filter) -> int: ...

    async def delete_many(self, query: Filter) -> int: ...

    async def count_documents(self, query: Filter) -> int: ...

    async def create_index(
        self,
        keys: Sort,
        *,
        unique: bool = False,
        partial: Filter | None = None,
        expire_after_seconds: int | None = None,
    ) -> None: ...
