"""One endpoint as this edge's probes find it, probe by probe.

Three probes in a row without an answer make it silent, two answers in a row bring it back; where nothing is
known the first answer counts. Until it is settled it is probed six times as often.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from siptypes.endpoints import endpoint_name

MISSES_TO_SILENCE = 3
HITS_TO_RETURN = 2
FASTER_WHEN_UNSETTLED = 6
JITTER = 0.2
_NEWEST_WEIGHT = 0.3
# A latency that moved by less than both is not told.
_LATENCY_NEWS_MS = 20.0
_LATENCY_NEWS_RATIO = 0.5


@dataclass(frozen=True, slots=True, order=True)
class ProbedEndpoint:
    """host: a name or an address without brackets; port: never 0; transport: udp, tcp or tls."""

    host: str
    port: int
    transport: str

    @property
    def name(self) -> str:
        """As keepline.sip.v1.Resource names it, without "endpoint/"."""
        return endpoint_name(self.host, self.port, self.transport)


@dataclass(frozen=True, slots=True)
class Outcome:
    """sip_status: of the final response, 0 when none came; milliseconds: its round trip."""

    sip_status: int
    milliseconds: float = 0.0

    @property
    def answered(self) -> bool:
        """408 and 503 say that nobody is there (they are also what an edge makes of silence)."""
        return self.sip_status not in (0, 408, 503)


@dataclass(frozen=True, slots=True)
class ProbeState:
    """reachable: None until it is known; since: when that began; misses, hits: in a row, newest."""

    reachable: bool | None = None
    since: datetime | None = None
    misses: int = 0
    hits: int = 0
    missing_since: datetime | None = None
    latency_ms: float | None = None
    sip_status: int = 0

    @property
    def settled(self) -> bool:
        if self.reachable is None:
            return False
        return self.misses == 0 if self.reachable else self.hits == 0


def observe(state: ProbeState, outcome: Outcome, now: datetime) -> ProbeState:
    if not outcome.answered:
        missed = replace(
            state, misses=state.misses + 1, hits=0, sip_status=0, missing_since=state.missing_since or now
        )
        if state.reachable is not False and missed.misses >= MISSES_TO_SILENCE:
            return replace(missed, reachable=False, since=missed.missing_since)
        return missed
    before = state.latency_ms
    measured = outcome.milliseconds
    latency = measured if before is None else before + _NEWEST_WEIGHT * (measured - before)
    hit = replace(
        state,
        misses=0,
        hits=state.hits + 1,
        missing_since=None,
        latency_ms=round(latency, 3),  # a microsecond is more than it is worth
        sip_status=outcome.sip_status,
    )
    if state.reachable is None or (state.reachable is False and hit.hits >= HITS_TO_RETURN):
        return replace(hit, reachable=True, since=now)
    return hit


def next_pause(state: ProbeState, interval_seconds: float, chance: float) -> float:
    """Seconds until the next probe; chance: 0 to 1, spreads the probes."""
    pause = interval_seconds if state.settled else interval_seconds / FASTER_WHEN_UNSETTLED
    return pause * (1 + JITTER * (2 * chance - 1))


def is_news(told: ProbeState | None, state: ProbeState, *, awaited: bool = False) -> bool:
    """Whether somebody has to hear of it. awaited: it was named a moment ago, and its first miss is news."""
    if state.reachable is None:
        return awaited and told is None
    if told is None or told.reachable != state.reachable:
        return True
    if not state.reachable or not state.settled:
        return False
    if told.sip_status != state.sip_status:
        return True
    if told.latency_ms is None or state.latency_ms is None:
        return told.latency_ms is not state.latency_ms
    moved = abs(state.latency_ms - told.latency_ms)
    return moved > max(_LATENCY_NEWS_MS, _LATENCY_NEWS_RATIO * told.latency_ms)
