"""A judged delta: what is put, what goes, and what was there before, so that it can be undone."""

from dataclasses import dataclass

from edge_agent.domain.records import Destination, Record, Table
from edge_agent.domain.updates import Key


@dataclass(frozen=True, slots=True)
class Change:
    from_version: str
    to_version: str
    set: tuple[Record, ...]
    deleted: tuple[Key, ...]
    before: tuple[Record, ...]
    destinations: tuple[Destination, ...]
    destinations_before: tuple[Destination, ...]

    @property
    def tables(self) -> frozenset[Table]:
        return frozenset([*(record.table for record in self.set), *(table for table, _ in self.deleted)])

    @property
    def size(self) -> int:
        return len(self.set) + len(self.deleted)

    def reversed(self) -> "Change":
        """What brings back what was there."""
        held = {key_of(record) for record in self.before}
        return Change(
            self.to_version,
            self.from_version,
            self.before,
            tuple(key for key in map(key_of, self.set) if key not in held),
            self.set,
            self.destinations_before,
            self.destinations,
        )


def key_of(record: Record) -> Key:
    return record.table, record.key
