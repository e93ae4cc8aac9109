"""An index in which a key has one holder, although for a moment two records may claim it.

A number that is moved from one plan to another is told by two messages, in either order. The claim that
sorts first by id holds the key; when it lets go, the next one does. Whatever the order of the messages,
the same claims give the same holder.
"""

from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar


class Identified(Protocol):
    @property
    def id(self) -> str: ...


K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Identified)


class Slots(Generic[K, V]):
    def __init__(self) -> None:
        # read by the decision itself: one lookup, nothing else
        self.holders: dict[K, V] = {}
        self._waiting: dict[K, dict[str, V]] = {}

    def claim(self, key: K, record: V) -> None:
        holder = self.holders.setdefault(key, record)
        if holder is record:
            return
        first, second = (record, holder) if record.id < holder.id else (holder, record)
        self.holders[key] = first
        self._waiting.setdefault(key, {})[second.id] = second

    def release(self, key: K, record: V) -> None:
        waiting = self._waiting.get(key, {})
        if waiting.pop(record.id, None) is None:
            del self.holders[key]
            if waiting:
                self.holders[key] = waiting.pop(min(waiting))
        if not waiting:
            self._waiting.pop(key, None)
