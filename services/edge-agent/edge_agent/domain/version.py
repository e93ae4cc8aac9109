"""The version of a whole configuration: a hash of what it holds, whatever the order it came in.

    version = hex( sum of sha256(table 0 key 0 value) over all records
                   + sha256(sorted destinations)          modulo 2**256 )

A sum can be added to and taken from, so one changed record among 100,000 costs two hashes. It tells apart
what our own control plane sends; it is no signature. Rule: a record is counted once, and who removes a record
removes exactly what was added.
"""

from collections.abc import Iterable
from hashlib import sha256

from edge_agent.domain.records import Destination, Record, unique

MODULUS = 1 << 256


class SnapshotHash:
    def __init__(self) -> None:
        self._sum = 0
        self._destinations = _of_destinations(())

    def add(self, record: Record) -> None:
        self._sum = (self._sum + _of_record(record)) % MODULUS

    def remove(self, record: Record) -> None:
        self._sum = (self._sum - _of_record(record)) % MODULUS

    def set_destinations(self, destinations: Iterable[Destination]) -> None:
        self._destinations = _of_destinations(destinations)

    def copy(self) -> "SnapshotHash":
        twin = SnapshotHash()
        twin._sum, twin._destinations = self._sum, self._destinations
        return twin

    def hex(self) -> str:
        return f"{(self._sum + self._destinations) % MODULUS:064x}"


def snapshot_version(records: Iterable[Record], destinations: Iterable[Destination]) -> str:
    whole = SnapshotHash()
    for record in records:
        whole.add(record)
    whole.set_destinations(destinations)
    return whole.hex()


def _of_record(record: Record) -> int:
    return _number(f"{record.table}\0{record.key}\0{record.value}")


def _of_destinations(destinations: Iterable[Destination]) -> int:
    lines = (f"{one.set_id} {one.transport} {one.port} {one.host}\n" for one in unique(destinations))
    return _number("destinations\0" + "".join(lines))


def _number(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest(), "big")
