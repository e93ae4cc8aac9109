"""Judges one trunk from what all edges observed of its endpoints.

An endpoint answers when any edge that is heard says so: calls can go through that edge. A reading older than
STALE is not heard any more; a trunk that nobody is heard about is unknown, never down, because a silent edge
says nothing about the provider.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from health_monitor.domain.reading import Observed
from health_monitor.domain.status import EndpointStatus, Verdict
from health_monitor.domain.trunk import Endpoint, Trunk

STALE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    sentence: str
    endpoints: tuple[EndpointStatus, ...]


def judge(trunk: Trunk, observed: Sequence[Observed], now: datetime) -> Judgement:
    """observed: of this trunk's endpoints only, one for each edge and endpoint."""
    heard = [o for o in observed if now - o.heard_at <= STALE]
    rows = _rows(heard)
    if not trunk.enabled:
        return Judgement(Verdict.DISABLED, f"{trunk.name} is disabled: its calls are refused.", rows)
    if not trunk.endpoints:
        words = f"{trunk.name} names no provider endpoint to probe; calls from its sources are taken."
        return Judgement(Verdict.UNKNOWN, words, rows)
    if not heard:
        words = f"No edge has reported on {trunk.name} for {STALE.seconds} seconds; its calls may be fine."
        return Judgement(Verdict.UNKNOWN, words, rows)
    return _from_endpoints(trunk, heard, rows)


def _from_endpoints(trunk: Trunk, heard: Sequence[Observed], rows: tuple[EndpointStatus, ...]) -> Judgement:
    answering = {o.reading.endpoint for o in heard if o.reading.reachable}
    known = {o.reading.endpoint for o in heard if o.reading.reachable is not None}
    silent = [e for e in trunk.endpoints if e in known and e not in answering]
    if not known:
        return Judgement(Verdict.UNKNOWN, f"The first probes to {trunk.name} are under way.", rows)
    total = len(trunk.endpoints)
    if not silent:
        words = f"{trunk.name} answers our probes at {_counted(len(answering), total)}."
        return Judgement(Verdict.HEALTHY, words, rows)
    since = _silent_since(silent, heard)
    names, have = ", ".join(map(str, silent)), "has" if len(silent) == 1 else "have"
    what = f"{names} {have} not answered our probes since {since:%H:%M:%S} UTC"
    if answering:
        words = f"{trunk.name} answers at {_counted(len(answering), total)} only: {what}."
        return Judgement(Verdict.DEGRADED, words, rows)
    words = f"{trunk.name} does not answer: {what}; check the address, and that your provider allows ours."
    return Judgement(Verdict.DOWN, words, rows)


def _rows(heard: Sequence[Observed]) -> tuple[EndpointStatus, ...]:
    rows = [
        EndpointStatus(
            o.reading.endpoint, o.reading.edge_id, o.reading.reachable is True, o.reading.latency_ms
        )
        for o in heard
        if o.reading.reachable is not None
    ]
    return tuple(sorted(rows, key=lambda r: (r.endpoint, r.edge_id)))


def _silent_since(silent: Sequence[Endpoint], heard: Sequence[Observed]) -> datetime:
    return min(o.since for o in heard if o.reading.endpoint in silent)


def _counted(answering: int, total: int) -> str:
    if total == 1:
        return "its endpoint"
    return f"{answering} of {total} endpoints"
