"""The last changes, so that a node that was away for a moment gets what it lacks and not the whole.

Every change has a position, 1, 2, 3 ...; versions are content hashes and can come back, positions cannot. The
position that a node runs tells which version of a trunk it has.
"""

from collections import deque
from collections.abc import Iterable, Mapping

from sip_config.domain.edge_tables import Change, Key
from sip_config.domain.records import Record

DEPTH = 2000
_TRUNK_DEPTH = 16


class History:
    """start: the version before the first change."""

    def __init__(self, start: str, trunks: Mapping[str, int]) -> None:
        self._changes: deque[Change] = deque(maxlen=DEPTH)
        self._last = 0
        self._positions: dict[str, int] = {start: 0}
        self._trunk_versions = {t: deque([(0, v)], maxlen=_TRUNK_DEPTH) for t, v in trunks.items()}

    def add(self, change: Change, trunk_id: str | None = None, trunk_version: int = 0) -> None:
        """trunk_id: of the trunk that changed, when one did."""
        if len(self._changes) == DEPTH:
            oldest = self._changes[0].from_version
            if self._positions.get(oldest, -1) <= self._last - DEPTH:
                self._positions.pop(oldest, None)
        self._changes.append(change)
        self._last += 1
        self._positions[change.to_version] = self._last
        if trunk_id is not None:
            versions = self._trunk_versions.setdefault(trunk_id, deque(maxlen=_TRUNK_DEPTH))
            versions.append((self._last, trunk_version))

    def position(self, version: str) -> int | None:
        """Where this version stood last; None when it is unknown or too long ago."""
        return self._positions.get(version)

    def since(self, version: str) -> Change | None:
        """One change from this version to the newest; None when that is not known any more."""
        position = self._positions.get(version)
        if position is None or self._last - position > len(self._changes):
            return None
        missing = list(self._changes)[len(self._changes) - (self._last - position) :]
        return merged(missing)

    def trunk_version_at(self, trunk_id: str, position: int) -> int:
        """Version of the trunk that a node at this position runs; 0 for none, or when it is too long ago."""
        for at, version in reversed(self._trunk_versions.get(trunk_id, ())):
            if at <= position:
                return version
        return 0


def merged(changes: Iterable[Change]) -> Change | None:
    """Consecutive changes as one."""
    whole = list(changes)
    if not whole:
        return None
    records: dict[Key, Record | None] = {}
    destinations = None
    for change in whole:
        records.update({(record.table, record.key): record for record in change.set})
        records.update(dict.fromkeys(change.deleted))
        destinations = change.destinations if change.destinations is not None else destinations
    return Change(
        whole[0].from_version,
        whole[-1].to_version,
        tuple(record for record in records.values() if record is not None),
        tuple(key for key, record in records.items() if record is None),
        destinations,
    )
