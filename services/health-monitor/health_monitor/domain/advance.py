"""Moves a trunk's status on, and says whether that is news."""

from datetime import datetime

from health_monitor.domain.judge import Judgement
from health_monitor.domain.status import Status
from health_monitor.domain.trunk import Trunk

# A latency that moved by less than this is not worth an event.
_LATENCY_NEWS_MS = 20.0
_LATENCY_NEWS_RATIO = 0.5


def advance(before: Status | None, trunk: Trunk, judged: Judgement, now: datetime) -> Status | None:
    """The new status, or None when nothing changed that anybody has to hear of."""
    if before is None:
        return Status(trunk.id, trunk.tenant_id, 1, judged.verdict, judged.sentence, now, judged.endpoints)
    same_verdict = judged.verdict is before.verdict
    if same_verdict and judged.sentence == before.sentence and not _endpoints_changed(before, judged):
        return None
    since = before.since if same_verdict else now
    return Status(
        trunk.id,
        trunk.tenant_id,
        before.version + 1,
        judged.verdict,
        judged.sentence,
        since,
        judged.endpoints,
    )


def _endpoints_changed(before: Status, judged: Judgement) -> bool:
    if len(before.endpoints) != len(judged.endpoints):
        return True
    for old, new in zip(before.endpoints, judged.endpoints, strict=True):
        if (old.endpoint, old.edge_id, old.reachable) != (new.endpoint, new.edge_id, new.reachable):
            return True
        if _latency_moved(old.latency_ms, new.latency_ms):
            return True
    return False


def _latency_moved(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is not new
    return abs(new - old) > max(_LATENCY_NEWS_MS, _LATENCY_NEWS_RATIO * old)
