"""Puts the chunks of one whole configuration together.

Rule: all chunks of one version, in order, with as many records as announced; anything else is refused whole.
"""

from dataclasses import dataclass

from edge_agent.domain.records import Destination, Record
from edge_agent.domain.updates import Chunk, Refusal

MAX_RECORDS = 5_000_000


@dataclass(frozen=True, slots=True)
class Whole:
    """What came, complete and not yet looked into."""

    version: str
    records: list[Record]
    destinations: tuple[Destination, ...]


class Assembly:
    def __init__(self) -> None:
        self._version = ""
        self._next = 0
        self._records: list[Record] = []

    def add(self, chunk: Chunk) -> Whole | Refusal | None:
        """None while more chunks are to come."""
        if chunk.index == 0:
            self._begin(chunk.version)
        if chunk.version != self._version or chunk.index != self._next:
            reason = f"chunk {chunk.index} of {short(chunk.version)} came where {self._next} was due"
            self._begin("")
            return Refusal(reason)
        self._next += 1
        self._records.extend(chunk.records)
        if len(self._records) > MAX_RECORDS:
            self._begin("")
            return Refusal(f"more than {MAX_RECORDS} records")
        return self._finished(chunk) if chunk.last else None

    def _finished(self, chunk: Chunk) -> Whole | Refusal:
        records = self._records
        self._begin("")
        if len(records) != chunk.record_count:
            return Refusal(f"{chunk.record_count} records were announced and {len(records)} came")
        return Whole(chunk.version, records, chunk.destinations)

    def _begin(self, version: str) -> None:
        self._version, self._next, self._records = version, 0, []


def short(version: str) -> str:
    """Enough of a hash for a sentence."""
    return version[:12] or "nothing"
