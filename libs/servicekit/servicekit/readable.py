"""Documents as values; one that does not fit is passed over, told and counted, and the others are read.

What another version wrote, or an operator by hand, must not keep a service from its duty.
"""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from servicekit.documents import Document
from servicekit.errors import Problem
from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger

T = TypeVar("T")

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
