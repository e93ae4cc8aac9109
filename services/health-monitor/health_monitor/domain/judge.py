"""Judges one trunk from what all edges observed of its endpoints.

An endpoint answers when any edge that is heard says so: calls can go through that edge. An edge that gave no
sign of life for STALE is not heard. A trunk that nobody is heard about is unknown, never down: a silent edge
says nothing about the provider.
"""

from collections.abc import Sequence

from health_monitor.domain.judgement import Judgement, rows
from health_monitor.domain.reading import STALE, Reading
from health_monitor.domain.status import EndpointStatus, Verdict
from health_monitor.domain.trunk import Trunk


def judge(trunk: Trunk, heard: Sequence[Reading], *, edges_alive: bool, new: bool = False) -> Judgement:
    """heard: of this trunk's endpoints, from edges that are alive. edges_alive: there is such an edge.
    new: it had no verdict yet, and gets one when something is known of each endpoint, so that none is told
    healthy for the half of it."""
    heard = [reading for reading in heard if reading.reachable is not None]
    found = rows(heard)
    if not trunk.enabled:
        return Judgement(Verdict.DISABLED, f"{trunk.name} is disabled: its calls are refused.", found)
    if not trunk.endpoints:
        words = f"{trunk.name} names no provider endpoint to probe; calls from its sources are taken."
        return Judgement(Verdict.UNKNOWN, words, found)
    if not edges_alive:
        words = f"No edge has reported on {trunk.name} for {STALE.seconds} seconds; its calls may be fine."
        return Judgement(Verdict.UNKNOWN, words, found)
    unread = set(trunk.endpoints) - {reading.endpoint for reading in heard}
    if not heard or (unread and new):
        return Judgement(Verdict.UNKNOWN, f"The first probes to {trunk.name} are under way.", found)
    return _from_endpoints(trunk, heard, found)


def _from_endpoints(trunk: Trunk, heard: Sequence[Reading], found: tuple[EndpointStatus, ...]) -> Judgement:
    answering = {reading.endpoint for reading in heard if reading.reachable}
    known = {reading.endpoint for reading in heard}
    silent = [e for e in trunk.endpoints if e in known and e not in answering]
    total = len(trunk.endpoints)
    if not silent:
        words = f"{trunk.name} answers our probes at {_counted(len(answering), total)}."
        return Judgement(Verdict.HEALTHY, words, found)
    since = min(reading.since for reading in heard if reading.endpoint in silent)
    names, have = ", ".join(map(str, silent)), "has" if len(silent) == 1 else "have"
    what = f"{names} {have} not answered our probes since {since:%H:%M:%S} UTC"
    if answering:
        words = f"{trunk.name} answers at {_counted(len(answering), total)} only: {what}."
        return Judgement(Verdict.DEGRADED, words, found)
    words = f"{trunk.name} does not answer: {what}; check the address, and that your provider allows ours."
    return Judgement(Verdict.DOWN, words, found)


def _counted(answering: int, total: int) -> str:
    if total == 1:
        return "its endpoint"
    return f"{answering} of {total} endpoints"
