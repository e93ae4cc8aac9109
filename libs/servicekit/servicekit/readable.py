"""Documents as values; one that does not fit is passed over, told and counted, and the others are read.

What another version wrote, or an operator by hand, must not keep a service from its duty.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from servicekit.documents import Collection, Document
from servicekit.errors import Problem
from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger

T = TypeVar("T")
Ask = Callable[[Document | None, int], Awaitable[Sequence[Document]]]

_log = logger(__name__)
_REMEMBERED = 1000


class DocumentUnreadable(Problem):
    def __init__(self, name: str, identity: object) -> None:
        super().__init__("document_unreadable", f"{identity} of {name} cannot be read")


class Readable(Generic[T]):
    def __init__(self, name: str, read: Callable[[Document], T]) -> None:
        """read: may raise anything for a document that does not fit."""
        self.name = name
        self._read = read
        # those that were unreadable when they were last seen
        self._aside: set[str] = set()
        self._counter = metrics.counter(names.UNREADABLE)

    def one(self, found: Document) -> T:
        """Raises DocumentUnreadable."""
        identity = str(found.get("_id"))
        try:
            value = self._read(found)
        except Exception as error:  # it is the document that is wrong, however that shows
            self._told(identity, error)
            raise DocumentUnreadable(self.name, identity) from error
        self._aside.discard(identity)
        return value

    def all(self, found: Iterable[Document]) -> list[T]:
        return [value for _, value in self.pairs(found)]

    async def page(self, ask: Ask, limit: int) -> list[T]:
        """As many as the limit, while there are any. ask: for documents behind one, or from the first."""
        values: list[T] = []
        last: Document | None = None
        while (wanted := limit - len(values)) > 0:
            found = await ask(last, wanted)
            values += self.all(found)
            if len(found) < wanted:
                break
            last = found[-1]
        return values

    async def page_by_id(
        self, collection: Collection, query: Mapping[str, Any], after: str | None, limit: int
    ) -> list[T]:
        """In the order of ids, those behind `after`. query: says nothing of `_id`."""

        async def ask(last: Document | None, most: int) -> Sequence[Document]:
            place = after if last is None else last["_id"]
            behind = {} if place is None else {"_id": {"$gt": place}}
            return await collection.find({**query, **behind}, limit=most)

        return await self.page(ask, limit)

    def pairs(self, found: Iterable[Document]) -> list[tuple[Document, T]]:
        """Each readable document with its value."""
        values = []
        for document in found:
            try:
                values.append((document, self.one(document)))
            except DocumentUnreadable:
                continue
        return values

    def replaced(self, identity: str) -> None:
        """Another document took its place, or none."""
        self._aside.discard(identity)

    def problem(self) -> str:
        """For readiness (degraded)."""
        if not self._aside:
            return ""
        some = ", ".join(sorted(self._aside)[:3])
        return f"{len(self._aside)} documents of {self.name} cannot be read: {some}"

    def _told(self, identity: str, error: Exception) -> None:
        if identity in self._aside:
            return
        self._counter.add(1, {"collection": self.name})
        _log.error(
            "a document cannot be read, it is passed over",
            collection=self.name,
            id=identity,
            reason=repr(error),
        )
        if len(self._aside) < _REMEMBERED:
            self._aside.add(identity)
