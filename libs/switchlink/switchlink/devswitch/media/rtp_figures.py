"""What arrived on an RTP port, counted as RFC 3550 A.1, A.3 and A.8 say."""

from dataclasses import dataclass

CLOCK = 8000
_SEQUENCES = 1 << 16
_MAX_DROPOUT = 3000
_TIMESTAMPS = 1 << 32
_MAX_DRIFT = 2 * CLOCK  # beyond two seconds it is a new talkspurt, not jitter


@dataclass(slots=True)
class RtpFigures:
    packets: int = 0
    octets: int = 0
    dtmf_packets: int = 0
    jitter_ms: float = 0.0
    jitter_max_ms: float = 0.0
    jitter_min_ms: float | None = None
    _source: int | None = None
    _first: int = 0
    _highest: int = 0
    _of_source: int = 0
    _lost_before: int = 0
    _transit: int | None = None
    _jitter: float = 0.0

    @property
    def lost(self) -> int:
        return self._lost_before + self._lost_of_source()

    def count(self, sequence: int, timestamp: int, source: int, octets: int, arrival: float) -> None:
        """`arrival` in seconds of any steady clock."""
        self.packets += 1
        self.octets += octets
        self._follow(sequence, source)
        self._measure(timestamp, arrival)

    def count_dtmf(self, sequence: int, source: int, octets: int) -> None:
        """All packets of one key carry one timestamp: no jitter can be read from them."""
        self.packets += 1
        self.dtmf_packets += 1
        self.octets += octets
        self._follow(sequence, source)

    def _lost_of_source(self) -> int:
        return max(0, self._highest - self._first + 1 - self._of_source) if self._of_source else 0

    def _follow(self, sequence: int, source: int) -> None:
        step = (sequence - self._highest) % _SEQUENCES
        if source != self._source or _MAX_DROPOUT < step < _SEQUENCES - _MAX_DROPOUT:
            self._lost_before += self._lost_of_source()
            self._source, self._first, self._highest = source, sequence, sequence
            self._of_source, self._transit = 1, None
            return
        self._of_source += 1
        if step <= _MAX_DROPOUT:
            self._highest += step

    def _measure(self, timestamp: int, arrival: float) -> None:
        transit = (int(arrival * CLOCK) - timestamp) % _TIMESTAMPS
        if self._transit is not None:
            drift = abs(_signed(transit - self._transit))
            if drift <= _MAX_DRIFT:
                self._jitter += (drift - self._jitter) / 16
                self.jitter_ms = self._jitter * 1000 / CLOCK
                self.jitter_max_ms = max(self.jitter_max_ms, self.jitter_ms)
                known = self.jitter_min_ms
                self.jitter_min_ms = self.jitter_ms if known is None else min(known, self.jitter_ms)
        self._transit = transit


def _signed(difference: int) -> int:
    return (difference + _TIMESTAMPS // 2) % _TIMESTAMPS - _TIMESTAMPS // 2
