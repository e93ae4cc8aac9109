"""Records of the state topics that do not fit their types: remembered with their reason, up to a bound."""

from collections.abc import Mapping

from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger

MOST = 1000

_log = logger(__name__)


class SetAside:
    def __init__(self) -> None:
        # id of a trunk or number -> (trunk id, why it is set aside)
        self._reasons: dict[str, tuple[str, str]] = {}
        self._counter = metrics.counter(names.SET_ASIDE)

    def __len__(self) -> int:
        return len(self._reasons)

    def add(self, identity: str, trunk_id: str, reason: str) -> None:
        self._counter.add(1)
        _log.error("a record is set aside", id=identity[:64], trunk=trunk_id[:64], reason=reason)
        self._reasons.pop(identity, None)
        self._reasons[identity] = (trunk_id, reason)
        if len(self._reasons) > MOST:
            del self._reasons[next(iter(self._reasons))]

    def forget(self, identity: str) -> None:
        self._reasons.pop(identity, None)

    def of_trunk(self, trunk_id: str) -> Mapping[str, str]:
        return {one: reason for one, (trunk, reason) in self._reasons.items() if trunk == trunk_id}
