"""What a watcher of trunks has heard, and when it hears again."""

import random
from dataclasses import dataclass, field

from keepline.health.v1.trunk_health_pb2 import TrunkStatus, WatchResponse
from keepline_client.errors import KeeplineError, Unauthenticated, Unavailable

LONGEST_PAUSE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Removed:
    """The trunk is gone."""

    trunk_id: str


@dataclass(slots=True)
class Watched:
    """Over all streams, so that a new one tells only what is new."""

    _known: dict[str, TrunkStatus] = field(default_factory=dict)
    _failed: int = 0
    _heard: bool = False

    def take(self, told: WatchResponse) -> list[TrunkStatus | Removed]:
        self._failed, self._heard = 0, True
        kind = told.WhichOneof("update")
        if kind == "snapshot":
            now = {status.trunk_id: status for status in told.snapshot.statuses}
            gone = [self._removed(trunk_id) for trunk_id in [*self._known] if trunk_id not in now]
            return [*gone, *(new for status in now.values() for new in self._changed(status))]
        if kind == "changed":
            return [*self._changed(told.changed)]
        return [self._removed(told.removed_trunk_id)] if kind == "removed_trunk_id" else []

    def pause_seconds(self, failure: KeeplineError | None) -> float:
        """Before the next stream. failure: None when the last one ended in good order. Raises what another
        stream would not mend; a token that ended while it was heard may have a successor."""
        heard, self._heard = self._heard, False
        ended = isinstance(failure, Unauthenticated) and heard
        if failure is not None and not isinstance(failure, Unavailable) and not ended:
            raise failure
        self._failed += 1
        most: float = min(LONGEST_PAUSE_SECONDS, 0.2 * 2.0 ** min(self._failed, 10))
        return random.uniform(0.1, most)  # noqa: S311  no secret

    def _changed(self, status: TrunkStatus) -> list[TrunkStatus | Removed]:
        if self._known.get(status.trunk_id) == status:
            return []
        self._known[status.trunk_id] = status
        return [status]

    def _removed(self, trunk_id: str) -> Removed:
        self._known.pop(trunk_id, None)
        return Removed(trunk_id)
