"""The newest entries of a feed, bounded in number and in bytes; found by tenant and by key."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """number: grows by one with each entry, in this process only; size: in bytes, of the record."""

    number: int
    partition: int
    offset: int
    tenant_id: str
    key: str
    value: T
    size: int


class Ring(Generic[T]):
    def __init__(self, most: int, most_bytes: int) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._bytes = 0
        # oldest first; what leaves `_all` is the first of its tenant and of its key too
        self._all: deque[Entry[T]] = deque()
        self._of_tenant: dict[str, deque[Entry[T]]] = {}
        self._of_key: dict[str, deque[Entry[T]]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def put(self, entry: Entry[T]) -> Sequence[Entry[T]]:
        """Those that had to leave."""
        self._all.append(entry)
        self._of_tenant.setdefault(entry.tenant_id, deque()).append(entry)
        self._of_key.setdefault(entry.key, deque()).append(entry)
        self._bytes += entry.size
        left = []
        while len(self._all) > self._most or self._bytes > self._most_bytes:
            left.append(self._leave())
        return left

    def of_tenant(self, tenant_id: str, after: int) -> list[Entry[T]]:
        """With a number above `after`, oldest first."""
        newest_first = takewhile(lambda one: one.number > after, reversed(self._of_tenant.get(tenant_id, ())))
        return list(newest_first)[::-1]

    def of_key(self, key: str) -> Sequence[Entry[T]]:
        return tuple(self._of_key.get(key, ()))

    def _leave(self) -> Entry[T]:
        entry = self._all.popleft()
        self._bytes -= entry.size
        for held, name in ((self._of_tenant, entry.tenant_id), (self._of_key, entry.key)):
            held[name].popleft()
            if not held[name]:
                del held[name]
        return entry
