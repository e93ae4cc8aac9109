"""What an edge runs, as the agent remembers it: every record, every destination and their version.

Rule: what is inconsistent never becomes a configuration: each key comes once, each value fits its type, and a
number points to a trunk that is there. A change costs the time of its own records, not that of the whole.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from edge_agent.domain.change import Change, key_of
from edge_agent.domain.records import (
    Destination,
    NumberRecord,
    Record,
    RecordInvalid,
    Table,
    TrunkRecord,
    unique,
)
from edge_agent.domain.updates import Key, Refusal
from edge_agent.domain.version import SnapshotHash

SWITCHES = 1


class Configuration:
    def __init__(self) -> None:
        self._records: dict[Table, dict[str, str]] = {table: {} for table in Table}
        self._numbers_of: Counter[str] = Counter()
        self._hash = SnapshotHash()
        self.destinations: tuple[Destination, ...] = ()

    @classmethod
    def of(cls, records: Iterable[Record], destinations: Iterable[Destination]) -> "Configuration | Refusal":
        whole = cls()
        try:
            for record in records:
                check_type(record)
                if whole.holds(key_of(record)):
                    return Refusal(f"{record.table} {record.key} comes twice")
                whole._put(record)
        except RecordInvalid as wrong:
            return Refusal(str(wrong))
        lost = next((domain for domain in whole._numbers_of if not whole.holds((Table.TRUNK, domain))), None)
        if lost is not None:
            return Refusal(f"numbers point to {lost}, where no trunk is")
        whole._set_destinations(unique(destinations))
        return whole

    @property
    def version(self) -> str:
        return self._hash.hex()

    @property
    def switches(self) -> tuple[Destination, ...]:
        return tuple(one for one in self.destinations if one.set_id == SWITCHES)

    def count(self, table: Table) -> int:
        return len(self._records[table])

    def rows(self, table: Table) -> dict[str, str]:
        """A copy, for a thread that writes while changes come in."""
        return dict(self._records[table])

    def holds(self, key: Key) -> bool:
        return key[1] in self._records[key[0]]

    def held(self, keys: Iterable[Key]) -> Iterator[Record]:
        """Those of the keys that are there, as records."""
        for table, key in keys:
            value = self._records[table].get(key)
            if value is not None:
                yield Record(table, key, value)

    def numbers_of(self, domain: str) -> int:
        return self._numbers_of[domain]

    def version_after(self, change: Change) -> str:
        content = self._hash.copy()
        for record in change.before:
            content.remove(record)
        for record in change.set:
            content.add(record)
        content.set_destinations(change.destinations)
        return content.hex()

    def apply(self, change: Change) -> None:
        """Of a judged change."""
        for record in tuple(self.held([*change.deleted, *map(key_of, change.set)])):
            self._take(record)
        for record in change.set:
            self._put(record)
        self._set_destinations(change.destinations)

    def _put(self, record: Record) -> None:
        self._records[record.table][record.key] = record.value
        self._hash.add(record)
        if record.table is Table.NUMBER:
            self._numbers_of[record.value] += 1

    def _take(self, record: Record) -> None:
        del self._records[record.table][record.key]
        self._hash.remove(record)
        if record.table is Table.NUMBER:
            self._numbers_of[record.value] -= 1
            if not self._numbers_of[record.value]:
                del self._numbers_of[record.value]

    def _set_destinations(self, destinations: tuple[Destination, ...]) -> None:
        self.destinations = destinations
        self._hash.set_destinations(destinations)


def check_type(record: Record) -> None:
    """Raises RecordInvalid, in words."""
    if record.table is Table.TRUNK:
        TrunkRecord.of(record)
    else:
        NumberRecord.of(record)
