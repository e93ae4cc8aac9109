"""What changed lately, by name, so that a node that was away for a moment gets what it lacks, not the whole.

Every change has a position, 1, 2, 3 ...; versions are content hashes and can come back, positions cannot.
Names are kept and no content: what a name holds now is what a node lacks of it.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

MAX_NAMES = 100_000
MAX_CHANGES = 20_000


@dataclass(frozen=True, slots=True)
class Moved:
    """A name that changed, and whether it was there before."""

    name: str
    was_there: bool


@dataclass(frozen=True, slots=True)
class TrunkMoved:
    """The version of a trunk before a change; 0: there was none."""

    trunk_id: str
    version_before: int


@dataclass(frozen=True, slots=True)
class _Entry:
    version_before: str
    moved: Sequence[Moved]
    trunk: TrunkMoved | None


class ChangeLog:
    """start: the version before the first change."""

    def __init__(self, start: str, max_names: int = MAX_NAMES, max_changes: int = MAX_CHANGES) -> None:
        self._entries: deque[_Entry] = deque()
        self._max_names, self._max_changes = max_names, max_changes
        self._names = 0
        self._last = 0
        self._positions: dict[str, int] = {start: 0}
        # position of a change -> version of the trunk before it, oldest first
        self._trunks: dict[str, deque[tuple[int, int]]] = {}

    def add(
        self, version_before: str, version: str, moved: Sequence[Moved], trunk: TrunkMoved | None = None
    ) -> None:
        self._last += 1
        self._entries.append(_Entry(version_before, moved, trunk))
        self._names += len(moved)
        self._positions[version] = self._last
        if trunk is not None:
            self._trunks.setdefault(trunk.trunk_id, deque()).append((self._last, trunk.version_before))
        while self._names > self._max_names or len(self._entries) > self._max_changes:
            self._forget()

    def knows(self, version: str) -> bool:
        return version in self._positions

    def since(self, version: str) -> dict[str, bool] | None:
        """Names that changed since, with whether they were there at that version; None when unknown."""
        position = self._positions.get(version)
        if position is None:
            return None
        newest_first = islice(reversed(self._entries), self._last - position)
        return {moved.name: moved.was_there for entry in newest_first for moved in reversed(entry.moved)}

    def trunk_version_at(self, version: str, trunk_id: str, now: int) -> int | None:
        """Version of the trunk that a node at this version runs; now: the newest. None when unknown."""
        position = self._positions.get(version)
        if position is None:
            return None
        later = (before for at, before in self._trunks.get(trunk_id, ()) if at > position)
        return next(later, now)

    def _forget(self) -> None:
        oldest = self._entries.popleft()
        position = self._last - len(self._entries)
        self._names -= len(oldest.moved)
        if self._positions.get(oldest.version_before, position) < position:
            del self._positions[oldest.version_before]
        if oldest.trunk is not None:
            self._forget_trunk(oldest.trunk.trunk_id)

    def _forget_trunk(self, trunk_id: str) -> None:
        held = self._trunks[trunk_id]
        held.popleft()
        if not held:
            del self._trunks[trunk_id]
