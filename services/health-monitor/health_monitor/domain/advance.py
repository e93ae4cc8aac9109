"""Moves the status of a trunk or an agent on, and says whether that is news."""

from datetime import datetime

from health_monitor.domain.judgement import Judgement
from health_monitor.domain.status import Status
from health_monitor.domain.trunk import Subject

# A latency that moved by less than this is not worth an event.
_LATENCY_NEWS_MS = 20.0
_LATENCY_NEWS_RATIO = 0.5


def advance(before: Status | None, subject: Subject, judged: Judgement, now: datetime) -> Status | None:
    """The new status, or None when nothing changed that anybody has to hear of."""
    if before is None:
        return _status(subject, 1, judged, now)
    same_verdict = judged.verdict is before.verdict
    if same_verdict and judged.sentence == before.sentence and not _endpoints_changed(before, judged):
        return None
    return _status(subject, before.version + 1, judged, before.since if same_verdict else now)


def _status(subject: Subject, version: int, judged: Judgement, since: datetime) -> Status:
    verdict, words, rows = judged.verdict, judged.sentence, judged.endpoints
    return Status(subject.id, subject.tenant_id, version, verdict, words, since, rows)


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
