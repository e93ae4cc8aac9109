"""What the services ask of a document database: a port that the real one and the in-memory twin both keep.

Rule: names and filters are MongoDB's; answers are plain values. What the server cannot do right now is
`Unavailable`; a broken unique index is `DuplicateKey`.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Protocol

from servicekit.errors import Conflict

Document = dict[str, Any]
Filter = Mapping[str, Any]
Update = Mapping[str, Any]
Sort = Sequence[tuple[str, int]]


class DuplicateKey(Conflict):
    """A unique index already holds this; `key_pattern` tells which one ({"domain": 1})."""

    def __init__(self, key_pattern: Mapping[str, Any]) -> None:
        super().__init__("duplicate_key", f"the unique key {', '.join(key_pattern)} is taken")
        self.key_pattern = dict(key_pattern)


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
