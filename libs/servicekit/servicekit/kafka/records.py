"""Records on their way to and from the broker, and the port that whatever sends them keeps.

A value of None is a tombstone; a record that is larger than any broker of ours takes never gets in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from servicekit.errors import Problem

MAX_RECORD = 900_000
_OVERHEAD = 100


@dataclass(frozen=True, slots=True)
class Outgoing:
    topic: str
    key: str
    value: bytes | None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        size = len(self.value or b"") + sum(len(k) + len(v) for k, v in self.headers.items()) + _OVERHEAD
        if size > MAX_RECORD:
            raise ValueError(f"a record of {size} bytes for {self.topic} is larger than {MAX_RECORD}")


@dataclass(frozen=True, slots=True)
class Record:
    topic: str
    partition: int
    offset: int
    key: str
    value: bytes | None
    headers: Mapping[str, str]
    time: datetime


class RecordsRefused(Problem):
    """The broker will not have these records, however often it is asked; the others of the call are out.

    A broker refuses whole batches: a record may be named for its neighbour's sake, unless it was sent alone.
    """

    def __init__(self, places: Sequence[int], why: str) -> None:
        super().__init__("records_refused", f"the broker refuses {len(places)} records ({why})")
        self.places = tuple(places)
        """Which of the records that were given, counted from 0."""


class RecordProducer(Protocol):
    """Sends in order for each key."""

    async def send_many(self, records: Sequence[Outgoing]) -> None:
        """Raises Unavailable, and then any of the records may or may not be out, or RecordsRefused."""
        ...
