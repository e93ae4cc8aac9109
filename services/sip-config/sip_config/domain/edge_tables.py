"""What every edge should hold, kept up to date change by change.

Trunks and numbers come in any order and more than once: the newest version wins, and what was deleted does
not come back. A number is rendered only while its trunk is there and belongs to the same tenant, so that what
is offered is consistent at every moment. Each change of content gives a new version (see version.py) in the
time that its own records take, not that of the whole.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sip_config.domain.records import Destination, NumberRecord, Record, Table, unique
from sip_config.domain.trunk import Trunk
from sip_config.domain.version import SnapshotHash

Key = tuple[Table, str]


@dataclass(frozen=True, slots=True)
class HeldNumber:
    id: str
    tenant_id: str
    version: int
    e164: str
    trunk_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """From one version of the whole to the next. destinations: all of them, or None when unchanged."""

    from_version: str
    to_version: str
    set: tuple[Record, ...]
    deleted: tuple[Key, ...]
    destinations: tuple[Destination, ...] | None


class EdgeTables:
    def __init__(self, switches: Iterable[Destination]) -> None:
        self._trunks: dict[str, Trunk] = {}
        self._numbers: dict[str, HeldNumber] = {}
        self._numbers_of: dict[str, set[str]] = defaultdict(set)
        # a deleted number's or label's next life may be heard of before its last one ends
        self._holders: dict[Key, set[str]] = defaultdict(set)
        self._gone: set[str] = set()
        self._records: dict[Key, Record] = {}
        self._destination_uses = Counter(switches)
        self._destinations_moved = False
        self._hash = SnapshotHash()
        self.destinations = unique(self._destination_uses)
        self._hash.set_destinations(self.destinations)
        self.version = self._hash.hex()

    @property
    def records(self) -> list[Record]:
        return list(self._records.values())

    def trunk_version(self, trunk_id: str) -> int:
        trunk = self._trunks.get(trunk_id)
        return trunk.version if trunk else 0

    def number_count(self, trunk_id: str) -> int:
        return len(self._numbers_of.get(trunk_id, ()))

    def put_trunk(self, trunk: Trunk) -> Change | None:
        if trunk.id in self._gone or self.trunk_version(trunk.id) >= trunk.version:
            return None
        before = self._trunks.get(trunk.id)
        self._trunks[trunk.id] = trunk
        self._holders[Table.TRUNK, trunk.domain].add(trunk.id)
        self._probe(before, trunk)
        return self._change([(Table.TRUNK, trunk.domain), *self._number_keys(trunk.id)])

    def drop_trunk(self, trunk_id: str) -> Change | None:
        self._gone.add(trunk_id)
        trunk = self._trunks.pop(trunk_id, None)
        if trunk is None:
            return None
        self._holders[Table.TRUNK, trunk.domain].discard(trunk_id)
        self._probe(trunk, None)
        return self._change([(Table.TRUNK, trunk.domain), *self._number_keys(trunk_id)])

    def put_number(self, number: HeldNumber) -> Change | None:
        known = self._numbers.get(number.id)
        if number.id in self._gone or (known is not None and known.version >= number.version):
            return None
        if known is not None:
            self._forget(known)
        self._numbers[number.id] = number
        self._numbers_of[number.trunk_id].add(number.id)
        self._holders[Table.NUMBER, number.e164].add(number.id)
        keys = {(Table.NUMBER, n.e164) for n in (known, number) if n is not None}
        return self._change(keys)

    def drop_number(self, number_id: str) -> Change | None:
        self._gone.add(number_id)
        number = self._numbers.pop(number_id, None)
        if number is None:
            return None
        self._forget(number)
        return self._change([(Table.NUMBER, number.e164)])

    def _forget(self, number: HeldNumber) -> None:
        self._numbers_of[number.trunk_id].discard(number.id)
        self._holders[Table.NUMBER, number.e164].discard(number.id)

    def _number_keys(self, trunk_id: str) -> list[Key]:
        held = self._numbers_of.get(trunk_id, ())
        return [(Table.NUMBER, self._numbers[number_id].e164) for number_id in held]

    def _probe(self, before: Trunk | None, after: Trunk | None) -> None:
        no_more, anew = _probed(before), _probed(after)
        self._destination_uses.subtract(no_more)
        self._destination_uses.update(anew)
        self._destinations_moved = no_more != anew

    def _wanted(self, key: Key) -> Record | None:
        """What this key should hold; the newest of several holders, by id, wins."""
        for holder in sorted(self._holders.get(key, ()), reverse=True):
            if key[0] is Table.TRUNK:
                return self._trunks[holder].record().record()
            number = self._numbers[holder]
            trunk = self._trunks.get(number.trunk_id)
            if trunk is not None and trunk.tenant_id == number.tenant_id:
                return NumberRecord(number.e164, trunk.domain).record()
        return None

    def _change(self, keys: Iterable[Key]) -> Change | None:
        changed, deleted = [], []
        for key in keys:
            before, wanted = self._records.get(key), self._wanted(key)
            if before == wanted:
                continue
            if before is not None:
                self._hash.remove(self._records.pop(key))
            if wanted is None:
                deleted.append(key)
                continue
            self._records[key] = wanted
            self._hash.add(wanted)
            changed.append(wanted)
        destinations = self._changed_destinations()
        if not changed and not deleted and destinations is None:
            return None
        from_version, self.version = self.version, self._hash.hex()
        return Change(from_version, self.version, tuple(changed), tuple(deleted), destinations)

    def _changed_destinations(self) -> tuple[Destination, ...] | None:
        if not self._destinations_moved:
            return None
        self._destinations_moved = False
        wanted = unique(d for d, uses in self._destination_uses.items() if uses > 0)
        if wanted == self.destinations:
            return None
        self.destinations = wanted
        self._hash.set_destinations(wanted)
        return wanted


def _probed(trunk: Trunk | None) -> list[Destination]:
    """A disabled trunk's endpoints are left alone."""
    if trunk is None or not trunk.fields.enabled:
        return []
    return [endpoint.destination() for endpoint in trunk.fields.endpoints]
