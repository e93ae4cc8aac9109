"""Records on their way to and from the broker, and the port that whatever sends them keeps.

Rule: a value of None is a tombstone; a record that the broker would refuse for its size never gets in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

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


class RecordProducer(Protocol):
    """Sends in order; what it raises is `Unavailable`, and then any of the records may or may not be out."""

    async def send_many(self, records: Sequence[Outgoing]) -> None: ...
