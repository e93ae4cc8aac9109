"""What one reader of a stream is told: a snapshot, or a sign of life when it resumes exactly; then what
happens, and a sign of life when nothing does.

Every event carries the cursor behind it. A sign of life does so too, so that a reader to whom nothing happens
for long can still resume.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from servicekit.errors import TooMany
from servicekit.streams.cursor import Cursor
from servicekit.streams.feed import Feed, Lost, Reader
from servicekit.streams.ring import Entry
from servicekit.timestamps import rfc3339

HEARTBEAT_SECONDS = 15.0
_REMEMBERED = 256

T = TypeVar("T")
Document = Mapping[str, Any]
Wants = Callable[[Document], bool]
"""By the object as REST shows it."""


@dataclass(frozen=True, slots=True)
class Event:
    """data: JSON."""

    name: str
    data: bytes
    id: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """about: the object as REST shows it; data: all that is told, with the object in it."""

    name: str
    about: Document
    data: Document


class Teller(Protocol[T]):
    async def snapshot(self, tenant_id: str, number: int, wants: Wants) -> Document:
        """How things stand behind the entry of that number. Raises Problem."""

    async def told(self, entry: Entry[T]) -> Told | None:
        """None: there is nothing to tell any more. Raises Problem."""


class Story(Generic[T]):
    def __init__(
        self, feed: Feed[T], teller: Teller[T], heartbeat_seconds: float = HEARTBEAT_SECONDS
    ) -> None:
        self._feed, self._teller = feed, teller
        self._heartbeat_seconds = heartbeat_seconds
        # the newest, because all readers of a tenant ask for them at the same time
        self._remembered: dict[int, tuple[Told, bytes]] = {}

    @property
    def name(self) -> str:
        """In cursors."""
        return self._feed.name

    async def events(
        self, tenant_id: str, wants: Wants, cursor: Cursor | None
    ) -> AsyncGenerator[Event, None]:
        """The first comes at once. Has no end of its own. Raises Problem."""
        with self._feed.reader(tenant_id) as reader:
            if cursor is None or not await reader.resume(cursor):
                place = reader.cursor()
                now = await self._teller.snapshot(tenant_id, reader.number, wants)
                yield Event("snapshot", msgspec.json.encode(now), place)
            else:
                yield self._heartbeat(reader)
            while True:
                try:
                    news = await reader.news(self._heartbeat_seconds)
                except Lost:
                    raise _too_slow() from None
                for entry, place in news:
                    known = await self._told(entry)
                    if known is not None and wants(known[0].about):
                        yield Event(known[0].name, known[1], place)
                if not news:
                    yield self._heartbeat(reader)

    def _heartbeat(self, reader: Reader[T]) -> Event:
        as_of = {"as_of": rfc3339(self._feed.as_of())}
        return Event("heartbeat", msgspec.json.encode(as_of), reader.cursor())

    async def _told(self, entry: Entry[T]) -> tuple[Told, bytes] | None:
        known = self._remembered.get(entry.number)
        if known is None:
            told = await self._teller.told(entry)
            if told is None:
                return None
            known = told, msgspec.json.encode(told.data)
            self._remembered[entry.number] = known
            if len(self._remembered) > _REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
        return known


def _too_slow() -> TooMany:
    return TooMany(
        "reader_too_slow",
        "more happened than is remembered for a reader that is behind",
        hint="connect again with Last-Event-ID; a snapshot tells how things stand",
    )
